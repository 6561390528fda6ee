"""Every promise names a job, every job is promised, every queue has a worker."""

from pathlib import Path

from helpdesk import assembly
from helpdesk.core import jobs
from tests.guards import rules

ROOT = Path(__file__).resolve().parents[2]


def test_every_promised_name_is_a_job():
    assert assembly.JOBS
    assert rules.promised_names(ROOT) <= {job.name for job in jobs.every_job()}


def test_every_job_is_promised_somewhere():
    assert {job.name for job in jobs.every_job()} <= rules.promised_names(ROOT)


def test_every_queue_has_a_worker_in_helpdesk_up():
    words = "\n".join(path.read_text() for path in (ROOT / "helpdesk" / "supervisor").rglob("*.py"))
    named = all(f'"{queue}"' in words for queue in jobs.Queue)

    assert named or "in Queue" in words


def test_a_planted_promise_without_a_job_is_seen(tmp_path):
    planted = tmp_path / "helpdesk" / "x.py"
    planted.parent.mkdir()
    planted.write_text('work.promise("cases.nothing", case_id=case.id)')

    assert rules.promised_names(tmp_path) == {"cases.nothing"}
