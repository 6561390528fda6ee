"""Return codes and passphrases survive a human hand."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core import codes
from helpdesk.core.codes import ReturnCode
from helpdesk.core.edit_distance import within_one_edit

numbers = st.integers(min_value=0, max_value=7776**10 - 1)


def test_the_word_list_is_the_one_codes_are_made_with():
    words = codes.word_list()

    assert len(set(words)) == 7776
    assert all(word.isalpha() and word.islower() for word in words)


@given(numbers)
def test_both_forms_of_a_code_are_read_back(number):
    code = ReturnCode(number)

    assert ReturnCode.read(" ".join(code.words)) == code
    assert ReturnCode.read(code.letters) == code


@given(numbers, st.randoms(use_true_random=False))
def test_a_code_is_read_however_it_was_copied(number, chance: random.Random):
    code = ReturnCode(number)
    separators = [" ", "  ", "\n", "-", ", ", " 1. "]
    words = "".join(
        chance.choice([word, word.upper(), word.title()]) + chance.choice(separators)
        for word in code.words
    )
    letters = code.letters.lower().replace("-", chance.choice(["", " ", "-"]))
    letters = letters.replace("1", chance.choice("1lIi")).replace("0", chance.choice("0oO"))

    assert ReturnCode.read(words) == code
    assert ReturnCode.read(letters) == code


@given(numbers, st.integers(0, 9), st.data())
def test_one_slip_in_a_word_is_forgiven_where_only_one_can_be_meant(number, place, data):
    code = ReturnCode(number)
    words = list(code.words)
    slipped = data.draw(st.sampled_from(sorted(set(within_one_edit(words[place])))))
    meant = set(within_one_edit(slipped)) & set(codes.word_list())

    words[place] = slipped
    read = ReturnCode.read(" ".join(words))

    if slipped in codes.word_list():
        assert read is not None
        assert read.words[place] == slipped  # a word of the list is never taken for another
    else:
        assert read == (code if len(meant) == 1 else None)


def test_a_slip_in_each_word_is_forgiven():
    code = ReturnCode.read("motor " * 10)

    assert ReturnCode.read("motr mtoor motorr motox otor " * 2) == code


def test_what_may_be_two_words_and_what_is_too_long_is_no_word():
    doubtful = "moter"
    assert {"motor", "voter"} <= set(within_one_edit(doubtful))

    assert ReturnCode.read(f"{doubtful} " + "abacus " * 9) is None
    assert ReturnCode.read("a" * 10_000 + " abacus" * 9) is None


@given(numbers)
def test_letters_are_never_taken_for_words(number):
    code = ReturnCode(number)

    assert ReturnCode.read(code.letters) == code
    assert min(map(len, codes.word_list())) * codes.WORDS_IN_CODE > codes.LETTERS_IN_CODE


@pytest.mark.parametrize(
    "typed", ["", "   ", "abacus", "abacus " * 9, "zzzz " * 10, "Z" * 26, "0" * 25, "💥" * 26]
)
def test_what_cannot_be_a_code_is_none(typed):
    assert ReturnCode.read(typed) is None


@given(numbers)
def test_tag_and_secret_do_not_tell_of_each_other(number):
    code = ReturnCode(number)

    assert code.tag(b"k" * 32) != code.secret().raw
    assert code.tag(b"k" * 32) != code.tag(b"l" * 32)
    assert code.secret() == ReturnCode.read(code.letters).secret()


def test_a_code_has_more_than_128_bits():
    assert 7776**codes.WORDS_IN_CODE > 2**128
    assert len(codes.LETTERS) ** codes.LETTERS_IN_CODE >= 7776**codes.WORDS_IN_CODE


def test_nothing_prints_a_code():
    code = ReturnCode(123456789)

    assert "123456789" not in repr(code)


def test_a_passphrase_is_seven_words():
    words = codes.new_passphrase().split()

    assert len(words) == 7
    assert set(words) <= set(codes.word_list())


@given(st.text(alphabet=codes.LETTERS, min_size=26, max_size=26))
def test_a_printed_code_is_read_however_it_was_copied(plain):
    spaced = "-".join(plain[at : at + 5] for at in range(0, 26, 5)).lower()

    assert codes.plain_code(spaced) == plain
    assert codes.plain_code(codes.new_code()).isalnum()
