"""A packet holds what the partner may receive and nothing else, whatever is known (P9, A8).

The suite tries EXAMPLES generated cases; `EXAMPLES=10000` tries as many as security.md asks for.
"""

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from helpdesk.escalations.packets import (
    INDISPENSABLE,
    LARGEST,
    REQUIRED,
    SCHEMA,
    InvalidPacket,
    PacketHeader,
    build_packet,
    forbidden_fields,
    hash_packet_text,
    missing_fields,
    normalise_text,
    parse_packet,
)
from helpdesk.escalations.states import Ask, Priority
from helpdesk.partners.packet_fields import BY_NAME, FIELDS

EXAMPLES = int(os.environ.get("EXAMPLES", "400"))
HEADER = PacketHeader("R-ABC-DEFG", "example", Ask.RESTORE, Priority.P2, "5a17")
PLANTED = ("planted-name", "planted-contact", "planted-story", "planted-organisation")

names = some.sampled_from([*BY_NAME, "story", "contact", "reporter_name", "organisation", "schema"])


def values_of(name):
    field = BY_NAME.get(name)
    if field is not None and field.choices:
        return some.sampled_from([code for code, _ in field.choices])
    return some.text(max_size=40)


@some.composite
def knowledge(draw):
    """What could be known of a case: any field, known to us or not, with any words."""
    return {name: draw(values_of(name)) for name in draw(some.sets(names))}


@settings(max_examples=EXAMPLES, deadline=None)
@given(available=knowledge(), allowed=some.sets(names), ask=some.sampled_from(Ask))
def test_nothing_outside_the_allow_list_is_in_the_bytes(available, allowed, ask):
    secrets = dict.fromkeys(("story", "contact", "reporter_name", "organisation"))
    planted = available | dict(zip(secrets, PLANTED, strict=True))
    header = PacketHeader("R-ABC-DEFG", "example", ask, Priority.P2, "5a17")

    text = build_packet(header, planted, allowed | set(secrets)).as_text()

    said = json.loads(text)
    assert set(said) == {"schema", "request", "fields"}
    assert set(said["fields"]) <= allowed & set(BY_NAME)
    assert not any(word in text for word in PLANTED)
    for name, value in said["fields"].items():
        assert value == normalise_text(available[name])
    assert parse_packet(text).as_text() == text


@settings(max_examples=EXAMPLES, deadline=None)
@given(available=knowledge())
def test_the_same_fields_are_the_same_bytes_in_any_order(available):
    backwards = dict(reversed(available.items()))

    assert (
        build_packet(HEADER, available, BY_NAME).hash
        == build_packet(HEADER, backwards, BY_NAME).hash
    )


@pytest.mark.parametrize("blank", ["\u200b", "\u2060", "\u2800", "\u3164", "\u00a0 \ufeff"])
def test_what_nobody_sees_is_a_field_that_is_missing(blank):
    fields = dict.fromkeys(REQUIRED[Ask.RESTORE], blank)

    packet = build_packet(
        PacketHeader("R-1", "example", Ask.RESTORE, Priority.P1, "5a17"), fields, BY_NAME
    )

    assert packet.fields == {}


def test_an_empty_allow_list_lets_nothing_through():
    packet = build_packet(HEADER, dict.fromkeys(("happened", "harm"), "words"), [])

    assert packet.fields == {}
    assert json.loads(packet.as_text())["schema"] == SCHEMA


def test_what_a_reader_could_not_see_is_taken_out():
    packet = build_packet(HEADER, {"target_url": " https://a.test/\u202etxt.exe\x00\r\n "}, BY_NAME)

    assert packet.fields["target_url"] == "https://a.test/txt.exe"


def test_a_code_that_we_do_not_know_is_refused():
    with pytest.raises(InvalidPacket, match="What it is"):
        build_packet(HEADER, {"target_kind": "spaceship"}, BY_NAME)


def test_a_language_that_has_no_name_here_is_said_by_its_code():
    packet = build_packet(HEADER, {"language": "uk"}, ["language"])

    assert dict(packet.lines())["Language of the account’s owner"] == "uk"


def test_more_than_64_kb_is_refused():
    build_packet(HEADER, {"happened": "x" * (LARGEST - 1000)}, BY_NAME)

    with pytest.raises(InvalidPacket, match="64 kB"):
        build_packet(HEADER, {"happened": "é" * (LARGEST // 2)}, BY_NAME)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["fields"].update(story="planted-story"),
        lambda said: said["fields"].update(happened=["a list"]),
        lambda said: said["request"].update(ask="transfer"),
        lambda said: said["request"].pop("ref"),
        lambda said: said.update(schema="helpdesk-packet/9"),
        lambda said: said.update(more="words"),
    ],
)
def test_bytes_that_we_did_not_write_so_are_no_packet(change):
    said = json.loads(build_packet(HEADER, {"happened": "words"}, BY_NAME).as_text())
    change(said)

    with pytest.raises(InvalidPacket):
        parse_packet(json.dumps(said, sort_keys=True, separators=(",", ":")))


def test_people_see_every_field_that_leaves_and_no_code():
    available = {
        field.name: field.choices[0][0] if field.choices else f"words of {field.name}"
        for field in FIELDS
    }
    packet = build_packet(HEADER, available, BY_NAME)

    lines = dict(packet.lines())

    assert len(lines) == len(FIELDS)
    assert lines[BY_NAME["target_kind"].label] == "An account"
    assert hash_packet_text(packet.as_text()) == packet.hash


@pytest.mark.parametrize("ask", Ask)
def test_what_is_needed_counts_where_the_partner_may_receive_it_or_where_nothing_works_without(ask):
    empty = build_packet(PacketHeader("R-1", "example", ask, Priority.P1, "5a17"), {}, BY_NAME)

    assert {field.name for field in missing_fields(empty, BY_NAME)} == set(REQUIRED[ask])
    assert {field.name for field in missing_fields(empty, ["language"])} == INDISPENSABLE[ask]
    full = build_packet(HEADER, {"happened": "words"}, BY_NAME)
    assert [field.name for field in forbidden_fields(full, ["language"])] == ["happened"]


def test_no_field_speaks_of_the_reporter():
    words = " ".join(field.name + field.origin for field in FIELDS)

    assert not any(
        word in words for word in ("name_of", "contact", "story", "organisation", "safe_channel")
    )
