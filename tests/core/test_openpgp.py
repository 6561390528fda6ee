"""Keys that were pasted are read with GnuPG, and only what can be trusted is encrypted to."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.core import openpgp
from helpdesk.core.openpgp import (
    ANOTHER,
    EXPIRED,
    FAILED,
    MISSING,
    NOT_A_KEY,
    NOT_FOR_ENCRYPTION,
    NOT_PUBLIC,
    REVOKED,
    SEVERAL,
    WEAK,
    UnusableKey,
    encrypt,
    normalise_fingerprint,
    read_public_key,
)
from tests.openpgp_keys import KeyOwner, drop, short_home

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def owner():
    home = short_home()
    with KeyOwner(home) as owner:
        yield owner
    drop(home)


@pytest.fixture(scope="module")
def key(owner):
    return owner.make()


def refusal_of(text, at=NOW):
    with pytest.raises(UnusableKey) as refused:
        read_public_key(text, at=at)
    return refused.value.sentence


def test_what_was_encrypted_is_read_by_its_owner_alone(owner, key):
    text, fingerprint = key
    plain = "Marker: où, أين\r\n".encode() * 1000

    message = encrypt(plain, key=text, fingerprint=fingerprint, at=NOW)

    assert owner.decrypt(message) == plain
    packets = owner.gpg("--list-packets", said=message.encode()).decode()
    assert packets.count(":pubkey enc packet:") == 1
    assert ":signature packet:" not in packets
    home = short_home()
    with KeyOwner(home) as stranger, pytest.raises(AssertionError, match="secret key"):
        stranger.decrypt(message)
    drop(home)


def test_a_key_is_known_by_its_whole_fingerprint(owner, key):
    text, fingerprint = key

    assert read_public_key(text, at=NOW).fingerprint == fingerprint
    assert normalise_fingerprint(f" {fingerprint[:20].lower()} {fingerprint[20:]}\n") == fingerprint
    other_text, other = owner.make("Another")
    for pinned in (other, fingerprint[-16:], fingerprint[-8:], ""):
        with pytest.raises(UnusableKey) as refused:
            encrypt(b"x", key=text, fingerprint=pinned, at=NOW)
        assert refused.value.sentence == ANOTHER
    assert refusal_of(text + other_text) == SEVERAL


def test_a_key_that_ended_is_not_used(owner):
    text, fingerprint = owner.make("Ending", expires="2d")

    ends = read_public_key(text, at=NOW).expires_at
    assert timedelta(days=1) < ends - NOW < timedelta(days=3)
    assert refusal_of(text, at=ends) == EXPIRED
    with pytest.raises(UnusableKey):
        encrypt(b"x", key=text, fingerprint=fingerprint, at=ends)


def test_a_key_whose_part_for_encryption_ends_first_ends_then(owner):
    _, fingerprint = owner.make("Parts", "ed25519", "sign")
    owner.gpg("--quick-add-key", fingerprint, "cv25519", "encr", "2d")
    text = owner.text_of(fingerprint)

    ends = read_public_key(text, at=NOW).expires_at
    assert ends - NOW < timedelta(days=3)
    assert refusal_of(text, at=ends) == EXPIRED
    owner.gpg("--quick-add-key", fingerprint, "cv25519", "encr", "9d")
    later = read_public_key(owner.text_of(fingerprint), at=NOW).expires_at
    assert later - NOW > timedelta(days=8)


def test_a_revoked_key_is_not_used(owner):
    text, fingerprint = owner.make("Revoked")
    assert read_public_key(text, at=NOW).fingerprint == fingerprint

    assert refusal_of(owner.revoke(fingerprint)) == REVOKED


def test_a_weak_key_is_not_used(owner):
    _, fingerprint = owner.make("Weak", "rsa2048", "sign")
    owner.gpg("--quick-add-key", fingerprint, "rsa1024", "encr")

    assert refusal_of(owner.text_of(fingerprint)) == WEAK


def test_a_key_that_only_signs_is_not_used(owner):
    text, _ = owner.make("Signs", "ed25519", "sign")

    assert refusal_of(text) == NOT_FOR_ENCRYPTION


def test_a_secret_key_is_refused(owner, key):
    _, fingerprint = key
    secret = owner.gpg("--armor", "--export-secret-keys", fingerprint).decode()

    assert refusal_of(secret) == NOT_PUBLIC
    in_disguise = secret.replace("PRIVATE KEY BLOCK", "PUBLIC KEY BLOCK")
    assert refusal_of(in_disguise) in (NOT_PUBLIC, NOT_A_KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nnonsense\n-----END PGP PUBLIC KEY BLOCK-----\n",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n" + "a" * 70_000,
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\nclé",
    ],
)
def test_what_is_no_key_is_refused(text):
    assert refusal_of(text) == NOT_A_KEY


def test_a_key_that_somebody_cut_or_changed_is_refused(key):
    text, _ = key
    lines = text.splitlines()

    assert refusal_of("\n".join(lines[:4])) in (NOT_A_KEY, NOT_FOR_ENCRYPTION)
    middle = len(lines) // 2
    swapped = lines[middle].swapcase()
    changed = "\n".join([*lines[:middle], swapped, *lines[middle + 1 :]])
    with pytest.raises(UnusableKey):
        read_public_key(changed, at=NOW)


def test_without_gnupg_a_sentence_says_what_to_install(monkeypatch, key):
    monkeypatch.setattr(openpgp.shutil, "which", lambda _name: None)

    assert refusal_of(key[0]) == MISSING
    assert not openpgp.is_gnupg_installed()


def test_a_call_that_hangs_is_ended_and_nothing_stays_behind(monkeypatch, key, tmp_path):
    slow = tmp_path / "gpg"
    slow.write_text("#!/bin/sh\nexec /usr/bin/sleep 60\n")
    slow.chmod(0o755)
    kept = tmp_path / "kept"
    kept.mkdir()
    text, fingerprint = key
    monkeypatch.setattr(openpgp, "LONGEST", 0.2)
    monkeypatch.setattr(openpgp.tempfile, "tempdir", str(kept))
    monkeypatch.setattr(openpgp, "read_public_key", lambda *_a, **_h: read_as(fingerprint))
    monkeypatch.setattr(openpgp.shutil, "which", lambda _name: str(slow))

    with pytest.raises(UnusableKey) as refused:
        encrypt(b"marker", key=text, fingerprint=fingerprint, at=NOW)

    assert refused.value.sentence == FAILED
    assert list(kept.iterdir()) == []


def test_nothing_that_is_encrypted_touches_a_disk_and_no_agent_stays(monkeypatch, key, tmp_path):
    seen = []
    text, fingerprint = key
    started = subprocess.run

    def watched(command, **how):
        home = Path(how["env"]["GNUPGHOME"])
        assert home.stat().st_mode & 0o777 == 0o700
        done = started(command, **how)
        seen.append({one.name: one.read_bytes() for one in home.iterdir() if one.is_file()})
        assert not list(home.glob("S.*"))
        return done

    monkeypatch.setattr(openpgp.subprocess, "run", watched)
    encrypt(b"marker-plain" * 500, key=text, fingerprint=fingerprint, at=NOW)

    assert seen
    assert not any(b"marker-plain" in kept for one in seen for kept in one.values())


def read_as(fingerprint):
    return openpgp.OpenPgpKey(fingerprint, None)
