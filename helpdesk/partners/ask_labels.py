"""Labels of what partners can be asked for, for staff."""

from typing import Final

TAKES: Final = {
    "restore": "Give the account back to its owner",
    "lock": "Lock the account, so that nobody can get in",
    "remove": "Take it down",
    "preserve": "Keep the data, so that it is not lost",
    "review": "Review a decision of theirs",
}
