"""The mark that a form brings back of what its page has shown (`core.stale_page_marks`)."""

from typing import Final

from flask import request

MARK: Final = "seen"


def submitted_page_mark() -> str:
    """What was on the page from which this form comes; without one it is no page of now."""
    return request.form.get(MARK, "")
