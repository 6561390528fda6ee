"""What programs of hosts and CERTs get of a request, judged by their own tools: never who asked."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import xarf
from hypothesis import given
from hypothesis import strategies as st
from pymisp import MISPEvent
from stix2validator import ValidationOptions, validate_string

from helpdesk.escalations.encrypted_letters import request_to_encrypt
from helpdesk.escalations.packets import PacketHeader, build_packet
from helpdesk.escalations.program_formats import (
    MISP,
    RECEIVERS,
    STIX,
    THREATS,
    XARF,
    contact_in,
    formats_for,
    indicator_in,
)
from helpdesk.escalations.states import Ask, Priority
from helpdesk.partners.packet_fields import BY_NAME, FIELDS
from helpdesk.partners.partner_terms import KINDS
from tests.conftest import ROOT

REACH_US = "The helpdesk of the tests, Marker Person <us@helpdesk.example>, +00 000 000."
AT = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
HEADER = PacketHeader("R-7K2-M9QX", "a-host", Ask.REMOVE, Priority.P2, "00" * 16)
PAGE = "https://tickets.example/pay"
PLAYBOOKS = [one.stem for one in (ROOT / "playbooks" / "types").glob("*.yml")]
MACHINE = "http://203.0.113.5:8080/"


def packet_of(url, **fields):
    return build_packet(HEADER, {"target_url": url, **fields}, set(BY_NAME))


def made(url, playbook, kind, **fields):
    found = formats_for(
        packet_of(url, **fields),
        playbook=playbook,
        partner_kind=kind,
        reach_us=REACH_US,
        at=AT,
    )
    return dict(found)


@pytest.mark.parametrize(
    ("playbook", "url", "fits"),
    [
        ("fake-website", PAGE, ("content", "phishing")),
        ("suspicious-message", PAGE, ("content", "phishing")),
        ("website-hacked", PAGE, ("content", "remote_compromise")),
        ("website-down", MACHINE, ("connection", "ddos")),
        ("fake-website", "https://[2001:db8::5]/pay", ("content", "phishing")),
        ("website-down", "http://[2001:db8::5]:443/", ("connection", "ddos")),
    ],
)
@pytest.mark.parametrize("kind", sorted(RECEIVERS[XARF]))
def test_xarf_is_accepted_by_the_package(playbook, url, fits, kind):
    found = made(url, playbook, kind)

    assert set(found) == {XARF}
    report = json.loads(found[XARF])
    judged = xarf.parse(report)
    assert (judged.errors, judged.warnings) == ([], [])
    assert judged.report is not None
    assert (report["category"], report["type"]) == fits


@pytest.mark.parametrize("url", [PAGE, "http://203.0.113.5/a'b\\c", "https://[2001:db8::5]:8443/"])
@pytest.mark.parametrize("kind", sorted(RECEIVERS[MISP]))
def test_misp_and_stix_are_accepted_by_theirs(url, kind):
    found = made(url, "fake-website", kind)

    assert set(found) == {MISP, STIX}
    event = MISPEvent()
    event.load(found[MISP])
    assert [tag.name for tag in event.tags] == ["tlp:amber+strict"]
    assert {one.value for one in event.attributes} == {
        url.partition("//")[2].partition("/")[0].removesuffix(":8443").strip("[]"),
        url,
    }
    judged = validate_string(found[STIX], ValidationOptions(version="2.1", strict=True))
    assert judged.is_valid, [error.message for error in judged.errors]
    marked = [one for one in json.loads(found[STIX])["objects"] if "object_marking_refs" in one]
    assert len(marked) >= 3


def test_the_judges_say_no_to_what_is_wrong():
    report = json.loads(made(PAGE, "fake-website", "host")[XARF])
    assert xarf.parse(report | {"type": "account_takeover"}).errors
    assert xarf.parse(report | {"reporter": {}}).errors
    bundle = made(PAGE, "fake-website", "cert")[STIX]
    assert not validate_string(bundle.replace("[url:value", "[url:"), ValidationOptions()).is_valid


def test_what_no_format_fits_has_none():
    assert set(THREATS) <= set(PLAYBOOKS)
    for playbook in PLAYBOOKS:
        for kind in KINDS:
            found = made(PAGE, playbook, kind)
            assert not found or playbook in THREATS
    assert made(PAGE, "website-down", "host") == {}  # the website that is attacked
    assert made("http://203.0.113.5/", "website-down", "host") == {}
    assert made(PAGE, "website-hacked", "cert") == {}  # a victim's
    assert made("https://social.example/@festival", "account-takeover", "host") == {}
    assert made("the page of the festival", "fake-website", "host") == {}
    assert set(made(MACHINE, "website-down", "cert")) == {MISP, STIX}
    nobody = formats_for(
        packet_of(PAGE),
        playbook="fake-website",
        partner_kind="host",
        reach_us="+00 000 000",
        at=AT,
    )
    assert dict(nobody) == {}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"{PAGE}?to=zoe@post.example&id=7", PAGE),
        (f"{PAGE}#zoe@post.example", PAGE),
        ("https://zoe:secret@tickets.example/pay", PAGE),
        ("https://tickets.example/pay/zoe@post.example", "https://tickets.example/"),
        ("https://tickets.example/pay/zoe%40post.example", "https://tickets.example/"),
        (f"It is here: {PAGE} (zoe@post.example saw it)", PAGE),
        ("HTTPS://TICKETS.example/pay", PAGE),
    ],
)
def test_of_a_link_nothing_is_kept_that_tells_for_whom_it_was_made(written, kept):
    found = indicator_in(packet_of(written), "fake-website")

    assert (found.url, found.host) == (kept, "tickets.example")
    for kind in ("host", "cert"):
        assert "zoe" not in "".join(made(written, "fake-website", kind).values())


@pytest.mark.parametrize(
    "odd",
    [
        "https://",
        "https://tickets",
        "https://tickets..example/",
        "https://tickets.example:99999/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "javascript:alert(1)",
        "https://tick'ets.example/",
        "https://1.2.3/",
    ],
)
def test_an_odd_address_makes_no_report(odd):
    assert indicator_in(packet_of(odd), "fake-website") is None


@given(
    text=st.dictionaries(
        st.sampled_from([one.name for one in FIELDS if not one.choices]),
        st.text(min_size=1, max_size=60).map(lambda words: f"marker-{words}"),
    ),
    url=st.text(max_size=60).map(lambda words: f"{PAGE}?marker-{words}"),
    playbook=st.sampled_from(sorted(THREATS)),
    kind=st.sampled_from(sorted(KINDS)),
)
def test_no_word_that_somebody_wrote_is_in_a_report(text, url, playbook, kind):
    text.pop("target_url", None)

    for said in made(url, playbook, kind, **text).values():
        assert "marker" not in said
        assert "Marker Person" not in said
        assert HEADER.salt not in said


def test_the_same_packet_has_the_same_ids_and_another_has_others():
    first, again = (made(PAGE, "fake-website", "host")[XARF] for _ in range(2))
    other = build_packet(replace(HEADER, salt="11" * 16), {"target_url": PAGE}, set(BY_NAME))
    [(_name, said)] = formats_for(
        other, playbook="fake-website", partner_kind="host", reach_us=REACH_US, at=AT
    )

    assert first == again
    assert json.loads(first)["report_id"] != json.loads(said)["report_id"]
    assert contact_in(REACH_US) == "us@helpdesk.example"


def test_they_are_attached_beside_the_packet_which_stays_the_same():
    packet = packet_of(PAGE)
    whole = request_to_encrypt(
        packet, reach_us=REACH_US, formats=made(PAGE, "fake-website", "host").items()
    ).decode()

    assert 'filename="R-7K2-M9QX.json"' in whole
    assert 'filename="R-7K2-M9QX.xarf.json"' in whole
