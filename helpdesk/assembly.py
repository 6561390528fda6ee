"""open_desk: settings in, a Desk out. The one place where the parts meet."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import sessionmaker

from helpdesk.adapters.bell import RedisBell, SilentBell
from helpdesk.adapters.post import open_post
from helpdesk.cases import jobs as cases_jobs
from helpdesk.core.desk import Bell, Desk
from helpdesk.core.sealing import Secret
from helpdesk.escalations import jobs as escalations_jobs
from helpdesk.settings import Settings
from helpdesk.triage import jobs as triage_jobs

# Importing a feature's jobs registers them: every process that promises or performs needs them all.
JOBS = (cases_jobs, escalations_jobs, triage_jobs)

NO_REDIS = "none"


def open_desk(settings: Settings, *, engine: Engine | None = None) -> Desk:
    """Assemble what a process works with. Nothing is connected before it is first used."""
    return Desk(
        settings=settings,
        sessions=sessionmaker(engine or open_engine(settings.database_url), expire_on_commit=False),
        bell=open_bell(settings.redis_url),
        post=open_post(settings.mail_url, settings.mail_from),
        service=Secret(settings.service_keys[0]) if settings.service_keys else None,
    )


def open_engine(url: str) -> Engine:
    """A small pool: more processes, not more connections each. A dead connection is noticed."""
    return create_engine(
        url,
        pool_size=4,
        max_overflow=8,
        pool_pre_ping=True,
        # Locks that are not had in ten seconds are answered with "please try again".
        connect_args={"options": "-c lock_timeout=10s -c statement_timeout=30s"},
    )


def open_bell(url: str) -> Bell:
    return SilentBell() if url == NO_REDIS else RedisBell(url)
