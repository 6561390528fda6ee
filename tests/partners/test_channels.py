"""Channels of a partner: in an order, settled by coordinators, the first that fits is chosen."""

# ruff: noqa: F401, F811 - fixtures of other files

from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict, NotAllowed, NotFound, StalePage
from helpdesk.core.history import HistoryEntry
from helpdesk.partners import operations, queries
from helpdesk.partners.channel_choice import ChannelNeed, choose_channel
from helpdesk.partners.channel_terms import (
    DESK_TERMS,
    ChannelKind,
    ChannelTerms,
    OnwardDisclosure,
    ReceiptKind,
)
from helpdesk.partners.models import Partner, PartnerChannel
from helpdesk.partners.partner_terms import EVERY_ASK
from helpdesk.partners.stale_page_marks import channels_mark_of
from tests.conftest import become
from tests.factories import a_person, sign_in, vet, work_as
from tests.intake.browser import mark_in, token_in
from tests.partners.test_partners import lead, partner, queue, responder, theirs

TELLS = replace(DESK_TERMS, onward_disclosure=OnwardDisclosure.TELLS, asks=("lock",))


def add(context, lead, partner, terms=TELLS):
    with work_as(context, lead) as work:
        return operations.add_channel(work, theirs(work, partner), terms=terms)


def channels(work, partner):
    return list(queries.channels_of(work, theirs(work, partner)))


def test_who_is_registered_is_asked_at_their_desk_and_nobody_knows_who_else_hears(
    context,
    lead,
    partner,
):
    with work_as(context, lead) as work:
        [desk] = channels(work, partner)

    assert desk.kind is ChannelKind.DESK
    assert desk.onward_disclosure is OnwardDisclosure.UNKNOWN
    assert desk.receipt is ReceiptKind.OPENED


def test_a_new_channel_is_tried_last_and_can_be_moved_forward(context, lead, partner):
    added = add(context, lead, partner)

    with work_as(context, lead) as work:
        first, last = channels(work, partner)
        assert last.id == added.id
        operations.move_channel_forward(work, theirs(work, partner), last)
    with work_as(context, lead) as work:
        assert [one.id for one in channels(work, partner)] == [added.id, first.id]
        with pytest.raises(StalePage):
            operations.move_channel_forward(
                work, theirs(work, partner), queries.channel_or_404(work, partner, added.id)
            )


def test_a_channel_that_ended_is_no_longer_tried_and_keeps_its_row(context, lead, partner):
    added = add(context, lead, partner)

    with work_as(context, lead) as work:
        one = queries.channel_or_404(work, partner, added.id)
        operations.end_channel(work, theirs(work, partner), one)
        assert added.id not in [one.id for one in channels(work, partner)]
        for verb in (operations.end_channel, operations.move_channel_forward):
            with pytest.raises(StalePage):
                verb(work, theirs(work, partner), one)
        assert queries.channel_or_404(work, partner, added.id).ended_on == work.at.date()


def test_who_adds_a_channel_does_not_decide_alone_who_reads_there(context, lead, partner):
    with context.begin() as work:
        vet(work, work.session.get(Partner, partner.id))

    add(context, lead, partner)

    with work_as(context, lead) as work:
        found = theirs(work, partner)
        assert not found.is_vetted
        assert lead.actor.id in found.changed_by


def test_history_says_what_a_channel_was_and_became(context, lead, partner):
    added = add(context, lead, partner)
    with work_as(context, lead) as work:
        one = queries.channel_or_404(work, partner, added.id)
        after = replace(TELLS, onward_disclosure=OnwardDisclosure.INSIDE)
        operations.change_channel(work, theirs(work, partner), one, terms=after)

    with context.begin() as work:
        last = work.session.scalars(
            select(HistoryEntry)
            .where(HistoryEntry.action == "partner.channel_changed")
            .order_by(HistoryEntry.id.desc())
        ).first()
    assert last.details["changed"] == ["onward_disclosure"]
    assert last.details["was"]["onward_disclosure"] == "tells"
    assert last.details["now"]["onward_disclosure"] == "inside"


def test_an_old_page_adds_changes_moves_and_ends_nothing(context, lead, partner):
    added = add(context, lead, partner)
    with work_as(context, lead) as work:
        found = theirs(work, partner)
        old = channels_mark_of(work, found)
        one = queries.channel_or_404(work, partner, added.id)
        operations.change_channel(
            work, found, one, terms=replace(TELLS, receipt=ReceiptKind.NONE), seen=old
        )
        work.session.flush()
        for verb in (
            lambda: operations.add_channel(work, found, terms=TELLS, seen=old),
            lambda: operations.change_channel(work, found, one, terms=TELLS, seen=old),
            lambda: operations.move_channel_forward(work, found, one, seen=old),
            lambda: operations.end_channel(work, found, one, seen=old),
        ):
            with pytest.raises(StalePage):
                verb()


