"""Submission of a report: everything that is true of it arrives together, or nothing does."""

from dataclasses import dataclass, field

from helpdesk.cases.models import Case, Consent
from helpdesk.cases.report_content import seal_report
from helpdesk.cases.states import ConsentKind
from helpdesk.core.actors import NOBODY, reporter
from helpdesk.core.codes import ReturnCode, new_short_ref
from helpdesk.core.database import new_id
from helpdesk.core.errors import CannotTakeReports
from helpdesk.core.keys import KeyKind, new_key, seal_key_for
from helpdesk.core.round_trips import BulkInsertWork
from helpdesk.core.work import Work
from helpdesk.intake import queries
from helpdesk.intake.report_form_rules import CONTACT, ReportContent
from helpdesk.triage import operations as triage
from helpdesk.triage.case_advice import seal_answers_for_advice
from helpdesk.triage.judgement import Judgement


@dataclass(frozen=True)
class ReportLookupKeys:
    """The keys by which a case is found again: the form it was made from, and the reporter's return
    code."""

    form_token: bytes
    code: ReturnCode = field(repr=False)
    reporter_tag: bytes


@dataclass(frozen=True)
class SubmissionResult:
    """The result of a submission: the case, and how it was judged, if it is a new one."""

    case: Case
    judgement: Judgement | None = None

    @property
    def is_new(self) -> bool:
        return self.judgement is not None


def submit_report(
    work: Work,
    report: ReportContent,
    *,
    keys: ReportLookupKeys,
    in_second_lane: bool = False,
    is_drill: bool = False,
) -> SubmissionResult:
    """Submit a report: store the case, its level, its clock and its jobs, by one statement.

    The same form sent again, even at the same moment, finds the case that the first one made.
    """
    for again in (False, True):
        context = queries.receiving_team(work, refresh=again)
        # Somebody whose mailbox is open may report another thing: nothing must tie the two
        # together.
        arrival = BulkInsertWork(work.session, NOBODY, work.at, work.keys)
        receipt = SubmissionResult(
            *_write_down(
                arrival, report, keys, context, in_second_lane=in_second_lane, is_drill=is_drill
            )
        )
        if arrival.insert_all(
            receipt.case, while_=queries.STILL_THE_SAME, **context.cache_parameters
        ):
            return receipt
        found = queries.case_by_form_token(work, keys.form_token)
        if found is not None:
            return SubmissionResult(found)
        # Nobody was before us: it is another queue that takes reports by now, or a newer key.
    # No queue took reports for long enough to take this one.
    raise CannotTakeReports


def _write_down(
    work: Work,
    told: ReportContent,
    way_back: ReportLookupKeys,
    context: queries.ReceivingTeam,
    *,
    in_second_lane: bool,
    is_drill: bool,
) -> tuple[Case, Judgement]:
    main, *others = triage.kinds_by_urgency(told.kinds, told.answers)
    case_id = new_id()
    key, secret = new_key(work, KeyKind.CASE, case_id)
    work.keys.remember(key.id, secret)  # until this piece of work ends; the process forgets it then
    seal_key_for(work, key, secret, context.key)
    case = Case(
        id=case_id,
        ref=new_short_ref(),
        team_id=context.id,
        incident_type=main,
        other_types=tuple(others),
        platform=told.platform,
        language=told.language,
        opened_at=work.hour_for_reporter,
        in_slow_lane=in_second_lane,
        is_drill=is_drill,
        key_id=key.id,
        public_half=key.public_half,
        reporter_tag=way_back.reporter_tag,
        reporter_public_half=way_back.code.secret().public.raw,
        form_token=way_back.form_token,
    )
    contact = {name: told.contact.get(name, "") for name in CONTACT}
    seal_report(
        case,
        secret,
        story=told.story,
        answers=told.answers,
        contact=contact,
        reported=told.kinds,
    )
    seal_answers_for_advice(
        case, told.answers, hold_is_about="" if others else main, reported=told.kinds
    )
    judgement = triage.judge_new_case(work, case, told.answers)
    work.add(case)
    work.record("case.submitted", case, slow_lane=in_second_lane, about=list(case.kinds))
    _note_consents(work, case, told)
    return case, judgement


def _note_consents(work: Work, case: Case, told: ReportContent) -> None:
    for kind in sorted(told.consents):
        work.add(
            Consent(
                case_id=case.id,
                kind=kind,
                platform=told.platform if kind is ConsentKind.PLATFORM else None,
                given_at=work.hour_for_reporter,
                given_by=reporter(case.id).id,
            )
        )
