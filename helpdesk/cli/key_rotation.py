"""Key rotation: reseal, under the current key of its purpose, what an older key sealed; each in one
transaction."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import select, update

from helpdesk.accounts.keys_signed_by_helpdesk import verified_key_of_person
from helpdesk.accounts.models import Person, UnconfirmedEmailAddress
from helpdesk.core import history
from helpdesk.core.actors import operator
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import Conflict
from helpdesk.core.jobs import Queue, job_by_name
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.sealing import CannotOpen, Envelope, Secret
from helpdesk.core.service_keys import second_factor_key_of
from helpdesk.core.unconfirmed_addresses import UnconfirmedAddress
from helpdesk.core.work import Work
from helpdesk.escalations.models import PartnerLink
from helpdesk.intake.models import EmailReminder
from helpdesk.key_files import KeyFile
from helpdesk.partners.models import Partner, UnconfirmedPartnerEmailAddress

Row = (
    Person
    | Partner
    | PartnerLink
    | EmailReminder
    | UnconfirmedEmailAddress
    | UnconfirmedPartnerEmailAddress
)
# Each kind of row with a sealed value, and its key.
KINDS: tuple[tuple[type[Row], Any], ...] = (
    (Person, Person.id),
    (Partner, Partner.id),
    (PartnerLink, PartnerLink.id),
    (EmailReminder, EmailReminder.case_id),
    (UnconfirmedEmailAddress, UnconfirmedEmailAddress.person_id),
    (UnconfirmedPartnerEmailAddress, UnconfirmedPartnerEmailAddress.partner_id),
)
# What partners are told is carried with the deliveries now, by the worker with their addresses.
MOVED = "escalations.tell_partner"


@dataclass
class ResealCounts:
    """The counts of a reseal: what became of each sealed value."""

    resealed: int = 0
    current: int = 0
    closed: int = 0


class SealedField(NamedTuple):
    """A sealed field of a row, and whose key it is for."""

    field: str
    purpose: KeyFile


def reseal_everything(context: AppContext, old: Secret, *, operator_name: str) -> ResealCounts:
    """Reseal all that the older key opens. Safe to run twice, and to stop at any moment.

    Row by row: what is not reached yet opens with the older key, and what is, with today's.
    """
    done = ResealCounts()
    for _step in reseal_steps(context, old, done, operator_name=operator_name):
        pass
    return done


def reseal_steps(
    context: AppContext, old: Secret, done: ResealCounts, *, operator_name: str
) -> Iterator[None]:
    """Reseal everything, one transaction after the other."""
    actor = operator(operator_name)
    for kind, key in KINDS:
        with context.begin(actor) as work:
            ids = list(work.session.scalars(select(key).order_by(key)))
        for row_id in ids:
            with context.begin(actor) as work:
                row = work.session.get_one(kind, row_id, with_for_update={"of": kind})
                _reseal_row(work, cast("Row", row), old, done)
            yield
    with context.begin(actor) as work:
        _move_outbox_jobs(work)
    yield
    with context.begin(actor) as work:
        _hand_history_over(work, old)
    yield


def _kept(row: Row) -> list[SealedField]:
    if isinstance(row, Partner):
        return [SealedField("mailbox", KeyFile.PARTNER_ADDRESSES)]
    if isinstance(row, PartnerLink):
        return [SealedField("address", KeyFile.PARTNER_ADDRESSES)]
    if isinstance(row, EmailReminder):
        return [SealedField("address", KeyFile.REMINDER_ADDRESSES)]
    if isinstance(row, UnconfirmedAddress):
        # Whoever confirms it moves it as it is to where it is used.
        return [SealedField(field, row.SEALED_TO) for field in ("address", "old", "code")]
    return [
        SealedField("totp_seed", second_factor_key_of(row.role)),
        SealedField("email", KeyFile.DUTY_ADDRESSES),
    ]


def _reseal_row(work: Work, row: Row, old: Secret, done: ResealCounts) -> None:
    changed = False
    for field, purpose in _kept(row):
        envelope: Envelope | None = getattr(row, field)
        if envelope is None:
            continue
        place = row.envelope_place_of(field)
        if _opens(work.keys.service.secrets[purpose], envelope, row, field):
            done.current += 1
        elif _opens(old, envelope, row, field):
            text = old.open_text(envelope, place)
            setattr(row, field, work.keys.service.seal(purpose, text, place))
            if field == "email":
                _copy_for_self(work, row, text)
            done.resealed, changed = done.resealed + 1, True
        else:
            done.closed += 1
    if changed:
        _record(work, row)


def _record(work: Work, row: Row) -> None:
    if isinstance(row, EmailReminder):
        work.record_about("keys.resealed", "cases", row.case_id, case_id=row.case_id)
    elif isinstance(row, UnconfirmedEmailAddress):
        work.record_about("keys.resealed", "people", row.person_id)
    elif isinstance(row, UnconfirmedPartnerEmailAddress):
        work.record_about("keys.resealed", "partners", row.partner_id)
    else:
        work.record("keys.resealed", row)


def _copy_for_self(work: Work, row: Row, address: str) -> None:
    """Pages cannot open it from now on, so the person gets a copy to see; not under a key that
    nobody signed: their page says then that it is not shown."""
    if isinstance(row, Person) and row.key is not None:
        with suppress(Conflict):
            key = verified_key_of_person(work, row)
            row.email_for_self = key.public.seal_text(
                address, row.envelope_place_of("email_for_self")
            )


def _opens(secret: Secret, envelope: Envelope, row: Row, field: str) -> bool:
    try:
        secret.open(envelope, row.envelope_place_of(field))
    except CannotOpen:
        return False
    return True


def _move_outbox_jobs(work: Work) -> None:
    waiting = update(OutboxJob).where(
        OutboxJob.job == MOVED,
        OutboxJob.queue == Queue.NOTICES,
        OutboxJob.state == OutboxJobState.WAITING,
    )
    work.session.execute(waiting.values(queue=job_by_name(MOVED).queue))


def _hand_history_over(work: Work, old: Secret) -> None:
    """What the older key signed stays signed; from this entry on only today's key does."""
    signer = work.keys.service.secrets[KeyFile.HISTORY]
    former = history.verification_key_of(old)
    if history.needs_key_succession(
        work.session, former=former, witness=history.verification_key_of(signer)
    ):
        vouched = history.sign_key_succession(signer, former).hex()
        work.record_about(
            history.KEY_CHANGED, "history", "key", former=former.hex(), vouched=vouched
        )
        work.session.flush()
    while history.extend_history_chain(work.session, at=work.at, signer=signer):
        work.session.flush()
