"""The board of all requests that a coordinator answers for, by what they wait for, by partner and
by region."""

from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.core.un_subregions import SUBREGIONS
from helpdesk.duty import queries
from helpdesk.duty.views.blueprint import bp
from helpdesk.escalations import staff_and_partner_labels
from helpdesk.escalations.request_board import REGION_UNKNOWN, request_board
from helpdesk.escalations.states import RequestPile
from helpdesk.partners import queries as partners
from helpdesk.web.request_work import work

REGIONS: Final = {**SUBREGIONS, REGION_UNKNOWN: "Not known"}
# Past this nobody pages: who looks for one request has its ID.
FURTHEST = 10_000


@bp.get("/requests")
def show_requests() -> ResponseReturnValue:
    """One pile of the request board."""
    pile, slug = _asked_for(), request.args.get("partner", "")
    partner = partners.visible_partner_or_404(work, slug) if slug else None
    region = _region()
    board = request_board(work, pile, partner=partner, region=region, start=_start())
    return render_template(
        "duty/requests.html",
        board=board,
        pile=pile,
        partner=partner,
        partners=partners.all_partners(work),
        region=region,
        regions=REGIONS,
        names=queries.owner_names(work, [one.request.case for one in board.lines]),
        words=staff_and_partner_labels,
        is_first=_start() == 0,
        now=work.at,
    )


def _asked_for() -> RequestPile:
    """The pile in the address; one that we do not know is none."""
    asked = request.args.get("show", "")
    return RequestPile(asked) if asked in set(RequestPile) else RequestPile.OPEN


def _region() -> str | None:
    """The region in the address; one that we do not know is none."""
    asked = request.args.get("region", "")
    return asked if asked in REGIONS else None


def _start() -> int:
    asked = request.args.get("from", "")
    is_number = asked.isascii() and asked.isdigit() and len(asked) <= len(str(FURTHEST))
    return min(int(asked), FURTHEST) if is_number else 0
