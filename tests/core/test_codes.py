"""Return codes and passphrases survive a human hand."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core import code_words, codes, eff_word_list
from helpdesk.core.code_input import normalise_code
from helpdesk.core.codes import ReturnCode
from helpdesk.core.edit_distance import variants_within_one_edit

numbers = st.integers(min_value=0, max_value=2**128 - 1)
# Codes of before: ten words of the long list.
numbers_of_before = st.integers(min_value=0, max_value=7776**10 - 1)
languages = st.sampled_from(sorted(code_words.LISTS))


def test_the_word_list_is_the_one_codes_are_made_with():
    words = codes.word_list()

    assert len(set(words)) == 7776
    assert all(word.isalpha() and word.islower() for word in words)


@given(numbers, languages)
def test_every_form_of_a_code_is_read_back(number, language):
    code = ReturnCode(number)
    words = code.words_in(language)

    assert len(words) == 12
    # Words of one list may begin like those of another: then both are found, and both are tried.
    assert code in ReturnCode.find_all(" ".join(words))
    assert code in ReturnCode.find_all(" ".join(normalise_code(word)[:4] for word in words))
    assert ReturnCode.read(code.letters) == code
    assert ReturnCode.read(code.digits) == code
    arabic = code.digits.translate({ord(str(one)): chr(0x0660 + one) for one in range(10)})
    assert ReturnCode.read(arabic.replace(" ", "")) == code


@given(numbers_of_before)
def test_a_code_of_before_is_read_in_its_ten_words_and_its_letters(number):
    code = ReturnCode(number)

    assert code in ReturnCode.find_all(" ".join(eff_word_list.number_to_words(number)))
    assert code in ReturnCode.find_all(code.letters)


@given(numbers, languages, st.integers(0, 11), st.integers(0, 2047))
def test_another_word_in_its_place_is_found_by_the_checksum_15_times_of_16(
    number, language, place, other
):
    words = list(ReturnCode(number).words_in(language))
    words[place] = code_words.word_list(language)[other]

    read = list(ReturnCode.find_all(" ".join(words)))

    assert (ReturnCode(number) in read) == (tuple(words) == ReturnCode(number).words_in(language))
    assert codes.has_bad_checksum(" ".join(words)) == (read == [])


def test_most_slips_are_found_by_the_checksum():
    words = list(ReturnCode(3**80).words)
    found = 0
    for other in code_words.word_list("en"):
        found += codes.has_bad_checksum(" ".join([other, *words[1:]]))

    assert found > 2048 * 14 // 16


@given(st.binary(min_size=64, max_size=64))
def test_a_new_code_has_no_word_that_tells_a_story_in_any_language(seed):
    code = ReturnCode.derive_from_seed(seed)

    for language in code_words.LISTS:
        words = {normalise_code(word) for word in code.words_in(language)}
        assert words.isdisjoint(code_words.TELLING[language].split()), language
    assert ReturnCode.derive_from_seed(seed) == code


def test_a_digit_that_is_wrong_or_changed_places_is_found():
    plain = ReturnCode(7**45).digits.replace(" ", "")
    for place in range(40):
        wrong = plain[:place] + str((int(plain[place]) + 1) % 10) + plain[place + 1 :]
        assert ReturnCode.read(wrong) is None
        assert codes.has_bad_checksum(wrong)


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


@given(numbers_of_before, st.integers(0, 9), st.data())
def test_one_slip_in_a_word_is_forgiven_where_only_one_can_be_meant(number, place, data):
    code = ReturnCode(number)
    words = list(eff_word_list.number_to_words(number))
    slipped = data.draw(st.sampled_from(sorted(set(variants_within_one_edit(words[place])))))
    meant = set(variants_within_one_edit(slipped)) & set(codes.word_list())

    words[place] = slipped
    read = ReturnCode.read(" ".join(words))

    if slipped in codes.word_list():
        assert read is not None
        assert (
            eff_word_list.number_to_words(read.number)[place] == slipped
        )  # a word of the list is never taken for another
    else:
        assert read == (code if len(meant) == 1 else None)


def test_a_slip_in_each_word_is_forgiven():
    code = ReturnCode.read("motor " * 10)

    assert ReturnCode.read("motr mtoor motorr motox otor " * 2) == code


def test_what_may_be_two_words_and_what_is_too_long_is_no_word():
    doubtful = "moter"
    assert {"motor", "voter"} <= set(variants_within_one_edit(doubtful))

    assert ReturnCode.read(f"{doubtful} " + "abacus " * 9) is None
    assert ReturnCode.read("a" * 10_000 + " abacus" * 9) is None


@given(numbers)
def test_letters_are_never_taken_for_words(number):
    code = ReturnCode(number)

    assert ReturnCode.read(code.letters) == code
    assert min(map(len, codes.word_list())) * codes.WORDS_OF_BEFORE > codes.LETTERS_IN_CODE


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


def test_a_new_code_has_more_than_126_bits_of_chance_and_fits_into_each_form():
    left = 1.0
    for language, telling in code_words.TELLING.items():
        words = telling.split()
        assert {*words} <= {normalise_code(word) for word in code_words.word_list(language)}
        left *= (1 - len(words) / 2048) ** 12

    assert 128 + math.log2(left) > 126
    assert len(codes.LETTERS) ** codes.LETTERS_IN_CODE >= 7776**codes.WORDS_OF_BEFORE > 2**128
    assert 10**39 > 2**128


def test_nothing_prints_a_code():
    code = ReturnCode(123456789)

    assert "123456789" not in repr(code)


def test_a_passphrase_is_seven_words():
    words = codes.generate_passphrase().split()

    assert len(words) == 7
    assert set(words) <= set(codes.word_list())


@given(st.text(alphabet=codes.LETTERS, min_size=26, max_size=26))
def test_a_printed_code_is_read_however_it_was_copied(plain):
    spaced = "-".join(plain[at : at + 5] for at in range(0, 26, 5)).lower()

    assert codes.clean_typed_code(spaced) == plain
    assert codes.clean_typed_code(codes.new_one_time_code()).isalnum()
