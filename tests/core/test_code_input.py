"""Codes as people write and paste them: what nobody sees, or any keyboard makes, is no fault."""

import random
import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpdesk.accounts import second_factor
from helpdesk.accounts.operations.people import hash_enrolment_code
from helpdesk.core import code_input, code_words, codes
from helpdesk.core.codes import ReturnCode
from tests.core.test_codes import numbers

seeds = st.integers(0, 2**32).map(random.Random)
UNSEEN = "\u200e\u200f\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202b\u202c\u2066\u2069\ufe0f"
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d_. \u00a0\u2009\u3000\n\t"
# 0 to 9 of other scripts: Arabic-Indic, Persian, Devanagari, Bengali, full width, mathematical.
DIGITS = [0x0660, 0x06F0, 0x0966, 0x09E6, 0xFF10, 0x1D7CE]
LABELS = [
    "Return code: ",
    "Your return code, in order:\n",
    "Código de retorno: ",
    "Code de retour : ",
    "Código de regresso: ",
    "رمز العودة: ",
    "“",
]


def decorated(text, chance):
    """The same code from another keyboard, out of a message or off a page."""
    out = []
    for sign in text:
        if sign.isdigit() and chance.random() < 0.5:
            sign = chr(chance.choice(DIGITS) + int(sign))
        elif sign == "-":
            sign = chance.choice(DASHES)
        elif sign.isalpha() and chance.random() < 0.3:
            sign = chance.choice([sign.lower(), sign.upper(), chr(ord(sign) + 0xFEE0)])
        out.append(sign)
        while chance.random() < 0.2:
            out.append(chance.choice(UNSEEN))
    before, after = chance.choice(UNSEEN), chance.choice([*UNSEEN, "\n", " ", "."])
    return before + "".join(out) + after


@settings(max_examples=300)
@given(numbers, seeds)
def test_a_return_code_is_read_through_every_decoration(number, chance):
    code = ReturnCode(number)

    for form in (" ".join(code.words), code.letters, "\n".join(code.words)):
        assert ReturnCode.read(decorated(form, chance)) == code
        assert code in ReturnCode.find_all(chance.choice(LABELS) + decorated(form, chance))


@settings(max_examples=300)
@given(st.text(alphabet=codes.LETTERS, min_size=26, max_size=26), seeds)
def test_an_enrolment_code_and_a_recovery_key_are_read_through_every_decoration(plain, chance):
    grouped = "-".join(plain[at : at + 5] for at in range(0, 26, 5))

    assert codes.clean_typed_code(decorated(grouped, chance)) == plain
    assert codes.clean_typed_code(chance.choice(LABELS) + decorated(grouped, chance)) == plain
    assert hash_enrolment_code(decorated(grouped, chance)) == hash_enrolment_code(plain)


@settings(max_examples=300)
@given(st.integers(0, 999_999), seeds)
def test_six_digits_are_read_through_every_decoration(number, chance):
    seed, step = second_factor.generate_totp_seed(), 50_000_000 + number
    code = second_factor.totp_code_at(seed, step)
    now = datetime.fromtimestamp(step * second_factor.SECONDS, UTC)

    for form in (code, f"{code[:3]}-{code[3:]}", f"Code: {code}"):
        assert second_factor.totp_step_of(seed, decorated(form, chance), now) == step


@pytest.mark.parametrize("letter", ["\u0130", "\u0131", "I", "\uff29", "i\u0307"])
def test_the_i_of_a_turkish_keyboard_is_an_i(letter):
    word = next(one for one in codes.word_list() if "i" in one)

    typed = " ".join([word.replace("i", letter)] * 10)

    assert ReturnCode.read(typed) == ReturnCode.read(" ".join([word] * 10))


def as_copied(code):
    """The whole box of the receipt, as a browser copies it."""
    letters = " ".join(code.letters[at : at + 4] for at in range(0, len(code.letters), 4))
    words = "\n".join(f"{place}. {word}" for place, word in enumerate(code.words, 1))
    return f"In this order:\n{words}\nOr just write this down:\n{letters}"


