"""The envelope opens with its secret, in its place, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.sealing import CannotOpen, Envelope, EnvelopePlace, Secret

PLACE = EnvelopePlace("cases", "story", "case-1", "row-1")

OTHER_PLACES = [
    EnvelopePlace("notes", "story", "case-1", "row-1"),
    EnvelopePlace("cases", "contact", "case-1", "row-1"),
    EnvelopePlace("cases", "story", "case-2", "row-1"),
    EnvelopePlace("cases", "story", "case-1", "row-2"),
    # No shifting of letters from one part to the next makes the same place.
    EnvelopePlace("cases", "storyc", "ase-1", "row-1"),
]


@pytest.fixture(params=["under the secret", "to its public half"])
def seal(request):
    secret = Secret.new()
    to = secret if request.param == "under the secret" else secret.public
    return secret, to.seal


@given(plain=st.binary(max_size=5000))
def test_what_was_sealed_opens_as_it_was(plain):
    secret = Secret.new()

    assert secret.open(secret.seal(plain, PLACE), PLACE) == plain
    assert secret.open(secret.public.seal(plain, PLACE), PLACE) == plain


@pytest.mark.parametrize("place", OTHER_PLACES)
def test_an_envelope_opens_in_no_other_place(seal, place):
    secret, sealing = seal

    with pytest.raises(CannotOpen):
        secret.open(sealing(b"told", PLACE), place)


def test_another_secret_opens_nothing(seal):
    _, sealing = seal

    with pytest.raises(CannotOpen):
        Secret.new().open(sealing(b"told", PLACE), PLACE)


def test_no_byte_of_an_envelope_can_be_changed(seal):
    secret, sealing = seal
    raw = sealing(b"told", PLACE).raw

    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        with pytest.raises(CannotOpen):
            secret.open(Envelope(changed), PLACE)


@pytest.mark.parametrize("raw", [b"", b"\x01", b"\x02", b"\x02" + b"x" * 40, b"\x09" + b"x" * 99])
def test_a_stump_is_refused_like_everything_else(raw):
    with pytest.raises(CannotOpen):
        Secret.new().open(Envelope(raw), PLACE)


def test_the_length_of_a_short_text_does_not_show():
    secret = Secret.new()

    lengths = {len(secret.seal_text(text, PLACE).raw) for text in ("", "no", "x" * 1000)}

    assert len(lengths) == 1


def test_nothing_prints_a_secret():
    secret = Secret(b"\x41" * 32)

    assert "A" * 5 not in repr(secret)
    assert "\\x41" not in repr(secret)
    assert "told" not in repr(secret.seal_text("told", PLACE))
