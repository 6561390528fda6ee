"""How Alembic reaches the database and our tables. It runs as the owner of the schema."""

import logging
import os
import time
from typing import Any, Final

from alembic import context
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from helpdesk.cases.models import LevelColumn
from helpdesk.core.database import SealedColumn, UtcDateTime
from helpdesk.models import Base

PLAIN = {
    UtcDateTime: "sa.DateTime(timezone=True)",
    SealedColumn: "sa.LargeBinary()",
    LevelColumn: "sa.SmallInteger()",
}


def render_item(kind: str, item: Any, _context: Any) -> Any:
    """Write our column types as the plain ones they stand for: a migration imports none of ours."""
    return PLAIN.get(type(item), False) if kind == "type" else False


# A migration that waits for a lock makes everyone wait who comes behind it: it gives way instead,
# and tries again when those who hold the table may have finished.
LOCK_TIMEOUT: Final = "2s"
TRIES: Final = 10
PAUSE: Final = 1.0
LOCK_NOT_HAD: Final = "55P03"

log = logging.getLogger("migrations")


def run() -> None:
    url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
    engine = create_engine(url, connect_args={"options": f"-c lock_timeout={LOCK_TIMEOUT}"})
    tries = context.config.attributes.get("tries", TRIES)
    try:
        for attempt in range(1, tries + 1):
            if _migrated(engine, is_last=attempt == tries):
                return
            log.warning("a table is in use; trying again (%s of %s)", attempt, tries)
            time.sleep(PAUSE)
    finally:
        engine.dispose()


def _migrated(engine: Engine, *, is_last: bool) -> bool:
    """Each migration in a transaction of its own, so that a second try goes on where it stopped."""
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_item=render_item,
                compare_type=True,
                compare_server_default=True,
                transaction_per_migration=True,
            )
            with context.begin_transaction():
                context.run_migrations()
    except OperationalError as error:
        if is_last or getattr(error.orig, "sqlstate", None) != LOCK_NOT_HAD:
            raise
        return False
    return True


run()
