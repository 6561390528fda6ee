"""Double submits: the second submission of a form gets the answer of the first, and acts once."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from flask import Flask, Response, current_app, flash, g, request, session
from flask.typing import ResponseReturnValue

from helpdesk.core import stored_responses
from helpdesk.core.sealing import CannotOpen, Secret
from helpdesk.web.form_tokens import FIELD, requires_token
from helpdesk.web.request_work import current_work

# A page of ours is far smaller; what is larger is not kept for a second press.
LONGEST: Final = 400_000

View = TypeVar("View", bound=Callable[..., Any])


def allow_double_submit(view: View) -> View:
    """Mark a form that may be submitted twice: it makes nothing, or sees to it by itself that it
    makes it once."""
    view.repeatable = True  # type: ignore[attr-defined]  # a mark on a function
    return view


@dataclass(frozen=True)
class SubmittedForm:
    """A form as it was submitted: its token and every word. Another word is another submission."""

    id: str
    key: Secret = field(repr=False)

    @classmethod
    def from_request(cls) -> "SubmittedForm":
        words = [request.full_path, *sorted(request.form.items(multi=True))]
        raw = json.dumps(words).encode()
        return cls(_digest(raw, b"hd press id").hex(), Secret(_digest(raw, b"hd press key")))


def init_app(app: Flask) -> None:
    """Before a view works, ask whether its form was submitted already, and store what it answered:
    both in the work's own transaction.

    Must come after the check of the token, and after the work whose end it comes before.
    """
    app.before_request(_answer_again)
    app.after_request(_keep_answer)


def _answer_again() -> ResponseReturnValue | None:
    if not requires_token() or FIELD not in request.form or _is_repeatable():
        return None
    work, pressed = current_work(), SubmittedForm.from_request()
    if stored_responses.is_first_submission(work.session, pressed.id, at=work.at):
        g.pressed = pressed
        return None
    answer = stored_responses.stored_response_to(work.session, pressed.id)
    try:
        return (
            _read(pressed.key.open(answer, stored_responses.response_envelope_place(pressed.id)))
            if answer
            else None
        )
    except CannotOpen:  # not written by us
        return None


def _keep_answer(response: Response) -> Response:
    pressed: SubmittedForm | None = g.pop("pressed", None)
    if pressed is not None and response.status_code < 400 and "work" in g:
        written = _write(response)
        if len(written) <= LONGEST:
            envelope = pressed.key.seal(
                written, stored_responses.response_envelope_place(pressed.id)
            )
            stored_responses.save_response(current_work().session, pressed.id, envelope)
    return response


def _is_repeatable() -> bool:
    return hasattr(current_app.view_functions[str(request.endpoint)], "repeatable")


def _write(response: Response) -> bytes:
    is_page = response.location is None
    answer = {
        "status": response.status_code,
        "location": response.location,
        "page": response.get_data(as_text=True) if is_page else "",
        "said": session.get("_flashes", []),
    }
    return json.dumps(answer).encode()


def _read(written: bytes) -> Response:
    answer = json.loads(written)
    for category, sentence in answer["said"]:
        if [category, sentence] not in [list(one) for one in session.get("_flashes", [])]:
            flash(sentence, category)
    response = current_app.make_response((answer["page"], answer["status"]))
    if answer["location"] is not None:
        response.location = answer["location"]
    return response


def _digest(raw: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(raw, person=purpose, digest_size=32).digest()
