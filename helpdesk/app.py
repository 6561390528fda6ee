"""The Flask application factory, create_app: the features, in order; the table of contents of the
pages."""

import logging
from functools import partial
from typing import Any

from flask import Flask
from flask_babel import Babel, get_locale
from jinja2 import StrictUndefined

from helpdesk.accounts import authentication
from helpdesk.accounts import views as accounts
from helpdesk.cases import views as cases
from helpdesk.cases.views import read_logging
from helpdesk.core.app_context import AppContext
from helpdesk.core.markup import (
    bidi_isolate,
    defanged_markup,
    is_changed_by_defanging,
    mark_language,
    markup_with_live_links,
    name_markup,
    reveal_hidden_characters,
    visible_defanged_text,
)
from helpdesk.core.openpgp import is_gnupg_installed
from helpdesk.core.sealing import Secret
from helpdesk.duty import views as duty
from helpdesk.escalations import link_identity
from helpdesk.escalations import views as escalations
from helpdesk.escalations.policy import may_see_request_board
from helpdesk.intake import request_identity
from helpdesk.intake import views as intake
from helpdesk.intake.languages import is_reviewed, offered_languages
from helpdesk.key_files import KeyFile
from helpdesk.partners import views as partners
from helpdesk.playbooks.helplines import Helpline
from helpdesk.playbooks.platform_forms import forms_of_platform
from helpdesk.playbooks.published import NotPublished
from helpdesk.playbooks.repository import (
    danger_detector,
    load_current_helplines,
    load_current_library,
    preload_all,
    translate_text,
)
from helpdesk.settings import LANGUAGES, NotConfigured, Settings, Surface
from helpdesk.triage.repository import load_decision_table
from helpdesk.triage.views import level_views as triage
from helpdesk.web import (
    blank_forms,
    catalogues,
    double_submit,
    error_pages,
    form_tokens,
    kept_result_pages,
    languages,
    login,
    rate_limits,
    request_bodies,
    request_scheme,
    response_headers,
    session_cookies,
    unbranded_host,
)
from helpdesk.web import request_work as web_work
from helpdesk.web.template_environment import TemplateEnvironment
from helpdesk.web.time_format import (
    format_day,
    format_duration,
    format_moment,
    format_when_happened,
    format_within_hour,
    part_of_day,
    time_left_with_tone,
)
from helpdesk.web.unreadable_text_filter import mark_unreadable_text

log = logging.getLogger(__name__)

# A text of 50,000 letters of two signs each, three bytes a sign, each sent as three characters, is
# less than half of it: so one that is too long comes back whole, with the number.
LARGEST_REQUEST = 2_000_000

BLUEPRINTS = {
    Surface.PUBLIC: (intake.bp,),
    Surface.STAFF: (
        duty.bp,
        accounts.bp,
        accounts.people_bp,
        cases.bp,
        triage.bp,
        duty.runs_bp,
        escalations.bp,
        partners.bp,
    ),
    Surface.PARTNER: (accounts.bp, escalations.partner_bp),
}

# What the forms of a door are signed with is derived from the key of who comes in by it.
DOOR_KEY = {
    Surface.STAFF: KeyFile.STAFF_FACTORS,
    Surface.PARTNER: KeyFile.PARTNER_FACTORS,
}

IDENTIFY = {
    Surface.PUBLIC: request_identity.identify_by_cookie,
    Surface.STAFF: authentication.identify_by_cookie,
    Surface.PARTNER: link_identity.identify_by_cookie,
}

HOME = {
    Surface.PUBLIC: "intake.home",
    Surface.STAFF: "duty.board",
    Surface.PARTNER: "partner_desk.inbox",
}


# What stops email reminders, and the files of those pages.
AT_UNBRANDED_HOST = frozenset(
    {
        "intake.new_reminder_stop",
        "intake.create_reminder_stop",
        "intake.show_reminders_stopped",
        "static",
    }
)


def create_app(context: AppContext, surface: Surface) -> Flask:
    """Create the WSGI application of one surface of the helpdesk."""
    app = Flask("helpdesk")
    app.jinja_environment = TemplateEnvironment
    app.jinja_options = {"cache_size": -1}  # every template is kept, so none has to be last used
    app.extensions["context"] = context
    app.extensions["surface"] = surface
    app.config.update(
        SECRET_KEY=_form_key(context, surface, 0),
        SECRET_KEY_FALLBACKS=[
            _form_key(context, surface, n) for n in range(1, _keys(context, surface))
        ],
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        HOME=HOME[surface],
        PLATFORMS=lambda: [one.slug for one in load_current_library().platforms],
        PLAYBOOK_TITLE=_kinds,
        PLATFORM_FORMS=lambda slug: forms_of_platform(load_current_library().platform_forms, slug),
        PLAYBOOK_TITLES=lambda: {
            one.id: str(one.title) for one in load_current_library().playbooks
        },
    )
    request_scheme.init_app(app, context.settings.url_of(surface))
    response_headers.init_app(app)
    if surface is Surface.PUBLIC:
        unbranded_host.init_app(app, context.settings.reminder_url, endpoints=AT_UNBRANDED_HOST)
    request_bodies.init_app(app)
    session_cookies.init_app(app, surface, context.settings.url_of(surface))
    error_pages.init_app(app)
    rate_limits.init_app(app)
    kept_result_pages.init_app(app)
    web_work.init_app(app, IDENTIFY[surface])
    form_tokens.init_app(app)
    blank_forms.init_app(app)
    login.init_app(app, surface, accounts.ask_to_sign_in)
    double_submit.init_app(app)
    kept_result_pages.save_results_in_transaction(app)
    Babel(app, locale_selector=languages.select_language)
    catalogues.init_app(app)
    _speak(app, context, surface)
    _dress(app, context)
    for blueprint in BLUEPRINTS[surface]:
        app.register_blueprint(blueprint)
    if surface is Surface.STAFF:
        read_logging.init_app(app)
        if not is_gnupg_installed():
            log.warning("GnuPG is not installed: no email to a partner can be encrypted.")
    return app