@given(numbers)
def test_the_whole_copied_box_is_the_code(number):
    code = ReturnCode(number)

    assert code in ReturnCode.find_all(as_copied(code))


@given(numbers, st.integers(1, 19))
def test_it_is_said_how_much_of_a_code_was_typed(number, many):
    words = (ReturnCode(number).words * 2)[:many]

    found = codes.count_code_parts(" ".join(words))

    # ten may be a whole code of before
    assert found == (None if many in (10, 12) else (many, 12))


def test_of_letters_and_digits_it_is_said_too():
    assert codes.count_code_parts("K7F3M-QABCD-EFGHJ-KMNPQ-RSTVW") == (25, 26)
    assert codes.count_code_parts("K7F3M-QABCD-EFGHJ-KMNPQ-RSTVW-X") is None
    assert codes.count_code_parts("") is None


@given(numbers, st.text(max_size=60), st.text(max_size=60))
@example(123, "", "")
def test_a_code_in_a_text_is_recognised(number, before, after):
    code = ReturnCode(number)
    letters = " ".join(code.letters[at : at + 4] for at in range(0, len(code.letters), 4))

    forms = [" ".join(code.words), ", ".join(code.words), as_copied(code)]
    if any(sign.isdigit() for sign in code.letters):
        forms += [
            code.letters,
            code.letters.replace("-", ""),
            code.letters.replace("-", " "),
            letters,
        ]
    for form in forms:
        assert codes.contains_code(f"{before}\n(“{form}”)\n{after}")


@given(st.integers(0, code_words.POSSIBLE_CODES - 1), st.sampled_from([" ", "\n", "-", " - "]))
def test_what_the_receipt_says_below_the_words_is_recognised_in_a_text(number, between):
    code = ReturnCode(number)
    for language in ("en", "es", "ar"):
        said = between.join(code.formatted_in(language))
        is_plain = not re.search(r"[A-Z]", said) or not re.search(r"\d", said[4:])
        if language != "ar" and is_plain:
            continue  # a row of nothing but digits, or of words: one code in a million
        assert codes.contains_code(f"My code is {said}, please help.")
        assert code in ReturnCode.find_all(f"My code is {said}, please help.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "They took my account on 12 November 2026 at 10:30, and wrote to all my contacts.",
        "My laptop, camera, phone, two cards and a printer are gone; the passport too.",
        "https://video.example/watch?v=01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "https://forum.example/posts/01arz3ndektsv4rrffq69g5fav",
        "Call +49 30 1234 5678 or +44 20 7946 0958 after six, please. K7F-3MQ8 is the case.",
        "them those where never could a day go by",
        "They have been here from 2019 to 2021, and 2022 they went back home from jail.",
        "2019 they have been back here to see me; 2020 they were gone.",
        "The card 2023 1234 5678 9012 3456 7890 12 is mine.",
    ],
)
def test_what_people_tell_is_taken_for_no_code(text):
    assert not codes.contains_code(text)


def test_a_page_of_every_sign_there_is_costs_little_memory():
    code_input.normalise_code("".join(map(chr, range(0x20, 0x20000))))

    assert len(code_input._signs) <= code_input.KNOWN


def nearly(language, many, *, at=0):
    """So many words of a code, in a row, and none of them twice."""
    while True:
        words = codes.ReturnCode.new().words_in(language)
        if len(set(words)) == len(words):
            return " ".join(words[at : at + many])


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt"])
@pytest.mark.parametrize(("many", "at"), [(10, 0), (10, 2), (11, 0), (11, 1)])
def test_nearly_all_words_of_a_code_are_stopped(language, many, at):
    assert codes.contains_code(f"My words: {nearly(language, many, at=at)} ...")


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt"])
def test_nine_words_of_a_list_are_a_sentence_that_somebody_may_write(language):
    words = nearly(language, 9)
    while codes.longest_run_of_words(words.split()) >= codes.WORDS_THAT_TELL:
        words = nearly(language, 9)  # by chance, a row of words of passphrases as well

    assert not codes.contains_code(f"My words: {words} ...")