@pytest.mark.parametrize(
    "terms",
    [
        ChannelTerms(asks=("fly",)),
        ChannelTerms(storage_region="999"),
        ChannelTerms(size_limit=0),
        ChannelTerms(size_limit=10**6),
    ],
)
def test_what_no_request_could_be_matched_with_is_refused(context, lead, partner, terms):
    with work_as(context, lead) as work, pytest.raises(Conflict):
        operations.add_channel(work, theirs(work, partner), terms=terms)


@pytest.mark.parametrize("role", [Role.RESPONDER, Role.OPERATOR, Role.PARTNER])
def test_only_coordinators_settle_channels(context, lead, partner, queue, role):
    with context.begin() as work:
        teams = {Role.RESPONDER: [queue], Role.PARTNER: [partner.team]}.get(role, [])
        somebody = a_person(work, role, teams)
    with work_as(context, lead) as work:
        [desk] = channels(work, partner)
    with work_as(context, somebody) as work:
        found = work.session.get(Partner, partner.id)
        desk = work.session.get(PartnerChannel, desk.id)
        for verb in (
            lambda: operations.add_channel(work, found, terms=TELLS),
            lambda: operations.change_channel(work, found, desk, terms=TELLS),
            lambda: operations.move_channel_forward(work, found, desk),
            lambda: operations.end_channel(work, found, desk),
        ):
            with pytest.raises((NotAllowed, NotFound)):
                verb()


@pytest.mark.parametrize("role", ["helpdesk_intake", "helpdesk_partner", "helpdesk_worker"])
def test_no_other_process_learns_where_a_channel_keeps_what_it_is_told(context, partner, role):
    with context.begin() as work:
        nested = work.session.begin_nested()
        before = become(context, role)
        with pytest.raises(ProgrammingError, match="permission denied"):
            work.session.execute(text("SELECT storage_region FROM partner_channels"))
        nested.rollback()
        become(context, before)


def a_channel(**how):
    return PartnerChannel(**({"kind": ChannelKind.DESK, "asks": [], "harms": []} | how))


def need(ask="lock", harm="doxing", size=100):
    return ChannelNeed(ask, harm, dict.fromkeys(ChannelKind, size))


OF_A_CHANNEL = st.builds(
    a_channel,
    asks=st.lists(st.sampled_from(EVERY_ASK), unique=True),
    harms=st.lists(st.sampled_from(["doxing", "phishing"]), unique=True),
    size_limit=st.none() | st.integers(50, 150),
)


def fits(one, wanted):
    return (
        (not one.asks or wanted.ask in one.asks)
        and (not one.harms or wanted.harm in one.harms)
        and (one.size_limit is None or wanted.sizes[one.kind] <= one.size_limit)
    )


@given(st.lists(OF_A_CHANNEL, max_size=5), st.sampled_from(EVERY_ASK), st.integers(50, 150))
def test_it_is_the_first_that_fits_with_a_reason_for_each_that_was_passed(found, ask, size):
    wanted = need(ask=ask, size=size)

    choice = choose_channel(found, wanted)

    fitting = [one for one in found if fits(one, wanted)]
    assert choice.channel is (fitting[0] if fitting else None)
    assert choice.reasons
    if choice.channel is not None:
        passed = next(place for place, one in enumerate(found) if one is choice.channel)
        assert len(choice.reasons) == 1 + passed


def test_coordinators_add_and_change_channels_on_the_partners_page(context, staff, lead, partner):
    client = sign_in(staff, lead)
    page = f"/partners/{partner.slug}"

    def post(at, to, **fields):
        shown = client.get(at)
        sent = {"csrf_token": token_in(shown.text), **mark_in(shown, to), **fields}
        return client.post(to, data=sent, follow_redirects=True)

    told = {"onward_disclosure": "tells", "receipt": "number", "storage_region": "155"}
    told["kind"] = "desk"
    shown = unescape(
        post(
            f"{page}/channels/new",
            f"{page}/channels",
            **told,
            asks=["remove"],
            harms=["doxing"],
            size_limit="900",
        ).text
    )
    assert "They tell the reported party" in shown
    assert "900 characters" in shown
    assert "Western Europe" in shown

    with work_as(context, lead) as work:
        first, added = channels(work, partner)
    edit = f"{page}/channels/{added.id}"
    assert 'value="900"' in client.get(edit).text
    answer = post(edit, edit, **told | {"onward_disclosure": "inside"})
    assert answer.status_code == 200
    post(page, f"{page}/channels/{added.id}/position")
    post(page, f"{page}/channels/{first.id}/end")
    with work_as(context, lead) as work:
        [left] = channels(work, partner)
    assert (left.id, left.onward_disclosure) == (added.id, OnwardDisclosure.INSIDE)
    refused = post(f"{page}/channels/new", f"{page}/channels", **told, size_limit="0")
    assert refused.status_code == 422
