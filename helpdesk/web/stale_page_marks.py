"""The stale-page mark that a form brings back of what its page has shown
(`core.stale_page_marks`)."""

from typing import Final

from flask import request

MARK: Final = "seen"
REPORTER_MARK: Final = "heard"


def submitted_page_mark() -> str:
    """The mark that was submitted with a form; without one it is no page of now."""
    return request.form.get(MARK, "")


def submitted_reporter_mark() -> str:
    """The submitted mark of what the reporter had let us know when the page was opened; empty
    without one."""
    return request.form.get(REPORTER_MARK, "")