@pytest.mark.parametrize(
    "text",
    [
        "Always safe to know what you must report where you work.",
        "Tell one, say. Tell one person you trust. Two people can. You can tell them",
        "always safe know what you must report where you work",
        "you can tell one person what you have now that there",
    ],
)
def test_a_sentence_of_everyday_words_of_the_list_is_not_stopped(text):
    assert not codes.contains_code(text)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 13])
@pytest.mark.parametrize("between", [" ", ", ", "\n", "-"])
def test_a_code_from_end_to_end_is_found_in_whatever_groups_it_stands(size, between):
    chance = random.Random(20261129)  # noqa: S311 - not a secret, the same each time
    for _ in range(20):
        plain = ReturnCode(chance.getrandbits(128)).letters.replace("-", "")
        said = between.join(plain[start : start + size] for start in range(0, len(plain), size))
        assert codes.contains_code(said), said


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt"])
def test_twelve_words_with_a_slip_in_one_are_found_where_the_mailbox_takes_them(language):
    chance, found = random.Random(20261129), 0  # noqa: S311 - the same each time
    for _ in range(40):
        code = ReturnCode(chance.getrandbits(128))
        words = list(code.words_in(language))
        words[5] = words[5][:2] + words[5][3:]
        said = " ".join(words)
        if code in ReturnCode.find_all(said):
            assert codes.contains_code(said), said
            found += 1
    assert found > 10


@pytest.mark.parametrize(
    "text",
    [
        "3 men came in a white jeep a",
        "2 days ago they came at nite",
        "See me at 10 on the 12th, at home.",
        "They came into the house, took my phone and asked for names again.",
    ],
)
def test_a_sentence_with_a_number_is_no_code(text):
    assert not codes.contains_code(text)


def addresses(chance, many):
    return [".".join(str(chance.randrange(1, 256)) for _ in range(4)) for _ in range(many)]


def numbers_of(digits):
    lowest, highest = 10 ** (digits - 1), 10**digits
    return lambda chance, many: [str(chance.randrange(lowest, highest)) for _ in range(many)]


def statements(chance, many):
    return [" ".join(f"{chance.randrange(10**4):04}" for _ in range(4)) for _ in range(many)]


def amounts(chance, many):
    return [f"{chance.randrange(9999)}.{chance.randrange(100):02}" for _ in range(many)]


@pytest.mark.parametrize("kind", [addresses, numbers_of(10), numbers_of(19), statements, amounts])
@pytest.mark.parametrize("many", [4, 10, 100])
@pytest.mark.parametrize("between", ["\n", " ", " \n"])
def test_a_list_of_numbers_is_no_code(kind, many, between):
    chance = random.Random(1)  # noqa: S311 - not a secret, the same each time
    for _ in range(50):
        said = between.join(kind(chance, many))
        assert not codes.contains_code(said), said


@pytest.mark.parametrize("size", [4, 8, 10, 20])
@pytest.mark.parametrize("between", [" ", "-", " - "])
def test_a_code_in_digits_is_found_in_groups_of_another_size(size, between):
    for _ in range(50):
        plain = ReturnCode.new().digits.replace(" ", "")
        said = between.join(plain[start : start + size] for start in range(0, len(plain), size))
        assert codes.contains_code(said), said
        assert codes.contains_code(f"It is {said}. 3 men came."), said


def test_a_code_in_fours_is_found_over_several_lines():
    plain = ReturnCode.new().digits.replace(" ", "")
    fours = [plain[start : start + 4] for start in range(0, len(plain), 4)]

    assert codes.contains_code(f"{' '.join(fours[:5])}\n{' '.join(fours[5:])}")


@pytest.mark.parametrize("size", [8, 10, 20])
def test_numbers_that_each_stand_on_a_line_are_a_list_and_no_code(size):
    plain = ReturnCode.new().digits.replace(" ", "")

    assert not codes.contains_code(
        "\n".join(plain[start : start + size] for start in range(0, len(plain), size))
    )


@pytest.mark.parametrize("between", [" ", "", "-", "\n"])
def test_a_code_in_digits_is_found_as_we_write_it_and_in_one_piece(between):
    for _ in range(50):
        said = ReturnCode.new().digits.replace(" ", between)
        assert codes.contains_code(f"My code is {said}, please help."), said
