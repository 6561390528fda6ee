"""Pages of one's own account: sessions, passphrase, second factor, recovery key, email address."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts import operations, passphrases, queries, second_factor
from helpdesk.accounts.forms import (
    CurrentPassphraseForm,
    EmailAddressCodeForm,
    NewSecondFactorForm,
    OwnEmailAddressForm,
    PassphraseChangeForm,
)
from helpdesk.accounts.key_fingerprints import key_fingerprint
from helpdesk.accounts.models import Person
from helpdesk.accounts.operations import passphrase_and_recovery_key
from helpdesk.accounts.views.blueprints import (
    bp,
    limit_passphrase_tries,
    suggest_sign_in_if_commit_lost,
)
from helpdesk.core import codes
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict
from helpdesk.core.sealing import Secret
from helpdesk.web.current_app_context import current_context, current_surface
from helpdesk.web.request_work import current_identity, work


@bp.get("/account")
def show_own_account() -> ResponseReturnValue:
    """The page of one's own account."""
    person = queries.current_person(work)
    return render_template(
        "accounts/own.html",
        person=person,
        new_address=queries.proposed_email_address_of(work, person),
        fingerprint=key_fingerprint(person.key) if person.key else "",
        sessions=queries.own_sessions(work),
        this_session=current_identity().session_id,
        names=_names(person),
    )


def _names(person: Person) -> dict[str, str]:
    """Whom the page names: who gave the code to enrol with, and who let this person in."""
    actors = {person.code_given_by, *(one.let_in_by for one in person.memberships)}
    return queries.names_of_actors(work.session, {one for one in actors if one is not None})


@bp.get("/account/passphrase")
def new_passphrase() -> ResponseReturnValue:
    """The form to change one's passphrase."""
    form = PassphraseChangeForm(None, suggested=codes.generate_passphrase())
    return render_template("accounts/passphrase.html", form=form)


@bp.post("/account/passphrase")
@suggest_sign_in_if_commit_lost("passphrase")
def create_passphrase() -> ResponseReturnValue:
    """Change one's passphrase."""
    limit_passphrase_tries("accounts.own")
    form, person = PassphraseChangeForm(), queries.current_person(work)
    form.about = (person.handle, person.name)
    if not form.validate_on_submit() or not _is_theirs(form, person):
        return render_template("accounts/passphrase.html", form=form), 422
    operations.change_passphrase(
        work,
        person,
        current=_lock(person, form.current.data or ""),
        new=passphrases.derive_key_from_passphrase(form.passphrase.data or "", _peppers()),
        session_id=current_identity().session_id or "",
    )
    flash("Your passphrase has been changed. Other browsers have been signed out.")
    return redirect(url_for(".show_own_account"), 303)


@bp.get("/account/second-factor")
def new_second_factor() -> ResponseReturnValue:
    """The form to move one's second factor to another phone."""
    return _phone_page(
        NewSecondFactorForm(None, seed=second_factor.generate_totp_seed()),
        queries.current_person(work),
    )


@bp.post("/account/second-factor")
@suggest_sign_in_if_commit_lost("second factor")
def create_second_factor() -> ResponseReturnValue:
    """Replace one's second factor. The old phone keeps its codes until the new one has shown a
    right one."""
    limit_passphrase_tries("accounts.own")
    form, person = NewSecondFactorForm(), queries.current_person(work)
    if not form.validate_on_submit() or not _is_theirs(form, person):
        return _phone_page(form, person), 422
    try:
        operations.replace_second_factor(
            work,
            person,
            current=_lock(person, form.current.data or ""),
            seed=form.seed.data or "",
            first_code=form.first_code.data or "",
            session_id=current_identity().session_id or "",
        )
    except Conflict as refusal:
        form.first_code.errors = [str(refusal)]
        return _phone_page(form, person), 422
    flash("Your codes now come from the new phone. Other browsers have been signed out.")
    return redirect(url_for(".show_own_account"), 303)


def _phone_page(form: NewSecondFactorForm, person: Person) -> str:
    if form.seed.errors or not form.seed.data:
        form.seed.data = second_factor.generate_totp_seed()  # the page came back without its secret
    picture = second_factor.qr_code_data_url(
        form.seed.data or "",
        handle=person.handle,
        issuer=current_context().settings.helpdesk_name,
    )
    return render_template("accounts/new_phone.html", form=form, picture=picture)


