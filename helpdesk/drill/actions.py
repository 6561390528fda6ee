"""The actions of people in the drill's scenarios, each by the operation that does it for real."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.accounts import operations as accounts
from helpdesk.accounts import queries as people
from helpdesk.accounts.models import Team
from helpdesk.accounts.on_call import AlertResult
from helpdesk.cases import operations as cases
from helpdesk.cases.models import Case
from helpdesk.core.codes import ReturnCode
from helpdesk.drill.past_moments import PastMoments
from helpdesk.drill.sample_reports import SampleReport
from helpdesk.intake import operations as intake
from helpdesk.runs import operations as playbooks
from helpdesk.runs.models import Run
from helpdesk.triage import operations as triage

FRONT_LINE, QUIET_ROOM = "front-line", "quiet-room"


@dataclass
class DrillReport:
    """A report of the drill that has arrived, and the code that only its reporter has."""

    story: SampleReport
    case: Case
    code: ReturnCode


@dataclass
class DrillActions:
    """The actions that everyone in the drill can do."""

    past: PastMoments
    reports: dict[str, DrillReport]

    def record_region(self, who: str, case: Case, at: datetime, region: str) -> None:
        cases.record_region(self.past.person_work(who, at), case, region)

    def submit_report(self, story: SampleReport, at: datetime, *, to: str = FRONT_LINE) -> Case:
        """Somebody tells us a story."""
        self.send_reports_to(to)
        code = ReturnCode.new()
        way_back = intake.ReportLookupKeys(
            form_token=secrets.token_bytes(32),
            code=code,
            reporter_tag=code.tag(self.past.context.settings.intake_keys[0]),
        )
        work = self.past.stranger_work(at)
        case = intake.submit_report(
            work, story.as_report_content(), keys=way_back, is_drill=True
        ).case
        self.reports[story.id] = DrillReport(story, case, code)
        return case

    def write_as_reporter(self, story: SampleReport, at: datetime, words: str) -> None:
        """The reporter comes back and writes."""
        told = self.reports[story.id]
        intake.send_message_as_reporter(
            self.past.returning_reporter(told.case, told.code, at), told.case, body=words
        )

    def claim(self, who: str, case: Case, at: datetime) -> None:
        cases.claim_case(self.past.person_work(who, at), case)

    def write_to_reporter(self, who: str, case: Case, at: datetime, words: str) -> None:
        """Somebody of ours writes to the reporter."""
        cases.send_message(self.past.person_work(who, at), case, words)

    def write_note(self, who: str, case: Case, at: datetime, words: str) -> None:
        cases.add_case_note(self.past.person_work(who, at), case, words)

    def start_run(self, who: str, case: Case, at: datetime) -> Run:
        """Put the playbook of the case's kind to work."""
        return playbooks.start_run(self.past.person_work(who, at), case, case.incident_type or "")

    def finish_step(
        self,
        who: str,
        run: Run,
        at: datetime,
        step: str,
        outcome: str,
        *,
        note: str = "",
        **evidence: str,
    ) -> None:
        found: Mapping[str, str] = {name.replace("_", "-"): it for name, it in evidence.items()}
        playbooks.finish_step(
            self.past.person_work(who, at), run, step, outcome=outcome, evidence=found, note=note
        )

    def take_first_contact_steps(
        self, who: str, run: Run, at: datetime, *, danger: str = "no_danger"
    ) -> None:
        """The steps with which every case begins, all taken."""
        for step, outcome in (
            ("first-contact.acknowledge", "written"),
            ("first-contact.safe-channel", "mailbox"),
            ("first-contact.danger-again", danger),
            ("first-contact.settle-answers", "settled"),
            ("consent.agree", "agreed"),
        ):
            self.finish_step(who, run, at, step, outcome)
        vouched = "A colleague of a partner group has worked with them for years."
        self.finish_step(who, run, at, "vetting.vouch", "confirmed", note=vouched)

    def take_takeover_steps(self, who: str, run: Run, at: datetime) -> None:
        """The steps of a taken account, up to the platform's own form."""
        self.take_first_contact_steps(who, run, at)
        self.finish_step(who, run, at, "rule-out", "intruder")
        self.finish_step(
            who,
            run,
            at,
            "confirm-owner",
            "confirmed",
            ownership_statement="Confirmed by telephone by a second person who runs the account.",
            profile_url=f"https://platform.example/{run.case.ref.lower()}",
        )
        self.finish_step(
            who,
            run,
            at,
            "save-log",
            "saved",
            first_sign=(at - timedelta(days=1)).strftime("%Y-%m-%d %H:%M UTC"),
            changes_seen="Posts and messages that the owners did not write.",
        )

    def start_duty(self, who: str, at: datetime) -> None:
        person = self.past.person_by_handle(who)
        accounts.go_on_duty(self.past.person_work(who, at), person, hours=24)

    def fail_alert_emails(self, case: Case, at: datetime, *, percent: int) -> None:
        """No letter of an alarm is taken, neither for who is on duty nor for anybody else."""
        work = self.past.system_work(at)
        untold = [one.id for one in people.members_with_key(work.session, case.team_id)]
        reached = AlertResult([], untold, is_heard=False)
        triage.record_alert_result(
            work, case.id, reached, action="triage.alarm_sent", percent=percent
        )

    def send_reports_to(self, slug: str) -> None:
        """Only one queue takes reports in; the drill turns the sign to fill the other as well."""
        for team in self.past.session.scalars(select(Team)):
            if team.slug in (FRONT_LINE, QUIET_ROOM):
                team.takes_reports = team.slug == slug
        self.past.session.flush()
