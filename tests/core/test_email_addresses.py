"""A mail address is read at the form by what sends: what cannot be written to is refused there."""

from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from helpdesk.accounts.forms import InvitationForm, OwnEmailAddressForm
from helpdesk.adapters.mailer import FolderMailer
from helpdesk.app import create_app
from helpdesk.core.app_context import Email
from helpdesk.core.email_addresses import InvalidEmailAddress, parse_email_address
from helpdesk.core.emails import PermanentMailError
from helpdesk.partners.forms import PartnerEmailAddressForm as PartnersMailboxForm
from helpdesk.partners.forms import PartnerForm
from helpdesk.settings import Surface

BROKEN = [
    "lead@[drill.example",
    "anna@example[.]org",
    "[anna@example.org]",
    "anna@example,org",
    "anna@example.org, bo@example.org",
    "anna@[192.0.2.1]",
    "anna@localhost",
    "anna",
    "anna@",
    "@example.org",
    "an na@example.org",
    "anna@example..org",
    ".anna@example.org",
    '"anna"@example.org',
    "Anna <anna@example.org",
    "anna@example.org\r\nBcc: all@example.org",
    "анна@example.org",
    "anna@" + "a" * 64 + ".org",
]
WRITTEN = {
    "trust.o'neil@platform.example": "trust.o'neil@platform.example",
    "anna+duty@example.org": "anna+duty@example.org",
    "Anna.K@Example.ORG": "Anna.K@example.org",
    "\u200eanna@example.org\u200b": "anna@example.org",
    "\u202aanna@exam\u00adple.org\u202c": "anna@example.org",
    "\ufeff<anna@example.org>": "anna@example.org",
    "mailto:anna@example.org": "anna@example.org",
    "anna\uff20example.org": "anna@example.org",
    "anna@bücher.example": "anna@xn--bcher-kva.example",
    "anna@مثال.example": "anna@xn--mgbh0fb.example",
    "ops@mail.test": "ops@mail.test",
}


@pytest.mark.parametrize("typed", BROKEN)
def test_what_no_letter_can_be_addressed_to_is_refused_with_a_sentence(typed):
    with pytest.raises(InvalidEmailAddress) as refused:
        parse_email_address(typed)

    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(("typed", "kept"), WRITTEN.items())
def test_what_people_paste_is_kept_as_it_is_written_to(typed, kept, tmp_path):
    assert parse_email_address(typed) == kept == parse_email_address(kept)
    assert _headers_of(kept, tmp_path) == [kept]


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_taken_can_be_addressed(tmp_path_factory, local, domain):
    try:
        kept = parse_email_address(f"{local}@{domain}")
    except InvalidEmailAddress:
        return
    assert _headers_of(kept, tmp_path_factory.mktemp("post")) == [kept]


@pytest.fixture
def in_a_request(context):
    app = create_app(context, Surface.STAFF)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context(method="POST"):
        yield


@pytest.mark.parametrize(
    ("form_class", "field"),
    [
        (InvitationForm, "email"),
        (OwnEmailAddressForm, "email"),
        (PartnerForm, "mailbox"),
        (PartnersMailboxForm, "mailbox"),
    ],
)
@pytest.mark.usefixtures("in_a_request")
def test_every_form_that_asks_for_an_address_reads_it_like_that(form_class, field):
    def faults(typed):
        form = form_class(MultiDict({field: typed}))
        if form_class is InvitationForm:
            form.role.choices = form.teams.choices = []
        form.validate()
        return field in form.errors, form[field].data

    for typed in BROKEN:
        # what was typed stays in the field: it is put right, not typed once more
        assert faults(typed) == (True, typed.replace("\r\n", "\n")), typed
    for typed, kept in WRITTEN.items():
        assert faults(typed) == (False, kept), typed


@pytest.mark.parametrize("stored", [*BROKEN[:5], "", "\ud800@example.org"])
def test_an_address_stored_before_this_is_refused_by_the_post_and_breaks_nothing(stored, tmp_path):
    letter = Email(to=stored, subject="x", body="x", message_id="<x@house.test>")

    with pytest.raises(PermanentMailError):
        FolderMailer(tmp_path, "helpdesk@house.test").send(letter)


def _headers_of(address, folder):
    letter = Email(to=address, subject="x", body="x", message_id="<x@house.test>")
    FolderMailer(folder, "helpdesk@house.test").send(letter)
    [kept] = folder.glob("*.eml")
    message = message_from_bytes(kept.read_bytes(), policy=policy.default)
    return [one.addr_spec for one in message["To"].addresses]
