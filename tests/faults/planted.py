"""Applications with a fault planted in them: the judge must see each, or its silence says nothing.

Served like the real one, by `House.serve(surface, "tests.faults.planted:…()")`.
"""

import secrets
import time
from dataclasses import replace
from datetime import timedelta
from threading import Timer

from sqlalchemy.orm import Session

from helpdesk.cases import operations as cases
from helpdesk.cases.models import Consent
from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import Conflict
from helpdesk.core.round_trips import BulkInsertWork
from helpdesk.intake import machine_sent_reports
from helpdesk.intake.report_form_token import ReportFormToken
from helpdesk.intake.views import reports

LATE = 1.0
arrive = BulkInsertWork.insert_all


def commits_after_answering():
    """It says that the report has arrived, and writes it down a moment later."""
    BulkInsertWork.insert_all = _arrive_late
    return _application()


def writes_half():
    """What was agreed to is written in a transaction of its own, which sometimes does not come."""
    BulkInsertWork.insert_all = _arrive_without_consents
    return _application()


def forgets_its_forms():
    """A form that is sent again is a new form."""
    ReportFormToken.fingerprint = property(lambda token: secrets.token_bytes(32))
    ReportFormToken.return_code = lambda token, key: ReturnCode.new()
    return _application()


def looks_before_it_claims():
    """It looks whether the case is free, and then writes."""
    cases.claim_case = _claim_after_a_look
    return _application()


def waits_two_seconds():
    """No fault: the minute that a token has to wait is two seconds, or the trial would be long."""
    machine_sent_reports.UNHURRIED = timedelta(seconds=2)
    return _application()


def marks_by_number():
    """Whoever comes in a crowd is put into the second lane."""
    reports.belongs_in_second_lane = lambda _fields, _token, *, is_flood: is_flood
    return _application()


def marks_nothing():
    """Nobody is put into it."""
    reports.belongs_in_second_lane = lambda _fields, _token, *, is_flood: False
    return _application()


def _application():
    from wsgi import application  # noqa: PLC0415 - built only when the fault is in place

    return application


def _arrive_late(arrival, first, **while_):
    later = Session(arrival.session.get_bind(), expire_on_commit=False)

    def end():
        arrive(replace(arrival, session=later), first, **while_)
        later.commit()
        later.close()

    Timer(LATE, end).start()
    return True


def _arrive_without_consents(arrival, first, **while_):
    if secrets.randbelow(2):
        kept = [one for one in arrival.rows if not isinstance(one, Consent)]
        return arrive(replace(arrival, rows=kept), first, **while_)
    return arrive(arrival, first, **while_)


def _claim_after_a_look(work, case):
    work.session.refresh(case)
    if case.owner_id is not None:
        raise Conflict("Someone else has taken this case.")
    time.sleep(0.05)
    case.owner_id = work.actor.person_id
    case.open()
    work.record("case.claimed", case)
