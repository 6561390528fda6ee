"""The mark that a form brings back of what its page has shown (`core.stale_page_marks`)."""

from typing import Final

from flask import request

MARK: Final = "seen"
REPORTER_MARK: Final = "heard"


def submitted_page_mark() -> str:
    """What was on the page from which this form comes; without one it is no page of now."""
    return request.form.get(MARK, "")


def submitted_reporter_mark() -> str:
    """What the reporter had let us know when this page was opened; the same without one."""
    return request.form.get(REPORTER_MARK, "")
