"""How much is looked at where a code may stand: a bounded part, however much was typed."""

import pytest

from helpdesk.core import code_input, codes

TYPED = 60_000
# A sign that stands for eighteen, what is in no code, separators, letters and digits of scripts.
SIGNS = ("\ufdfa", "[", ".", "[.]", "a ", "ab|", "\u0664", "1", "\u00bd", "\ufb03", "\u1100\u1161")


class CountingSigns(code_input._Signs):
    """The table of signs, which counts how often it is asked."""

    def __init__(self):
        super().__init__()
        self.asked = 0

    def __getitem__(self, number):
        self.asked += 1
        return super().__getitem__(number) if number in self else self.__missing__(number)


@pytest.fixture
def signs(monkeypatch):
    codes.ReturnCode.read("the lists of words are read once")
    counting = CountingSigns()
    monkeypatch.setattr(code_input, "_signs", counting)
    return counting


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "read",
    [
        lambda text: list(codes.ReturnCode.find_all(text)),
        codes.clean_typed_code,
        codes.has_bad_checksum,
        codes.count_code_parts,
        code_input.extract_six_digits,
    ],
)
def test_where_a_code_is_asked_for_a_bounded_part_is_read(signs, read, sign):
    read((sign * TYPED)[:TYPED])

    assert signs.asked <= 10 * code_input.LONGEST_TYPED


@pytest.mark.parametrize("sign", SIGNS)
def test_a_story_is_looked_through_a_few_times(signs, sign):
    codes.contains_code((sign * TYPED)[:TYPED])

    assert signs.asked <= 5 * TYPED


def test_a_sign_that_is_a_phrase_is_in_no_code():
    assert code_input.normalise_code("\ufdfa") == "|"
    assert code_input.normalise_code("\ufb03") == "ffi"


@pytest.mark.parametrize("before", [0, 100, 3_000])
def test_a_code_in_a_pasted_page_is_found(before):
    code = codes.ReturnCode.new()

    assert code in codes.ReturnCode.find_all("| " * (before // 2) + code.letters)
