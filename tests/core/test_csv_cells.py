"""Tables for spreadsheets: no cell is a formula, however it is read, and no word is lost."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpdesk.core.csv_cells import harmless_cell, original_cell, read_csv, write_csv

# What OWASP names as the beginning of a formula, in both widths.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# What a program could take for the border of a cell.
BORDERS = (",", ";", "\t")
SIGNS = st.sampled_from([*FORMULA, *BORDERS, '"', "'", " ", "a", "1", "م"])
TEXTS = st.text(st.one_of(SIGNS, st.characters(exclude_categories=["Cs"])), max_size=12)
ROWS = st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=4)
COLUMNS = ("one", "two", "three")


@given(ROWS)
@example([["=cmd|' /C calc'!A0", "'=1", ';"=1"']])
@settings(max_examples=400)
def test_what_was_written_is_read_back_to_the_last_sign(rows):
    assert read_csv(write_csv(COLUMNS, rows)) == [list(COLUMNS), *rows]


@given(ROWS, st.sampled_from(BORDERS))
@example([["x;=1", "a\n=1", 'x;"=1"']], ";")
@settings(max_examples=400)
def test_no_cell_begins_like_a_formula_whatever_a_program_takes_for_its_border(rows, border):
    table = write_csv(COLUMNS, rows).decode("utf-8-sig")

    read = csv.reader(io.StringIO(table, newline=""), delimiter=border)
    cells = [cell for row in read for cell in row]
    if border != ",":  # the end of a row may lie within a cell: what follows it must be as harmless
        cells = [cell.lstrip("\r\n") for cell in cells]
    assert not [cell for cell in cells if cell.startswith(FORMULA)]


@given(TEXTS)
def test_the_mark_is_taken_off_again_and_never_stands_in_the_original(text):
    assert original_cell(harmless_cell(text)) == text


@pytest.mark.parametrize("text", ["", "plain", "a=b", "23 Nov 2026", "مرحبا", "x-y", "R-7K2-M9QX"])
def test_ordinary_words_stay_as_they_are(text):
    assert harmless_cell(text) == text


def test_spreadsheets_see_that_it_is_utf_8():
    assert write_csv(["مرحبا"], []) == b"\xef\xbb\xbf" + '"مرحبا"\r\n'.encode()
