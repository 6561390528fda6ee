"""Reading and writing CSV in which no cell is a formula.

A program that opens a table works out what begins like a formula. One that takes another sign than
the comma to part cells begins new ones in the middle of ours: so these places count as well.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

MARK: Final = "'"
# What programs take for the beginning of a formula, in any width; and our own mark.
_FORMULA: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n\x00" + MARK
# Where a cell begins, or would in a program that reads the file another way. Quotes may fall away.
_BEGINS: Final = r"(^|[;\t\r\n])"
_HARMFUL: Final = re.compile(f'{_BEGINS}(?="*[{_FORMULA}])')
_MARKED: Final = re.compile(f"{_BEGINS}{MARK}")


def harmless_cell(text: str) -> str:
    """Escape a cell: an apostrophe before what a spreadsheet would take for a formula."""
    return _HARMFUL.sub(rf"\g<1>{MARK}", text)


def original_cell(text: str) -> str:
    """Undo `harmless_cell`: the text of the cell as it was before."""
    return _MARKED.sub(r"\g<1>", text)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write rows as CSV in UTF-8 with a byte order mark; every cell is quoted."""
    table = io.StringIO(newline="")
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    for row in (columns, *rows):
        writer.writerow([harmless_cell(cell) for cell in row])
    return table.getvalue().encode("utf-8-sig")


def read_csv(table: bytes) -> list[list[str]]:
    """Read the rows of such a CSV, the first one too, with their words as they were."""
    rows = csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    return [[original_cell(cell) for cell in row] for row in rows]
