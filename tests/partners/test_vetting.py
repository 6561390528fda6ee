"""A partner is vetted by a second person, who has nothing to do with it or its people."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from helpdesk.accounts import operations as accounts
from helpdesk.accounts import queries as people
from helpdesk.accounts.key_fingerprints import key_fingerprint
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict, NotAllowed, StalePage
from helpdesk.partners import operations, vetting
from helpdesk.partners.models import Partner
from helpdesk.partners.partner_terms import PartnerTerms
from helpdesk.partners.stale_page_marks import desk_mark_of
from tests.factories import a_person, a_team, enrolled, sign_in, work_as, work_let_in

ABOUT = PartnerTerms(reach_us="The helpdesk of the tests.")


class Trust:
    """A queue of three whom an operator brought in, and a partner that Ada registered."""

    def __init__(self, context):
        self.context = context
        with context.begin() as work:
            self.queue = a_team(work)
            self.ada = a_person(work, Role.COORDINATOR, [self.queue], name="Ada")
            self.ben = a_person(work, Role.COORDINATOR, [self.queue], name="Ben")
            self.cem = a_person(work, teams=[self.queue], name="Cem")
        self.partner = self.registered(self.ada)

    def registered(self, by):
        with work_as(self.context, by) as work:
            return operations.register_partner(
                work,
                slug="northern",
                name="Northern Social",
                platform="northern",
                mailbox="trust@northern.test",
                about=ABOUT,
                is_new_platform=True,
            )

    def theirs(self, work):
        return work.session.get(Partner, self.partner.id)

    def first_of_theirs(self, by, handle="theirs"):
        """Invited by one of us, and enrolled: by whom, nobody here has seen."""
        with work_as(self.context, by) as work:
            person, _code = accounts.invite_person(
                work,
                handle=handle,
                name=handle.title(),
                role=Role.PARTNER,
                teams=[people.team_by_slug(work, "northern")],
            )
            return enrolled(replace(work, actor=person.as_actor()), person)

    def joins(self, by, name, role=Role.COORDINATOR, let_in_by=None):
        """A colleague whom one of us invited; let in by another, or by nobody."""
        with work_let_in(self.context, by) as work:
            team = people.team_by_slug(work, self.queue.slug)
            person, _code = accounts.invite_person(
                work, handle=name.lower(), name=name, role=role, teams=[team]
            )
            somebody = enrolled(replace(work, actor=person.as_actor()), person)
        if let_in_by is not None:
            with work_as(self.context, let_in_by) as work:
                membership = people.membership_of(work, somebody.person.id, self.queue.id)
                accounts.grant_team_key(work, membership)
        return somebody

    def vets(self, by):
        with work_as(self.context, by) as work:
            operations.confirm_vetting(work, self.theirs(work), on=work.at.date())

    def is_vetted(self):
        with self.context.begin() as work:
            return self.theirs(work).is_vetted


@pytest.fixture
def trust(context):
    return Trust(context)


def test_who_registers_a_partner_does_not_vet_them_as_well(trust):
    trust.first_of_theirs(trust.ben)

    with pytest.raises(Conflict, match=r"You registered .*Northern Social"):
        trust.vets(trust.ada)
    trust.vets(trust.cem)

    assert trust.is_vetted()


def test_who_brought_in_one_of_their_people_does_not_vet_them(trust):
    trust.first_of_theirs(trust.ben)

    with pytest.raises(Conflict, match=r"You gave .*Theirs.* the code"):
        trust.vets(trust.ben)
    assert not trust.is_vetted()


CHANGES = {
    "what they are called": lambda work, one: operations.change_partner(
        work, one, name="Other", about=ABOUT
    ),
    "what a request may hold": lambda work, one: operations.change_allow_list(
        work, one, fields=["harm"]
    ),
    "where mail goes": lambda work, one: operations.set_partner_email_address(
        work, one, "other@northern.test"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_who_changed_something_does_not_vet_them(trust, change):
    trust.first_of_theirs(trust.ada)
    with work_as(trust.context, trust.ben) as work:
        CHANGES[change](work, trust.theirs(work))

    with pytest.raises(Conflict, match="You changed"):
        trust.vets(trust.ben)
    trust.vets(trust.cem)


def test_a_change_behind_anothers_hides_nobody_until_they_are_vetted(trust):
    dora = trust.joins(trust.ada, "Dora", let_in_by=trust.ben)
    trust.first_of_theirs(trust.ada)
    for who, change in ((trust.ben, "where mail goes"), (dora, "what they are called")):
        with work_as(trust.context, who) as work:
            CHANGES[change](work, trust.theirs(work))

    for who in (trust.ben, dora):
        with pytest.raises(Conflict, match="You changed"):
            trust.vets(who)
    trust.vets(trust.cem)

    with trust.context.begin() as work:
        assert trust.theirs(work).changed_by == []


def test_nobody_is_vetted_before_one_of_theirs_has_enrolled(trust):
    """Otherwise whoever invites the first of them afterwards has a vetted desk for themselves."""
    with pytest.raises(Conflict, match="None of their people can open requests"):
        trust.vets(trust.cem)

    trust.first_of_theirs(trust.ada)
    trust.vets(trust.cem)


def test_a_second_account_of_ones_own_is_no_second_person(trust):
    trust.first_of_theirs(trust.ada)
    puppet = trust.joins(trust.ada, "Puppet")

    with pytest.raises((Conflict, NotAllowed)):
        trust.vets(puppet)
    assert not trust.is_vetted()


def test_an_account_that_came_in_by_the_same_hand_is_none_either(trust):
    """Dora was let in by Ben, so she is someone; whom she brought in alone is hers."""
    dora = trust.joins(trust.ada, "Dora", let_in_by=trust.ben)
    trust.first_of_theirs(dora)

    with pytest.raises(Conflict, match="You gave"):
        trust.vets(dora)
    with work_as(trust.context, dora) as work:
        person = people.person_by_id(work, trust.ben.person.id)
        accounts.require_new_enrolment(work, person)
        ben = enrolled(replace(work, actor=person.as_actor()), person)
    with work_as(trust.context, trust.cem) as work:
        accounts.grant_team_key(work, people.membership_of(work, ben.person.id, trust.queue.id))
    trust.vets(ben)


def test_who_gave_each_other_codes_vets_nobody(trust):
    """Emil's new code took the place of who made the two accounts, so nobody knows any more."""
    trust.first_of_theirs(trust.ada)
    one = trust.joins(trust.ada, "Dora")
    other = trust.joins(one, "Emil")
    with work_let_in(trust.context, other) as work:
        person = people.person_by_id(work, one.person.id)
        accounts.require_new_enrolment(work, person)
        again = enrolled(replace(work, actor=person.as_actor()), person)
    with work_as(trust.context, trust.ada) as work:
        refusal = vetting.why_vetting_is_refused(work, trust.theirs(work), again.actor.id)

    assert "can’t tell who is behind them" in refusal


