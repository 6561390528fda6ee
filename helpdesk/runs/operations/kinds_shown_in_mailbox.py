"""The operation that lets the reporter's mailbox show the advice and questions of one more kind of
trouble."""

from helpdesk.cases.models import Case
from helpdesk.cases.queries import lock_case
from helpdesk.core.errors import NotFound, StalePage
from helpdesk.core.work import Work
from helpdesk.playbooks import repository
from helpdesk.runs.policy import may_start_run


def show_kind_in_mailbox(work: Work, case: Case, kind: str) -> None:
    """Let the mailbox show the advice and questions of a kind that the case is about. Nothing takes
    that back: whoever holds the return code may have read it."""
    lock_case(work, case)
    work.require(may_start_run, case)
    page = repository.load_current_library().playbook(kind)
    if page is None or kind not in case.kinds:
        raise NotFound
    if kind in case.kinds_for_reporter:
        raise StalePage("The reporter\u2019s mailbox already shows this.")
    case.show_kind_in_mailbox(kind)
    work.record("playbook.shown_in_mailbox", case, playbook=page.name)
