"""Which passphrases are good enough, and what a guess costs."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpdesk.accounts import passphrases
from helpdesk.accounts.passphrases import weak_passphrase_sentence
from helpdesk.core import codes
from tests.conftest import SERVICE

PEPPERS = SERVICE.peppers_for_surface("staff")


def test_a_generated_passphrase_has_seven_words_and_no_fault():
    for _ in range(200):
        passphrase = codes.generate_passphrase()
        assert len(passphrase.split()) == 7
        assert weak_passphrase_sentence(passphrase) == ""


@pytest.mark.parametrize(
    "passphrase",
    [
        "too short by a bit.",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabcabcabc",
        "password password password",
        "qwertyuiopasdfghjklzxcvbnm",
        "12345678901234567890",
        "abcdefghijklmnopqrstuvwxyz",
        "Correct-Horse-Battery-Staple",
        "The quick brown fox jumps over the lazy dog!",
        "                          ",
    ],
)
def test_what_anybody_would_try_first_is_refused_with_a_sentence(passphrase):
    assert weak_passphrase_sentence(passphrase).endswith(".")


ABOUT = ("asha.k", "Asha Kumari", "Front Line Helpdesk")


@pytest.mark.parametrize(
    "passphrase",
    [
        "passwordpassword2024",
        "asha.k asha.k asha.k 2026",
        "asha.kasha.kasha.kasha.k",
        "Asha Kumari Front Line Helpdesk",
        "Front Line Helpdesk 2026!",
        "Coordinator of the helpdesk",
        "ashakumari helpdesk coordinator 1",
        "iloveyouiloveyou1999",
    ],
)
def test_what_an_attacker_would_know_or_try_is_refused_with_what_to_do(passphrase):
    assert weak_passphrase_sentence(passphrase, ABOUT).endswith(".")


def test_a_generated_passphrase_is_strong_wherever_one_is():
    for _ in range(50):
        assert weak_passphrase_sentence(codes.generate_passphrase(), ABOUT) == ""


@pytest.mark.parametrize(
    "passphrase",
    [
        "a very long walk by the grey river",
        "مرحبا بكم في مكتب المساعدة الرقمية",
        "7 Löwen & 12 Äpfel!",
    ],
)
def test_long_ones_of_ones_own_are_taken_in_any_script(passphrase):
    long_enough = passphrase + " und noch drei Esel"

    assert weak_passphrase_sentence(long_enough) == ""


def test_a_guess_costs_sixty_four_mebibytes_and_three_passes():
    cost = passphrases.COSTS[passphrases.CURRENT]

    assert (cost.passes, cost.memory) == (3, 64 * 1024 * 1024)


def test_nobody_costs_what_somebody_costs():
    lock = passphrases.derive_key_from_passphrase("seven words or whatever it was", PEPPERS)

    assert lock.salt[0] == passphrases.NOBODYS_SALT[0]
    assert len(lock.salt) == len(passphrases.NOBODYS_SALT) + 8


def test_the_known_hash_one_at_a_time_and_nobody_is_sent_away(monkeypatch):
    at_once, most = [], []

    def slow(*_args, **_kwargs):
        at_once.append(1)
        most.append(len(at_once))
        time.sleep(0.02)
        at_once.pop()
        return b"x" * 32

    monkeypatch.setattr(passphrases.argon2id, "kdf", slow)
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(passphrases.derive_key_from_passphrase, ["words"] * 20, [PEPPERS] * 20))

    assert max(most) == 1


def test_the_same_words_give_the_same_lock_however_they_are_written():
    salt = passphrases.derive_key_from_passphrase("any words", PEPPERS).salt

    composed = passphrases.rederive_key_from_passphrase("café  noir", salt, PEPPERS)
    decomposed = passphrases.rederive_key_from_passphrase("cafe\u0301 noir\n", salt, PEPPERS)

    assert composed == decomposed