def test_who_was_not_let_in_vets_nobody(trust, staff):
    trust.first_of_theirs(trust.ada)
    waiting = trust.joins(trust.ben, "Waits", Role.RESPONDER)
    staff.application.config["WTF_CSRF_ENABLED"] = False
    sign_in(staff, waiting)

    answer = staff.post("/partners/northern/vetting", data={"on": "2026-11-02"})

    assert answer.status_code == 403
    assert not trust.is_vetted()


def test_whoever_doubts_them_may_vet_them_again(trust):
    trust.first_of_theirs(trust.ada)
    trust.vets(trust.ben)
    with work_as(trust.context, trust.ben) as work:
        operations.suspend_vetting(work, trust.theirs(work))
    assert not trust.is_vetted()

    trust.vets(trust.ben)

    assert trust.is_vetted()


def test_who_was_vetted_by_one_person_alone_waits_for_a_second(trust):
    trust.first_of_theirs(trust.ada)
    with trust.context.begin() as work:
        work.session.execute(text("UPDATE partners SET vetted_on = '2026-01-02'"))

    assert not trust.is_vetted()
    with work_as(trust.context, trust.cem) as work:
        assert [one.slug for one in vetting.partners_to_vet(work)] == ["northern"]


def test_the_database_knows_that_it_takes_two(trust):
    trust.first_of_theirs(trust.ada)

    with pytest.raises(IntegrityError, match="second_person_vets"), trust.context.begin() as work:
        work.session.execute(
            text("UPDATE partners SET vetted_on = '2026-01-02', vetted_by = registered_by")
        )


# --- what people read ----------------------------------------------------------------------------


def board_of(staff, somebody):
    sign_in(staff, somebody)
    return staff.get("/duty").text


def page_of(staff, somebody):
    sign_in(staff, somebody)
    return staff.get("/partners/northern").text


