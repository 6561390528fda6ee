"""Error pages for every refusal and failure. What is unknown and what is forbidden look the
same."""

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from flask import Flask, Response, current_app, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from psycopg.errors import ConfigurationLimitExceeded, InsufficientPrivilege, UniqueViolation
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
)
from werkzeug.exceptions import HTTPException, InternalServerError, TooManyRequests

from helpdesk.core.errors import (
    CannotTakeReports,
    Conflict,
    DailyQuotaUsedUp,
    DomainError,
    NotAllowed,
    NotFound,
    StalePage,
    TooBusy,
    mark_translatable,
)
from helpdesk.core.lost_commits import CommitLost
from helpdesk.core.sealing import CannotOpen
from helpdesk.settings import Surface
from helpdesk.web.current_app_context import current_context, current_surface
from helpdesk.web.form_tokens import (
    CrossSiteFormRefused,
    ExpiredFormRefused,
    FormToken,
    OtherPersonsFormRefused,
    current_page_token,
    is_same_site,
    new_form_token,
    submitted_token,
)
from helpdesk.web.refusal_log import log_refusal
from helpdesk.web.refused_form_contents import RefusedForm
from helpdesk.web.request_bodies import FormTooLong, TruncatedForm
from helpdesk.web.request_work import become_anonymous
from helpdesk.web.unbranded_host import is_unbranded_host

log = logging.getLogger(__name__)

STATUS: dict[type[DomainError], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409}

# Of a form that is too long, as much comes back as fills a page.
LETTERS_BACK = 20_000

SENTENCES = {
    400: mark_translatable("We couldn’t understand what was sent."),
    404: NotFound.sentence,
    405: mark_translatable("This page can’t be opened that way."),
    413: mark_translatable("This is more than we can take at once. Please send less text."),
    429: mark_translatable("Too many attempts. Please wait a minute and try again."),
    503: mark_translatable(
        "We can’t save anything right now. Nothing was sent. Please try again in a minute."
    ),
}
MAY_BE_SAVED = mark_translatable(
    "We can’t tell whether this was saved. Please send it again within 15 minutes: then it won’t "
    "be there twice."
)
# The database has bounds for what comes within two hours.
TOO_MUCH = mark_translatable(
    "Too much is being sent at the moment, so we can’t save this now. Nothing was sent. Please try "
    "again later."
)
CANNOT_READ = mark_translatable("We can’t open this page right now.")

View = TypeVar("View", bound=Callable[..., Any])


