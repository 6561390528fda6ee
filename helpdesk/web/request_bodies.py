"""Limits on request bodies: one whole form, no longer and no wider than ours are."""

from flask import Flask, current_app, g, request
from werkzeug.exceptions import (
    BadRequest,
    LengthRequired,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)
from werkzeug.http import parse_date

FORM = "application/x-www-form-urlencoded"
# The longest page of ours has some sixty.
MOST_FIELDS = 500
# Four stories as long as one may be; what is typed beyond the limit is kept up to here.
MOST_LETTERS = 200_000
# What a browser says of the copy that it has.
DATES = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE")


class TruncatedForm(BadRequest):
    """Raised if the end of a form did not arrive."""


class FormTooLong(RequestEntityTooLarge):
    """Raised if a form of ours has more in it than we keep."""


def init_app(app: Flask) -> None:
    """Check the body of every request before anything else does. Nothing of it has been parsed by
    then."""
    app.before_request(drop_unreadable_dates)
    app.before_request(refuse_bad_body)


def is_form_cheap_to_parse() -> bool:
    """Whether parsing this form costs no more than parsing one of ours does."""
    return "form_can_be_read" in g


def drop_unreadable_dates() -> None:
    """Drop unreadable dates from a request's conditional headers: no condition, and no fault of
    ours that would be logged."""
    for name in DATES:
        try:
            parse_date(request.environ.get(name))
        except (OverflowError, ValueError):
            del request.environ[name]


def refuse_bad_body() -> None:
    """Refuse a body that was cut off, is of another kind, or would cost more to read than a form
    does."""
    if request.query_string.count(b"&") >= MOST_FIELDS:
        raise BadRequest
    if "Transfer-Encoding" in request.headers:
        raise LengthRequired
    length = request.content_length
    if not length:
        return
    if length > current_app.config["MAX_CONTENT_LENGTH"]:
        raise RequestEntityTooLarge
    if request.mimetype != FORM:
        raise UnsupportedMediaType
    body = request.get_data()
    if body.count(b"&") >= MOST_FIELDS:
        raise RequestEntityTooLarge
    g.form_can_be_read = True
    if len(body) != length:  # half a message is not what the person wrote
        raise TruncatedForm
    letters = sum(len(value) for values in request.form.listvalues() for value in values)
    if letters > MOST_LETTERS:
        raise FormTooLong
