"""The judge sees what it is there to see: each promise broken once, on purpose."""

from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from bench.faults import burying, claiming, delivering, judge, killing, requests, submitting
from bench.seeding import several_cases
from helpdesk.core import history
from helpdesk.core.emails import UncertainMailError
from helpdesk.escalations import request_emails
from helpdesk.escalations.operations import delivery_attempts
from tests.faults.conftest import SEED

pytestmark = pytest.mark.slow


def planted(name):
    return f"tests.faults.planted:{name}()"


def test_a_report_that_is_acknowledged_before_it_is_committed(scene):
    scene.serve("public", planted("commits_after_answering"))

    trial = submitting.trial(
        scene.house,
        scene.coordinator,
        seed=SEED,
        kills=20,  # how many of them hit between answer and commit is chance
        victims={"web worker": killing.web_worker("public")},
    )

    assert any("finds no case" in fault for fault in trial.faults)


def test_a_case_of_which_a_part_is_missing(scene):
    scene.serve("public", planted("writes_half"))

    trial = submitting.same_form_by_many(
        scene.house, scene.coordinator, seed=SEED, forms=8, threads=2
    )

    assert any("Half a case: a case has no consents" in fault for fault in trial.faults)


def test_a_form_that_makes_two_cases(scene):
    scene.serve("public", planted("forgets_its_forms"))

    trial = submitting.same_form_by_many(
        scene.house, scene.coordinator, seed=SEED, forms=2, threads=4
    )

    assert any("is 4 cases" in fault for fault in trial.faults)
    assert any("different codes" in fault for fault in trial.faults)


def test_what_was_there_before_is_no_repeat_of_a_form(scene):
    several_cases(scene.house, 2)
    scene.serve("public")

    trial = submitting.same_form_by_many(
        scene.house, scene.coordinator, seed=SEED, forms=1, threads=2
    )

    assert trial.faults == []


def test_a_claim_that_looks_before_it_writes(scene):
    scene.serve("staff", planted("looks_before_it_claims"))
    refs = several_cases(scene.house, 5)

    trial = claiming.trial(scene.house, scene.responders, refs, seed=SEED)

    assert any("was given to" in fault for fault in trial.faults)
    assert any("History tells of" in fault for fault in trial.faults)


class LostAfterTheData:
    """A post whose connection breaks when the mail has been taken: each first try is unclear."""

    def __init__(self, post):
        self._post = post
        self._seen = set()

    def send(self, letter):
        self._post.send(letter)
        if letter.subject not in self._seen:
            self._seen.add(letter.subject)
            raise UncertainMailError


@pytest.fixture
def sent_twice(scene):
    """Requests that are approved, and a desk from which each mail leaves twice."""
    ready = requests.drafted(scene.house, scene.responders[0], scene.partner, 2)
    for one in ready:
        requests.approve(scene.house, scene.coordinator, one)
    context = replace(scene.house.context, mailer=LostAfterTheData(scene.house.context.mailer))

    def judged():
        delivering.let_time_pass(scene.house, context)
        return judge.deliveries(scene.house, scene.mail.arrived, wanted=[one.ref for one in ready])

    return judged


def test_nothing_is_said_of_a_repeat_under_the_same_id(sent_twice):
    assert sent_twice() == []


def test_a_repeat_under_a_second_id(sent_twice, monkeypatch):
    compose = request_emails.compose_email_from

    def under_a_new_id(settings, template, *, to, key, **facts):
        return compose(settings, template, to=to, key=f"{key}.{uuid4().hex}", **facts)

    monkeypatch.setattr(request_emails, "compose_email_from", under_a_new_id)

    assert any("under 2 different ids" in fault for fault in sent_twice())


def test_a_repeat_that_is_written_nowhere(sent_twice, monkeypatch):
    begin = delivery_attempts._begin

    def without_a_row(work, delivery, link):
        parcel = begin(work, delivery, link)
        if len(delivery.attempts) > 1:
            delivery.attempts.pop()
        return parcel

    monkeypatch.setattr(delivery_attempts, "_begin", without_a_row)

    assert any("are written down" in fault for fault in sent_twice())


def test_a_ticker_that_links_at_the_same_moment_stops_no_judgement(scene, monkeypatch):
    several_cases(scene.house, 1)
    link, quicker = (
        history.extend_history_chain,
        [IntegrityError("INSERT", {}, Exception("was quicker"))],
    )

    def behind_another(session, **how):
        if quicker:
            raise quicker.pop()
        return link(session, **how)

    monkeypatch.setattr(history, "extend_history_chain", behind_another)

    assert judge.chain(scene.house) == []
    assert not quicker


def test_history_that_was_changed(scene):
    several_cases(scene.house, 1)
    assert judge.chain(scene.house) == []
    with psycopg.connect(scene.house.database()) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE history SET actor_id = 'somebody' WHERE action LIKE 'case.%'")

    assert any("was changed" in fault for fault in judge.chain(scene.house))


IN_ONE_LINE = """
CREATE FUNCTION planted_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.promised_by := 'helpdesk_intake';
    NEW.turn := CASE WHEN NEW.id LIKE 'planted%' THEN 0 ELSE 1000000 END;
    RETURN NEW;
END $$;
CREATE TRIGGER zz_planted BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION planted_line()
"""


def test_promises_that_stand_in_one_line_bury_the_alarms_behind_them(scene, monkeypatch):
    monkeypatch.setattr(burying, "LONGEST", 1.0)  # fewer are planted than in a whole trial
    with psycopg.connect(scene.house.database()) as connection:
        connection.execute(IN_ONE_LINE)
    try:
        scene.house.work("notices")
        scene.house.tick()

        trial = burying.trial(scene.house, seed=SEED, many=1_000)
    finally:
        with psycopg.connect(scene.house.database()) as connection:
            connection.execute("DROP TRIGGER zz_planted ON outbox; DROP FUNCTION planted_line()")

    assert [fault for fault in trial.faults if fault.startswith("behind")]
