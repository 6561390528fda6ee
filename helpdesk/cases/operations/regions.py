"""Where a reporter is: a subregion of the United Nations, and never anything more exact."""

from helpdesk.cases.models import Case
from helpdesk.cases.policy import may_work_on_case
from helpdesk.cases.queries import lock_case
from helpdesk.core.errors import Conflict
from helpdesk.core.stale_page_marks import mark_of, refuse_if_changed_since
from helpdesk.core.un_subregions import SUBREGIONS
from helpdesk.core.work import Work


def record_region(work: Work, case: Case, region: str | None, *, seen: str | None = None) -> None:
    """Write down where the reporter is, or that we do not know. It stands in clear on the case, and
    not in history, which is never deleted. `seen` is the mark of what stood there."""
    lock_case(work, case)
    work.require(may_work_on_case, case)
    refuse_if_changed_since(seen, now=mark_of(case.region))
    if region is not None and region not in SUBREGIONS:
        raise Conflict("There is no such region.")
    case.region = region
    work.record("case.region_recorded", case)
