"""Whom to propose of several who answer for one platform, and the reasons that are said."""

from datetime import UTC, datetime, time

import pytest

from helpdesk.partners.models import Partner, PartnerContact
from helpdesk.partners.partner_terms import OfficeHours, are_hours_whole
from helpdesk.partners.proposals import Fit, RequestNeed, is_open, rank_partners

# A Wednesday, 10:30 in Lagos.
AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
NEED = RequestNeed(region="011", language="fr", at=AT)
WEEK = [1, 2, 3, 4, 5]


def a_team(name, **terms):
    told = {"regions": [], "languages": [], "weekdays": [], "timezone": "UTC", "kind": "platform"}
    return Partner(id=name, slug=name, name=name, platform="example", **(told | terms))


def a_contact(name, **terms):
    told = {"regions": [], "languages": [], "weekdays": [], "timezone": "UTC"}
    return PartnerContact(id=name, name=name, **(told | terms))


def order(*partners, need=NEED, obstacles=()):
    found = rank_partners(((one, obstacles) for one in partners), need)
    return [one.partner.name for one in found]


def reasons(partner, need=NEED):
    [found] = rank_partners([(partner, ())], need)
    return " ".join(found.reasons)


def test_region_counts_before_language_and_language_before_hours():
    region = a_team("region", regions=["011"], languages=["en"])
    language = a_team("language", regions=["151"], languages=["fr"])
    hours = {"timezone": "Africa/Lagos", "opens": time(9), "closes": time(17), "weekdays": WEEK}
    here = a_team("here", regions=["151"], languages=["en"], **hours)

    assert order(here, language, region) == ["region", "language", "here"]


def test_what_nobody_told_us_speaks_neither_for_nor_against():
    everywhere, elsewhere = a_team("everywhere"), a_team("elsewhere", regions=["151"])

    assert order(elsewhere, everywhere, a_team("theirs", regions=["011"])) == [
        "theirs",
        "everywhere",
        "elsewhere",
    ]
    assert reasons(everywhere) == ""


def test_who_cannot_receive_it_is_never_proposed_before_who_can():
    best, other = a_team("best", regions=["011"]), a_team("other")

    found = rank_partners([(best, ["they are not vetted"]), (other, [])], NEED)

    assert [one.partner.name for one in found] == ["other", "best"]


def test_the_reasons_say_what_fits_and_what_does_not():
    hours = {"timezone": "Africa/Lagos", "opens": time(9), "closes": time(17), "weekdays": WEEK}
    fits = a_team("a", regions=["011"], languages=["fr"], **hours)
    other = a_team("b", regions=["151", "154"], languages=["en"], **(hours | {"weekdays": [1]}))

    assert reasons(fits) == (
        "Acts for people in Western Africa. Reads French, the language of the report. "
        "Open now: it’s Wednesday, 10:30 there (Africa/Lagos)."
    )
    assert reasons(other) == (
        "Acts for people in Eastern Europe, Northern Europe, not in Western Africa. Reads English, "
        "not French. Closed now: it’s Wednesday, 10:30 there (Africa/Lagos)."
    )
    assert reasons(a_team("c", kind="registrar")) == "A domain registrar."


def test_where_nobody_knows_the_region_each_says_its_own():
    need = RequestNeed(region=None, language="fr", at=AT)

    assert reasons(a_team("a", regions=["011"]), need) == "Acts for people in Western Africa."
    assert order(a_team("b", regions=["151"]), a_team("a"), need=need) == ["a", "b"]


@pytest.mark.parametrize(
    ("day", "hour", "is_there"),
    [(2, 8, False), (2, 9, True), (2, 16, True), (2, 17, False), (7, 10, False)],
)
def test_they_are_there_from_when_they_open_until_when_they_close(day, hour, is_there):
    hours = OfficeHours((1, 2, 3, 4, 5), time(9), time(17))
    # 23 November 2026 is a Monday.
    assert is_open(hours, datetime(2026, 11, 22 + day, hour, tzinfo=UTC)) is is_there


@pytest.mark.parametrize(
    ("day", "hour", "is_there"), [(5, 23, True), (6, 5, True), (6, 6, False), (6, 23, False)]
)
def test_what_begins_on_a_day_goes_on_over_midnight(day, hour, is_there):
    hours = OfficeHours((5,), time(22), time(6))
    assert is_open(hours, datetime(2026, 11, 22 + day, hour, tzinfo=UTC)) is is_there


def test_who_keeps_no_hours_is_not_said_to_be_there():
    assert not is_open(OfficeHours(), AT)


def test_who_is_there_the_whole_day_is_there_on_their_days_alone():
    hours = OfficeHours((1, 2), time(0), time(0))

    assert are_hours_whole(hours)
    assert [is_open(hours, datetime(2026, 11, 23, hour, tzinfo=UTC)) for hour in (0, 12, 23)] == [
        True
    ] * 3
    assert not is_open(hours, datetime(2026, 11, 25, 0, tzinfo=UTC))


def test_that_one_contact_reads_it_and_another_is_there_makes_nobody_who_does_both():
    there = {"opens": time(9), "closes": time(17), "weekdays": WEEK}
    asleep = {"opens": time(20), "closes": time(22), "weekdays": WEEK}
    team = a_team("two", languages=["es"], **there)
    both = a_team("both", languages=["fr"], **there)
    contacts = {"two": [a_contact("Night", languages=["fr"], **asleep), a_contact("Day", **there)]}

    found = rank_partners([(team, ()), (both, ())], NEED, contacts)

    assert [one.partner.name for one in found] == ["both", "two"]
    assert found[1].fits == (Fit.UNKNOWN, Fit.FITS, Fit.DOES_NOT)
    assert found[1].reasons[:2] == (
        "A contact of theirs, \u2068Night\u2069:",
        "Reads French, the language of the report.",
    )
    assert "Closed now" in found[1].reasons[2]


def test_what_is_not_known_of_a_contact_is_as_of_the_team():
    team = a_team("a", regions=["011"], weekdays=WEEK, opens=time(9), closes=time(17))

    [found] = rank_partners([(team, ())], NEED, {"a": [a_contact("x", languages=["fr"])]})

    assert found.fits == (Fit.FITS,) * 3


@pytest.mark.parametrize("region", ["zzz", "", "Western Africa"])
def test_a_region_that_is_none_speaks_neither_for_nor_against(region):
    need = RequestNeed(region=region, language="fr", at=AT)
    theirs = a_team("theirs", regions=["011"], languages=["en"])
    reading = a_team("reading", regions=["151"], languages=["fr"])

    assert order(theirs, reading, need=need) == ["reading", "theirs"]
    assert "not in" not in reasons(theirs, need)