def init_app(app: Flask) -> None:
    """Register the one error page for every refusal and every failure."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(TooBusy, _busy)
    app.register_error_handler(CannotOpen, _cannot_open)
    app.register_error_handler(ExpiredFormRefused, _old_form)
    app.register_error_handler(OtherPersonsFormRefused, _foreign_form)
    app.register_error_handler(CrossSiteFormRefused, _from_elsewhere)
    app.register_error_handler(TruncatedForm, _cut_form)
    app.register_error_handler(FormTooLong, _too_many_letters)
    app.register_error_handler(TooManyRequests, _too_often)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _at_the_end)
    app.register_error_handler(OperationalError, _no_database)
    app.register_error_handler(ProgrammingError, _refused_by_database)
    app.register_error_handler(DataError, _cannot_be_stored)
    app.register_error_handler(IntegrityError, _someone_was_quicker)
    app.register_error_handler(Exception, _failed)
    # Flask would log the words of an error; what we log of one is written below.
    app.log_exception = _log_no_words  # type: ignore[method-assign]  # it is made to be replaced


def declare_page_if_lost(page: Callable[[], str]) -> Callable[[View], View]:
    """Declare the page to show if nobody knows whether a form was saved, and that it is not to be
    sent once more: it commits by itself, or what opens something was typed in it."""

    def mark(view: View) -> View:
        view.page_if_lost = page  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def _refused(refusal: DomainError) -> ResponseReturnValue:
    if isinstance(refusal, NotAllowed | NotFound):
        log_refusal("access refused", where=str(request.endpoint))
    if isinstance(refusal, StalePage):
        return _outdated(refusal.sentence)
    if isinstance(refusal, Conflict):
        return _conflict(refusal.sentence, above=parent_page_of(request.path))
    return _page(_sentence_of(refusal), STATUS.get(type(refusal), 400), sent=_sent())


def _sentence_of(refusal: DomainError) -> str:
    """Reporters have no rights that a colleague could give them: they are told only that it is
    not possible."""
    is_bare = refusal.sentence == NotAllowed.sentence
    return DomainError.sentence if is_bare and _is_public() else refusal.sentence


def _is_public() -> bool:
    return current_surface() is Surface.PUBLIC


def _busy(busy: TooBusy) -> ResponseReturnValue:
    """Asked again with all that was typed but what opens something."""
    if not isinstance(busy, CannotTakeReports):
        return _again(busy.sentence, 503)
    what = "no room" if isinstance(busy, DailyQuotaUsedUp) else "no queue with a key that counts"
    log_refusal(what, where=str(request.endpoint))
    return _again(busy.sentence, 503, ways=current_context().settings.other_ways)


def _cannot_open(_error: CannotOpen) -> ResponseReturnValue:
    """A row without its key is, for this person, no row at all."""
    return _page(NotFound.sentence, 404)


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    sentence = SENTENCES.get(code, DomainError.sentence)
    page, _status = _page(sentence, code, sent=_sent())
    return page, code, [(k, v) for k, v in error.get_headers() if k == "Allow"]


def _cut_form(_cut: TruncatedForm) -> ResponseReturnValue:
    """Shown, not offered to be sent: what did not arrive is missing in it."""
    return _page(
        mark_translatable("Only part of what you sent reached us, so nothing was saved."),
        400,
        sent=_sent(most_letters=LETTERS_BACK),
    )


def _too_many_letters(_long: FormTooLong) -> ResponseReturnValue:
    return _again(SENTENCES[413], 413, sent=_sent(most_letters=LETTERS_BACK))


def _too_often(_often: TooManyRequests) -> ResponseReturnValue:
    return _again(SENTENCES[429], 429)


def _at_the_end(error: InternalServerError) -> ResponseReturnValue:
    """What failed after the view had answered: most often the commit."""
    failure = error.original_exception
    if isinstance(failure, DBAPIError) and _page_if_lost() is not None:
        return _lost(failure)
    if isinstance(failure, OperationalError):
        return _no_database(failure)
    if isinstance(failure, ProgrammingError):
        return _refused_by_database(failure)
    if isinstance(failure, IntegrityError):
        return _someone_was_quicker(failure)
    return _failed(failure) if isinstance(failure, Exception) else _http(error)


def _log_no_words(exc_info: object) -> None:
    return None


def _no_database(error: OperationalError) -> ResponseReturnValue:
    """The database is away. What was lost with a commit may have been saved."""
    if isinstance(error, CommitLost):
        return _lost(error)
    log.error("database away: %s", type(error.orig).__name__)
    become_anonymous()  # a page that names somebody would ask the database for them once more
    refused = TOO_MUCH if isinstance(error.orig, ConfigurationLimitExceeded) else SENTENCES[503]
    return _again(refused if request.method == "POST" else CANNOT_READ, 503)


def _lost(error: DBAPIError) -> ResponseReturnValue:
    """Nobody knows whether it was saved. Sent again as it is, it gets the answer of the first."""
    log.error("database away: %s", type(error.orig).__name__)
    become_anonymous()
    page = _page_if_lost()
    if page is not None:
        _take_back_what_was_said()
        return page(), 503
    return _again(MAY_BE_SAVED if request.method == "POST" else CANNOT_READ, 503)


def _page_if_lost() -> Callable[[], str] | None:
    view = current_app.view_functions.get(str(request.endpoint))
    return getattr(view, "page_if_lost", None) if request.method == "POST" else None


def _refused_by_database(error: ProgrammingError) -> ResponseReturnValue:
    """What we write, it takes, but for another time than its own: its clock was set a moment ago.
    The next try asks it first what time it is."""
    if current_app.testing or not isinstance(error.orig, InsufficientPrivilege):
        return _failed(error)
    current_context().clock.doubt()
    log.error("refused by the database: at %s", _where(error))
    return _again(SENTENCES[503] if request.method == "POST" else CANNOT_READ, 503)


def _cannot_be_stored(error: DataError) -> ResponseReturnValue:
    """Something that no form of ours sends, such as a NUL in an address."""
    log.warning("not stored: %s", type(error.orig).__name__)
    return _page(SENTENCES[400], 400)


def _someone_was_quicker(error: IntegrityError) -> ResponseReturnValue:
    """Two at once asked for what there can be once, such as a name: both looked, and one wrote."""
    if not isinstance(error.orig, UniqueViolation):
        return _failed(error)
    log.warning("someone was quicker: %s", error.orig.diag.constraint_name)
    return _outdated(Conflict.sentence)


def _failed(error: Exception) -> ResponseReturnValue:
    reference = secrets.token_hex(4)
    # The kind and the place of the error, never its words: they may hold what somebody told us.
    log.error("failure %s: %s at %s", reference, type(error).__name__, _where(error))
    if current_app.testing:
        raise error
    return _again(
        gettext(
            "Something went wrong on our side, and nothing was saved. Reference: %(reference)s.",
            reference=reference,
        ),
        500,
    )


def _where(error: BaseException) -> str:
    trace, place = error.__traceback__, "nowhere"
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _old_form(_error: ExpiredFormRefused) -> ResponseReturnValue:
    """The form waited too long, or the key was changed: nothing typed is lost by it.

    The same page is offered again with everything in it and a fresh token, but only if the request
    came from our own pages: otherwise another site could have a person confirm what it made up.
    """
    if not is_same_site():
        return _from_elsewhere(CrossSiteFormRefused())
    return _again(
        mark_translatable("This page was open for too long. Please send the form again."), 400
    )


def _from_elsewhere(_error: CrossSiteFormRefused) -> ResponseReturnValue:
    return _page(mark_translatable("This wasn’t sent from one of our own pages."), 400)


def _foreign_form(_error: OtherPersonsFormRefused) -> ResponseReturnValue:
    """Somebody else is here than when the page was opened: it does nothing to either."""
    sentence = (
        mark_translatable(
            "This page belongs to a different mailbox from the one that’s open in this "
            "browser now. Nothing was sent or changed."
        )
        if _is_public()
        else mark_translatable(
            "Someone else was signed in when this page was opened. Nothing was sent or changed."
        )
    )
    return _conflict(sentence, above=parent_page_of(request.path) or _home())


def _sent(most_letters: int | None = None) -> RefusedForm:
    """What came with a form of ours; of what another site made up, nothing comes back."""
    if request.method != "POST" or not is_same_site():
        return RefusedForm()
    return RefusedForm.now(most_letters=most_letters)


def _conflict(sentence: str, *, above: str | None) -> ResponseReturnValue:
    """Not now: the way to what is there now, and the form as it was, for when that has changed."""
    return _again(sentence, 409, above=above)


def _outdated(sentence: str) -> ResponseReturnValue:
    """Somebody else was first: what came with the form is shown, and not offered to be sent. Who
    wants it still looks first at what is there now, on the page above."""
    return _page(sentence, 409, sent=_sent())


def _again(
    sentence: str,
    status: int,
    *,
    sent: RefusedForm | None = None,
    above: str | None = None,
    ways: str | None = None,
) -> ResponseReturnValue:
    """The form once more with all that was in it. `ways`: where else there is help, if one has to
    look for it."""
    if request.method != "POST" or not is_same_site():
        return _page(sentence, status, above=above, ways=ways)
    _take_back_what_was_said()
    page = render_template(
        "errors/unbranded.html" if is_unbranded_host() else "errors/again.html",
        again=True,
        sentence=gettext(sentence),
        status=status,
        sent=sent or _sent(),
        token=_token_once_more(submitted_token()),
        address=f"{request.root_path}{request.full_path}".rstrip("?"),
        above=above,
        ways=ways,
    )
    return page, status


def _token_once_more(before: FormToken | None) -> str:
    """It stays the form of whoever had it, and the same form while it can: where the first was
    saved after all, sent again it is the second press of that, and gets its answer."""
    if before is None:
        return current_page_token()
    return before.text if before.is_current else new_form_token(before.whose)


def _page(
    sentence: str,
    status: int,
    *,
    sent: RefusedForm | None = None,
    above: str | None = None,
    ways: str | None = None,
) -> tuple[Any, int]:
    if not _is_host_valid():  # no page of ours has an address there
        return Response(gettext(sentence), status, mimetype="text/plain"), status
    _take_back_what_was_said()
    page = render_template(
        "errors/unbranded.html" if is_unbranded_host() else "errors/refused.html",
        again=False,
        sentence=gettext(sentence),
        status=status,
        sent=sent or RefusedForm(),
        ways=ways,
        above=above or parent_page_of(request.path),
        home=current_app.config["HOME"],
    )
    return page, status


def _take_back_what_was_said() -> None:
    """What a view said had been done was not, or nobody knows: that "we’re alerting the people on
    duty now" stands on no page that says nothing was sent. A page that is only read says nothing
    of its own: what was said before it is still true."""
    if request.method == "POST" and session.get("_flashes"):
        session.pop("_flashes")


def _is_host_valid() -> bool:
    try:
        current_app.create_url_adapter(request)
    except HTTPException:
        return False
    return True


def _home() -> str:
    return url_for(current_app.config["HOME"])


def parent_page_of(path: str) -> str | None:
    """The parent page of an address, such as the case of a message."""
    routes = current_app.create_url_adapter(request)
    steps = path.rstrip("/").split("/")[:-1]
    while routes is not None and len(steps) > 1:
        address = "/".join(steps)
        with suppress(HTTPException):
            routes.match(address, method="GET")
            return f"{request.root_path}{address}"
        steps.pop()
    return None
