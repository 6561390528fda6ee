"""Every promise names a job, every job is promised, every queue has a worker."""

import gc
import inspect
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from helpdesk import context_assembly
from helpdesk.core import jobs
from helpdesk.core.events import Event
from tests.guards import rules

ROOT = Path(__file__).resolve().parents[2]


def test_every_promised_name_is_a_job():
    assert context_assembly.JOBS
    assert rules.enqueued_names(ROOT) <= {job.name for job in jobs.all_jobs()}


def test_every_job_is_promised_somewhere_or_acts_on_what_is_announced():
    announced = rules.announced_events(ROOT)
    found = {
        job.name for job in jobs.all_jobs() if job.on is not None and job.on.__name__ in announced
    }

    assert {job.name for job in jobs.all_jobs()} <= rules.enqueued_names(ROOT) | found


def test_every_event_is_announced_and_somebody_acts_on_it():
    events = {event.__name__ for event in Event.__subclasses__()}

    assert events
    assert rules.announced_events(ROOT) == events
    assert {job.on.__name__ for job in jobs.all_jobs() if job.on is not None} == events


def test_the_arguments_of_a_job_are_what_its_event_tells():
    for job in jobs.all_jobs():
        if job.on is not None:
            told = {one.name for one in fields(job.on)}
            asked = inspect.signature(inspect.unwrap(job.function)).parameters
            needed = {name for name, one in asked.items() if one.default is one.empty}
            assert needed - {"context"} <= told <= set(asked) - {"context"}, job.name


def layers():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [order] = [one for one in contracts["contracts"] if one["id"] == "features-point-down"]
    return [names.replace("(", "").replace(")", "") for names in order["layers"]]


def test_no_promise_by_name_calls_upwards():
    assert list(rules.enqueued_jobs_that_call_upwards(ROOT, layers())) == []


@pytest.mark.parametrize(
    ("package", "name", "is_refused"),
    [
        ("cases", "triage.alarm", True),
        ("partners", "escalations.tell_what_waited", True),
        ("accounts", "cases.wake", True),
        ("intake", "triage.tell_owner", False),
        ("cases", "cases.wake", False),
    ],
)
def test_a_planted_promise_that_calls_upwards_is_seen(tmp_path, package, name, is_refused):
    planted = tmp_path / "helpdesk" / package / "x.py"
    planted.parent.mkdir(parents=True)
    planted.write_text(f'work.enqueue(\n    "{name}", case_id=case.id)')

    assert bool(list(rules.enqueued_jobs_that_call_upwards(tmp_path, layers()))) is is_refused


def test_an_event_that_nobody_acts_on_is_refused(context):
    class Unheard(Event):
        pass

    with context.begin() as work, pytest.raises(LookupError, match="Nobody acts on Unheard"):
        work.announce(Unheard())
    del Unheard
    gc.collect()


def test_every_queue_has_a_worker_in_helpdesk_up():
    words = "\n".join(path.read_text() for path in (ROOT / "helpdesk" / "supervisor").rglob("*.py"))
    named = all(f'"{queue}"' in words for queue in jobs.Queue)

    assert named or "in Queue" in words


def test_a_planted_promise_without_a_job_is_seen(tmp_path):
    planted = tmp_path / "helpdesk" / "x.py"
    planted.parent.mkdir()
    planted.write_text('work.enqueue("cases.nothing", case_id=case.id)')

    assert rules.enqueued_names(tmp_path) == {"cases.nothing"}