def _speak(app: Flask, context: AppContext, surface: Surface) -> None:
    """Reporters choose their language; the pages of staff and partners are in ours."""
    if surface is Surface.PUBLIC:
        offered = offered_languages(context.settings)
        languages.init_app(app, offered=offered, known=LANGUAGES)
        preload_all(offered)
        for language in offered:
            load_decision_table(language)
        danger_detector()  # trained now, with the search, so that no reporter waits for it
        app.jinja_env.globals["has_been_read"] = is_reviewed
        app.extensions["helplines"] = _helplines(context.settings)
    else:
        languages.init_app(app, offered=(catalogues.SOURCE,))
        # responders see words to send in each language in which somebody may have written
        preload_all(LANGUAGES if surface is Surface.STAFF else ())


def _helplines(settings: Settings) -> tuple[Helpline, ...]:
    try:
        return load_current_helplines(settings.helplines)
    except NotPublished as wrong:
        raise NotConfigured(f"HELPLINES: {wrong}") from None


def _dress(app: Flask, context: AppContext) -> None:
    """What every template may use; a missing name fails a test instead of rendering nothing."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.pop("config", None)
    app.jinja_env.filters["as_written"] = mark_unreadable_text(defanged_markup)
    app.jinja_env.filters["exact"] = mark_unreadable_text(markup_with_live_links)
    app.jinja_env.filters["name"] = name_markup
    app.jinja_env.filters["isolated"] = bidi_isolate
    app.jinja_env.filters["harmless"] = visible_defanged_text
    app.jinja_env.filters["visible"] = reveal_hidden_characters
    app.jinja_env.filters["is_changed_by_defanging"] = is_changed_by_defanging
    app.jinja_env.filters["said"] = mark_language
    app.jinja_env.filters["platform_name"] = _platform_name
    app.jinja_env.filters["kinds"] = _kinds
    app.jinja_env.filters["evidence_label"] = _evidence_label
    app.jinja_env.filters["time_left_with_tone"] = time_left_with_tone
    app.jinja_env.filters["how_long"] = format_duration
    app.jinja_env.filters["moment"] = format_moment
    app.jinja_env.filters["happened"] = format_when_happened
    app.jinja_env.filters["in_hour"] = format_within_hour
    app.jinja_env.filters["day"] = format_day
    app.jinja_env.filters["part_of_day"] = part_of_day
    # What the parts of pages that all surfaces share say of a moment.
    is_public = app.extensions["surface"] is Surface.PUBLIC
    app.jinja_env.filters["when"] = part_of_day if is_public else format_when_happened
    app.jinja_env.globals["languages"] = languages
    app.jinja_env.filters["in_language"] = translate_text
    app.jinja_env.filters["countries"] = languages.country_names
    app.jinja_env.filters["spoken"] = languages.language_names
    app.jinja_env.filters["language_name"] = partial(languages.language_name, within="en")

    @app.context_processor
    def for_every_page() -> dict[str, Any]:
        locale, identity = get_locale(), web_work.current_identity()
        return {
            "helpdesk_name": context.settings.helpdesk_name,
            "drill": context.settings.drill,
            "surface": app.extensions["surface"].value,
            "locale": str(locale or "en"),
            "direction": locale.text_direction if locale else "ltr",
            "current_person": identity.person,
            "may_see_requests": may_see_request_board(identity.actor, identity.actor.queues),
        }


def _kinds(slug: str, others: tuple[str, ...] = ()) -> str:
    """What a case is about, as its playbooks are called; one that is gone keeps its short name."""
    pages = [(one, load_current_library().playbook(one)) for one in (slug, *others)]
    return "; ".join(str(page.title) if page else one.replace("-", " ") for one, page in pages)


def _evidence_label(kind: str, playbook: str) -> str:
    """What a playbook asks for under this name; its short name where today's page has none."""
    page = load_current_library().playbook(playbook)
    labels = {one.id: str(one.label) for one in page.evidence} if page else {}
    return labels.get(kind, kind.replace("-", " "))


def _platform_name(slug: str) -> str:
    """What people call a platform; one that our vocabulary does not know keeps its short name."""
    platform = load_current_library(languages.current_language()).platform(slug)
    return str(platform.name) if platform else slug


def _keys(context: AppContext, surface: Surface) -> int:
    return len(_key_bytes(context, surface))


def _key_bytes(context: AppContext, surface: Surface) -> tuple[bytes, ...]:
    if surface is Surface.PUBLIC:
        return context.settings.intake_keys
    return context.settings.service_keys[DOOR_KEY[surface]]


def _form_key(context: AppContext, surface: Surface, number: int) -> bytes:
    """The key that signs form tokens: derived, one for each surface; it opens nothing."""
    return Secret(_key_bytes(context, surface)[number]).derive(f"forms of {surface}")