def test_the_second_person_finds_it_on_their_board_and_nobody_else_does(trust, staff):
    assert "Northern Social</bdi> waits for a second person" not in board_of(staff, trust.cem)
    trust.first_of_theirs(trust.ada)

    boards = {one: board_of(staff, getattr(trust, one)) for one in ("ada", "ben", "cem")}
    assert {one for one in boards if "Partners to vet" in boards[one]} == {"ben", "cem"}
    assert 'href="/partners/northern">Vet ' in boards["cem"]

    trust.vets(trust.ben)
    assert "Partners to vet" not in board_of(staff, trust.cem)


def test_the_page_gives_the_second_person_the_words_to_compare(trust, staff):
    theirs = trust.first_of_theirs(trust.ada)

    page = page_of(staff, trust.cem)

    assert key_fingerprint(theirs.person.key) in page
    assert "They are who they say they are" in page


def test_the_page_says_why_it_is_not_you_and_who_it_can_be(trust, staff):
    trust.first_of_theirs(trust.ada)

    page = page_of(staff, trust.ada)

    assert "They are who they say they are" not in page
    assert re.search(r"You registered .*Northern Social", page)
    assert re.search(r"These people can vet them: [^<]*Ben[^<]*Cem", page)
    assert "Registered by" in page


def test_the_page_says_that_nobody_has_enrolled(trust, staff):
    page = page_of(staff, trust.ada)

    assert "None of their people can open requests" in page
    assert 'href="/people/invitation"' in page


def test_a_coordinator_alone_reads_what_it_takes(context, staff):
    with context.begin() as work:
        only = a_person(work, Role.COORDINATOR, [a_team(work)], name="Only")
    trust = Trust.__new__(Trust)
    trust.context, trust.ada = context, only
    trust.partner = trust.registered(only)
    trust.first_of_theirs(only)

    page = page_of(staff, only)

    assert "Nobody you work with can vet them yet" in page
    assert "an operator gives them a code" in page


def test_a_form_from_before_is_refused_in_a_sentence(trust, staff):
    """The page was open while its reader changed the partner in another tab."""
    trust.first_of_theirs(trust.ada)
    sign_in(staff, trust.ben)
    page = staff.get("/partners/northern").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    with work_as(trust.context, trust.ben) as work:
        operations.change_allow_list(work, trust.theirs(work), fields=["harm"])
        today = (work.at - timedelta(days=1)).date().isoformat()

    answer = staff.post("/partners/northern/vetting", data={"csrf_token": token[1], "on": today})

    assert answer.status_code == 409
    assert "You changed" in answer.text


def test_vetting_names_who_did_it(trust, staff):
    trust.first_of_theirs(trust.ada)
    trust.vets(trust.cem)

    page = page_of(staff, trust.ada)

    assert re.search(r"Vetted</\w+> on .* by <bdi[^>]*>Cem", page)
    assert "Stop sending them anything" in page


def test_who_vets_reads_what_reporters_may_have_agreed_to_before(trust, staff):
    """Never vetted: reporters were asked for leave by its first name all the same."""
    trust.first_of_theirs(trust.ada)
    renamed(trust, "Ministry of the Interior", kind="cert")
    sign_in(staff, trust.ben)
    page = f"/partners/{trust.partner.slug}"

    shown = staff.get(page).text

    assert "Northern Social" in shown
    assert "only if this is still the same organisation" in shown
    trust.vets(trust.ben)
    assert "Northern Social" not in staff.get(page).text


def test_a_page_from_before_it_was_renamed_vets_nobody(trust):
    trust.first_of_theirs(trust.ada)
    with work_as(trust.context, trust.ben) as work:
        seen = desk_mark_of(work, trust.theirs(work))
    renamed(trust, "Another")
    renamed(trust, "Northern Social")

    with work_as(trust.context, trust.ben) as work, pytest.raises(StalePage):
        operations.confirm_vetting(work, trust.theirs(work), on=work.at.date(), seen=seen)


def test_a_partner_in_doubt_that_is_renamed_is_not_vetted_as_if_it_had_always_been_called_so(trust):
    trust.first_of_theirs(trust.ada)
    trust.vets(trust.ben)
    with work_as(trust.context, trust.ada) as work:
        operations.suspend_vetting(work, trust.theirs(work))
    renamed(trust, "Another")
    renamed(trust, "A third")

    with work_as(trust.context, trust.ben) as work:
        partner = trust.theirs(work)
        assert partner.earlier_names == [["Northern Social", "platform"], ["Another", "platform"]]


def renamed(trust, name, kind="platform"):
    with work_as(trust.context, trust.ada) as work:
        about = PartnerTerms(reach_us="The helpdesk of the tests.", kind=kind)
        operations.change_partner(work, trust.theirs(work), name=name, about=about)
