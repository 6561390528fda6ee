"""Whatever refuses a form gives back all that was in it: words, ticks, radios and lists."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from helpdesk.app import create_app
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.escalations import operations
from helpdesk.escalations.states import Ask, PartnerAction, Reason
from helpdesk.intake.forms.consents import ConsentsForm
from helpdesk.runs import operations as runs
from helpdesk.settings import Surface
from helpdesk.web import kept_result_pages, request_bodies
from helpdesk.web.form_tokens import new_form_token
from helpdesk.web.forms import Form
from helpdesk.web.login import is_public_view
from tests import factories
from tests.conftest import become
from tests.escalations.conftest import a_house
from tests.guards.test_routes import address, routes
from tests.intake.browser import FROM_US, Browser, shown
from tests.intake.conftest import AT_THE_DOOR

NOT_NOW = "This is how the guard refuses it."
WORDS = "Words of a person, to be kept."


class Page(HTMLParser):
    """The forms of a page that have something to choose: what is in them when all is filled in."""

    def __init__(self, text):
        super().__init__()
        self.forms, self._form, self._select, self._label = [], None, None, None
        self._in_hint = False
        self.feed(text)

    @property
    def with_choices(self):
        return [form for form in self.forms if form["choices"] and form["post"]]

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        if tag == "form":
            self._form = {"action": said.get("action"), "fields": {}, "choices": {}, "labels": {}}
            self._form["post"] = said.get("method") == "post"
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "label":
            self._label = said.get("for")
            self._form["labels"].setdefault(self._label, "")
        elif tag == "span" and said.get("class") == "hint":
            self._in_hint = True
        elif tag == "select":
            self._select = said["name"]
        elif tag == "option" and self._select and said.get("value"):
            self._form["fields"][self._select] = [said["value"]]
            self._form["choices"][self._select, said["value"]] = None
        elif tag == "textarea":
            self._form["fields"][said["name"]] = [WORDS]
        elif tag == "input" and said.get("name"):
            self._input(said["name"], said.get("value") or "", said.get("type"), said.get("id"))

    def _input(self, name, value, kind, place):
        fields = self._form["fields"]
        if kind == "checkbox":
            fields.setdefault(name, []).append(value)
        elif kind == "radio":
            fields[name] = [value] if value else fields.get(name, [])
        elif kind == "hidden":
            fields.setdefault(name, []).append(value)
        if kind in ("checkbox", "radio") and value:
            self._form["choices"][name, value] = place

    def handle_data(self, data):
        if self._form is not None and self._label is not None and not self._in_hint:
            self._form["labels"][self._label] += data

    def handle_endtag(self, tag):
        if tag == "label":
            self._label, self._in_hint = None, False
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._form = None


@pytest.fixture
def served(context, monkeypatch):
    """Browsers of a coordinator, of a partner and of a reporter, and the pages that they open."""
    monkeypatch.setattr(kept_result_pages, "BURST", 10_000)
    with context.begin() as work:
        house = a_house(work, context)
    draft, asked, decided = (
        house.ask(),
        house.carried(ask=Ask.LOCK),
        house.carried(ask=Ask.PRESERVE),
    )
    with house.as_(house.theirs) as work:
        operations.record_partner_decision(
            work,
            house.mine(work, decided),
            action=PartnerAction.DATA_PRESERVED,
            reason=Reason.OTHER,
            note="",
        )
    with house.as_(house.lead) as work:
        run = runs.start_run(work, work.session.merge(house.case), "account-takeover")
    known = {
        "ref": house.case.ref,
        "team_id": house.queue.id,
        "person_id": house.writer.person.id,
        "run_id": run.id,
    }
    return {
        Surface.STAFF: (context, house, known, (draft, asked, decided)),
        Surface.PARTNER: (context, house, known, (asked, decided)),
        Surface.PUBLIC: (context, house, known, (decided,)),
    }


def forms_of(surface, served):
    """Every form with choices that one of them meets, and the client that met it."""
    context, house, known, requests = served[surface]
    if surface is Surface.PUBLIC:
        context = replace(context, service=AT_THE_DOOR)
    app = create_app(context, surface)
    app.testing = True
    app.wsgi_app = _with_rights(context, RIGHTS[surface], app.wsgi_app)
    client = app.test_client()
    if surface is Surface.PUBLIC:
        return client, _of_reporters(client, house, requests)
    factories.sign_in(client, house.lead if surface is Surface.STAFF else house.theirs)
    pages = []
    for method, rule in routes(app):
        if method != "GET" or is_public_view(app, rule.endpoint):
            continue
        slug = house.partner.slug if "partners" in rule.endpoint else house.queue.slug
        for one in requests:
            more = {"slug": slug, "request_ref": one.ref}
            more |= {"ref": one.ref} if surface is Surface.PARTNER else {}
            pages.append(address(app, rule, **known | more))
    return client, _found(client, dict.fromkeys(pages))


RIGHTS = {
    Surface.PUBLIC: "helpdesk_intake",
    Surface.STAFF: "helpdesk_app",
    Surface.PARTNER: "helpdesk_partner",
}


def _with_rights(context, role, wsgi_app):
    def answer(environ, start_response):
        before = become(context, role)
        try:
            return list(wsgi_app(environ, start_response))
        finally:
            become(context, before)

    return answer


def _found(client, pages):
    found = {}
    for page in pages:
        answer = client.get(page, headers=FROM_US)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            for form in Page(answer.text).with_choices:
                found.setdefault(re.sub(r"[0-9a-f]{32}", "*", form["action"]), form)
    return list(found.values())


def _of_reporters(client, house, requests):
    browser = Browser(client)
    browser.open("/report")
    found = Page(browser.text).with_choices
    browser.send(
        "/report", answers={"what": "account-takeover", "story": "Taken."}, button=("to", "2")
    )
    found += Page(browser.text).with_choices
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": house.code.letters})
    pages = ["/mailbox/case", "/mailbox/case/questions"]
    for form in found:
        form["fields"]["to"] = ["send"]
    return found + _found(client, [*pages, *(f"/mailbox/case/requests/{r.ref}" for r in requests)])


def _refuse(_form, *_more, **_and):
    raise Conflict(NOT_NOW)


def _refuse_as_outdated(_form, *_more, **_and):
    raise StalePage(NOT_NOW)


def send(client, form, fields):
    answer = client.post(form["action"], data=fields, headers=FROM_US)
    return shown(client, answer)


def offered_again(answer, form):
    """What the page that refuses would send, if its button were pressed."""
    page = Browser(None)
    page.answer = answer
    again = page.form(form["action"].partition("#")[0])
    return {(name, value.replace("\r\n", "\n")) for name, value in again.fields}


def pairs(fields):
    return {(n, v) for n, values in fields.items() for v in values if n != "csrf_token" and v}


LEAST = {Surface.PUBLIC: 5, Surface.STAFF: 12, Surface.PARTNER: 1}


@pytest.mark.parametrize("surface", Surface)
def test_what_cannot_be_done_now_is_refused_with_every_tick_in_words(served, surface, monkeypatch):
    client, forms = forms_of(surface, served)
    assert len(forms) >= LEAST[surface], [one["action"] for one in forms]
    monkeypatch.setattr(Form, "validate", _refuse)
    monkeypatch.setattr(ConsentsForm, "consents_ticked", _refuse)

    for form in forms:
        answer = send(client, form, form["fields"])

        assert answer.status_code == 409, form["action"]
        assert pairs(form["fields"]) <= offered_again(answer, form), form["action"]
        every_tick_is_in_words(answer, form)


@pytest.mark.parametrize("surface", Surface)
def test_what_somebody_else_has_changed_is_shown_and_not_offered_to_be_sent(
    served, surface, monkeypatch
):
    client, forms = forms_of(surface, served)
    monkeypatch.setattr(Form, "validate", _refuse_as_outdated)
    monkeypatch.setattr(ConsentsForm, "consents_ticked", _refuse_as_outdated)

    for form in forms:
        answer = send(client, form, form["fields"])

        assert answer.status_code == 409, form["action"]
        assert NOT_NOW in answer.text
        assert form["action"].partition("#")[0] not in form_actions(answer), form["action"]
        assert re.search("[Ss]ee the latest version", answer.text)
        assert WORDS in answer.text or [WORDS] not in form["fields"].values(), form["action"]
        every_tick_is_in_words(answer, form)


def form_actions(answer):
    return {form["action"] for form in Page(answer.text).forms}


def every_tick_is_in_words(answer, form):
    page = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text)))
    for (name, value), place in form["choices"].items():
        if place and value in form["fields"][name]:
            label = " ".join(form["labels"][place].split())
            assert label in page, (form["action"], name, value)


@pytest.mark.parametrize("surface", Surface)
@pytest.mark.parametrize("token", ["old", "another's"])
def test_an_old_tab_and_an_old_token_are_refused_with_every_tick_in_the_form(
    served, surface, token
):
    client, forms = forms_of(surface, served)
    other = "nobody of ours"
    if token == "another's":
        with client.application.test_request_context():
            other = new_form_token("0" * 24)

    for form in forms:
        if token == "another's" and form["action"] == "/report":
            continue  # it acts on nobody's things
        answer = send(client, form, form["fields"] | {"csrf_token": [other]})

        assert answer.status_code == (400 if token == "old" else 409), form["action"]
        assert pairs(form["fields"]) <= offered_again(answer, form), form["action"]


@pytest.mark.parametrize("surface", Surface)
def test_a_form_that_is_too_long_comes_back_with_every_tick(served, surface, monkeypatch):
    client, forms = forms_of(surface, served)
    long = "x" * (request_bodies.MOST_LETTERS + 1)

    for form in forms:
        answer = send(client, form, form["fields"] | {"made_up": [long]})

        assert answer.status_code == 413, form["action"]
        assert pairs(form["fields"]) <= offered_again(answer, form), form["action"]
        assert len(answer.data) < 100_000


def test_a_form_that_was_cut_off_shows_what_arrived_and_offers_nothing_to_send(served):
    client, forms = forms_of(Surface.PARTNER, served)
    form = next(one for one in forms if one["action"].endswith("/decision"))
    fields = form["fields"] | {"note": [WORDS]}

    answer = shown(
        client,
        client.post(
            form["action"],
            data=fields,
            headers=FROM_US,
            environ_overrides={"CONTENT_LENGTH": "1999", "wsgi.input_terminated": True},
        ),
    )

    assert answer.status_code == 400
    assert WORDS in answer.text
    assert "What did you do?" in answer.text
    assert f'action="{form["action"]}"' not in answer.text


def test_what_opens_something_never_comes_back(served):
    client, _ = forms_of(Surface.STAFF, served)

    answer = send(
        client,
        {"action": "/account/passphrase"},
        {"csrf_token": "old", "current": "marker-one", "passphrase": "marker-two"},
    )

    assert answer.status_code == 400
    assert "marker" not in answer.text