@bp.get("/account/mailbox")
def edit_email_address() -> ResponseReturnValue:
    """The form for one's own email address for alerts."""
    form = OwnEmailAddressForm(
        None, email=queries.own_email_address(work, queries.current_person(work))
    )
    return _mailbox_page(form, EmailAddressCodeForm(None))


@bp.post("/account/mailbox")
def create_email_address() -> ResponseReturnValue:
    """Set one's own email address for alerts, which has to be confirmed."""
    limit_passphrase_tries("accounts.own")
    form, person = OwnEmailAddressForm(), queries.current_person(work)
    if not form.validate_on_submit() or not _is_theirs(form, person):
        return _mailbox_page(form, EmailAddressCodeForm(None)), 422
    operations.propose_own_email_address(work, person, form.email.data or "")
    if not form.email.data:
        flash(f"You no longer get {person.email_purpose}.")
        return redirect(url_for(".show_own_account"), 303)
    flash("We’ll send six digits to that address. Type them here.")
    return redirect(url_for(".edit_email_address"), 303)


@bp.post("/account/mailbox/confirmation")
def create_email_address_confirmation() -> ResponseReturnValue:
    """Confirm one's own email address with the code. A wrong code is counted, so the answer is no
    refusal: what is refused is not written."""
    limit_passphrase_tries("accounts.own")
    form, person = EmailAddressCodeForm(), queries.current_person(work)
    if not form.validate_on_submit():
        email = queries.own_email_address(work, person)
        return _mailbox_page(OwnEmailAddressForm(None, email=email), form), 422
    if operations.confirm_email_address(work, person, form.code.data or ""):
        mail = person.email_purpose.capitalize()
        flash(f"Your address is confirmed. {mail} go there from now on.")
        return redirect(url_for(".show_own_account"), 303)
    flash("This isn’t the code in the latest email, or it has expired.", "error")
    return redirect(url_for(".edit_email_address"), 303)


@bp.post("/account/mailbox/code")
def create_email_address_code() -> ResponseReturnValue:
    """Send another code to confirm one's own email address."""
    limit_passphrase_tries("accounts.own")
    operations.resend_email_address_code(work, queries.current_person(work))
    flash("The old code no longer works. This page says when the email with the new one was sent.")
    return redirect(url_for(".edit_email_address"), 303)


def _mailbox_page(form: OwnEmailAddressForm, confirmation: EmailAddressCodeForm) -> str:
    person = queries.current_person(work)
    if person.role is Role.PARTNER:
        form.use_partner_wording()
    return render_template(
        "accounts/mailbox.html",
        mail=person.email_purpose,
        form=form,
        confirmation=confirmation,
        new=queries.unconfirmed_email_address(work, person),
        address=queries.proposed_email_address_of(work, person),
        is_address_usable=person.gets_alert_emails(work.at),
        is_from_before=person.email is not None and person.email_confirmed_at is None,
        is_hidden=person.email is not None and person.email_for_self is None,
        now=work.at,
    )


@bp.get("/account/recovery-key")
def new_recovery_key() -> ResponseReturnValue:
    """The form to create a new recovery key."""
    return render_template("accounts/new_recovery_key.html", form=CurrentPassphraseForm())


@bp.post("/account/recovery-key")
@suggest_sign_in_if_commit_lost("recovery key")
def create_recovery_key() -> ResponseReturnValue:
    """Create a new recovery key and show it once."""
    limit_passphrase_tries("accounts.own")
    form, person = CurrentPassphraseForm(), queries.current_person(work)
    if not form.validate_on_submit() or not _is_theirs(form, person):
        return render_template("accounts/new_recovery_key.html", form=form), 422
    lock = _lock(person, form.current.data or "")
    key = operations.new_recovery_key(work, person, current=lock)
    return render_template("accounts/recovery_key.html", key=key, new=False), 201


def _lock(person: Person, passphrase: str) -> passphrases.PassphraseUnlockKey:
    salt = person.salt or passphrases.NOBODYS_SALT
    return passphrases.rederive_key_from_passphrase(passphrase, salt, _peppers())


def _peppers() -> tuple[Secret, ...]:
    return current_context().service.peppers_for_surface(current_surface())


def _is_theirs(form: CurrentPassphraseForm | PassphraseChangeForm, person: Person) -> bool:
    """Whether the passphrase typed is the one that opens this person's key; else say so."""
    if passphrase_and_recovery_key.is_right_passphrase(
        person, _lock(person, form.current.data or "")
    ):
        return True
    form.current.errors = [passphrase_and_recovery_key.NOT_RIGHT]
    return False
