"""Need-to-know holds with the whole database in hand: sealing, not the pages, keeps people out."""

import pytest
from sqlalchemy import select

from helpdesk.accounts.models import Membership, Person, SignInSession
from helpdesk.cases import operations, queries
from helpdesk.cases.models import Case, ConversationChannel, LoggedConversation, Message, Note
from helpdesk.core.actors import Role
from helpdesk.core.keys import KeyCopy, Keyring
from helpdesk.core.sealing import CannotOpen, EnvelopePlace, Secret
from tests.conftest import SERVICE
from tests.factories import a_case, a_person, a_team, work_as

STORY = "They took my account on Friday."


@pytest.fixture
def house(context):
    """Two queues, two people in each, one case in each with words in every sealed place."""
    with context.begin() as work:
        queues = [a_team(work), a_team(work)]
        people = [[a_person(work, teams=[queue]) for _ in range(2)] for queue in queues]
        cases = [a_case(work, queue, story=STORY) for queue in queues]
    for (first, _), case in zip(people, cases, strict=True):
        with work_as(context, first) as work:
            found = queries.case_by_ref(work, case.ref)
            operations.send_message(work, found, "A message.")
            operations.add_case_note(work, found, "A note.")
            operations.record_conversation(
                work,
                found,
                way=ConversationChannel.SIGNAL,
                spoke_at=work.at,
                reached=True,
                summary="A call.",
            )
    return people, cases


def everything_opened_by(work, secrets):
    """Every key that these secrets lead to, trying every copy with every key, again and again."""
    known, copies = dict(secrets), work.session.scalars(select(KeyCopy)).all()
    while True:
        fresh = {}
        for copy in copies:
            place = EnvelopePlace("key_copies", "sealed", "", f"{copy.key_id}/{copy.holder_id}")
            for secret in known.values():
                if copy.key_id not in known:
                    try:
                        fresh[copy.key_id] = Secret(secret.open(copy.sealed, place))
                    except CannotOpen:
                        continue
        if not fresh:
            return known
        known |= fresh


def test_a_responder_outside_the_queue_opens_none_of_its_cases_with_the_database_in_hand(
    context, house
):
    [(inside, _), (outside, _)], [case, _] = house

    with context.begin() as work:
        known = everything_opened_by(work, outside.secrets)
        assert case.key_id not in known
        rows = [work.session.get(Case, case.id)]
        rows += work.session.scalars(select(Message).where(Message.case_id == case.id))
        rows += work.session.scalars(select(Note).where(Note.case_id == case.id))
        rows += work.session.scalars(
            select(LoggedConversation).where(LoggedConversation.case_id == case.id)
        )
        tried = 0
        for row in rows:
            for field in ("story", "contact", "answers", "body", "for_reporter", "summary"):
                envelope = getattr(row, field, None)
                for secret in [*known.values(), *SERVICE.secrets.values()] if envelope else ():
                    tried += 1
                    with pytest.raises(CannotOpen):
                        secret.open(envelope, row.envelope_place_of(field))
        assert tried >= 18
        assert case.key_id in everything_opened_by(work, inside.secrets), "the proof can fail"


def test_making_oneself_a_member_in_the_database_opens_nothing(context, house):
    [_, (outside, _)], [case, _] = house

    with context.begin() as work:
        row = Membership(person_id=outside.person.id, team_id=case.team_id, since_at=work.at)
        work.session.add(row)
    with work_as(context, outside) as work:
        assert not work.keys.holds(case.key_id)


@pytest.mark.parametrize("purpose", sorted(SERVICE.secrets))
def test_no_service_key_and_no_session_row_opens_a_case(context, house, purpose):
    _, cases = house

    with context.begin() as work:
        service = context.service.secrets[purpose]
        keys = Keyring(work.session, {"service": service}, service=context.service)
        assert not any(keys.holds(case.key_id) for case in cases)
        known = everything_opened_by(work, {"service": service})
        for row in work.session.scalars(select(SignInSession)):
            with pytest.raises(CannotOpen):
                service.open(row.unlocked, row.envelope_place_of("unlocked"))
        for person in work.session.scalars(select(Person)):
            for field in ("under_passphrase", "under_recovery"):
                with pytest.raises(CannotOpen):
                    service.open(getattr(person, field), person.envelope_place_of(field))
    assert set(known) == {"service"}


def test_an_envelope_moved_to_another_row_column_or_case_does_not_open(context, house):
    [(reader, _), _], [case, other] = house

    with work_as(context, reader) as work:
        found = queries.case_by_ref(work, case.ref)
        [message], [note] = (
            queries.messages_with_reporter(work, found),
            queries.notes_of(work, found),
        )
        secret = work.keys.secret(found.key_id)
        assert secret.open_text(found.story, found.envelope_place_of("story")) == STORY
        elsewhere = [
            (found.story, found.envelope_place_of("contact")),
            (found.story, EnvelopePlace("cases", "story", other.id, other.id)),
            (found.story, EnvelopePlace("notes", "body", found.id, note.id)),
            (message.body, note.envelope_place_of("body")),
            (message.body, message.envelope_place_of("for_reporter")),
            (note.body, message.envelope_place_of("body")),
        ]
        for envelope, place in elsewhere:
            with pytest.raises(CannotOpen):
                secret.open(envelope, place)
        # The same through the database: the row is changed, and the page has no text to show.
        found.story = found.contact
        with pytest.raises(CannotOpen):
            work.keys.open(found, "story")
        work.session.refresh(found)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.PARTNER])
def test_operators_and_partners_hold_no_key_of_a_case(context, house, role):
    _, cases = house
    with context.begin() as work:
        somebody = a_person(work, role)

    with work_as(context, somebody) as work:
        assert not any(work.keys.holds(case.key_id) for case in cases)
        assert set(everything_opened_by(work, somebody.secrets)) == set(somebody.secrets)
