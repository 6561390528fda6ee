"""Pages of enrolment: the invitation's code, then passphrase and second factor, then the recovery
key."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts import authentication, second_factor
from helpdesk.accounts.forms import EnrolmentCodeForm, EnrolmentForm
from helpdesk.accounts.models import Person
from helpdesk.accounts.views.blueprints import bp, suggest_sign_in_if_commit_lost
from helpdesk.core import codes
from helpdesk.web.current_app_context import current_context, current_surface
from helpdesk.web.double_submit import allow_double_submit
from helpdesk.web.form_tokens import allow_other_persons_form
from helpdesk.web.login import public_view
from helpdesk.web.refusal_log import log_refusal

REFUSED = "enrolment code refused"
UNKNOWN_CODE = "This code is wrong, has already been used or has expired. Ask for a new one."


@bp.get("/enrol")
@public_view
def new_enrolment() -> ResponseReturnValue:
    """The form for the enrolment code."""
    return render_template("accounts/enrol.html", form=EnrolmentCodeForm())


@bp.post("/enrol")
@public_view
@allow_other_persons_form
@allow_double_submit
def create_enrolment_start() -> ResponseReturnValue:
    """Check the enrolment code and show what to set up. Nothing is kept before the last step."""
    form = EnrolmentCodeForm()
    person = _invited(form.code.data or "") if form.validate_on_submit() else None
    if person is None:
        log_refusal(REFUSED)
        if not form.errors:
            form.code.errors = [UNKNOWN_CODE]
        return render_template("accounts/enrol.html", form=form), 422
    fresh = EnrolmentForm(
        None,
        code=form.code.data,
        seed=second_factor.generate_totp_seed(),
        suggested=codes.generate_passphrase(),
    )
    return _settings_page(fresh, person), 200


@bp.post("/enrolment")
@public_view
@allow_other_persons_form
@suggest_sign_in_if_commit_lost("enrolment")
def create_enrolment() -> ResponseReturnValue:
    """Enrol the invited person and show their recovery key."""
    form = EnrolmentForm()
    person = _invited(form.code.data or "")
    if person is None:
        log_refusal(REFUSED)
        flash(UNKNOWN_CODE, "error")
        return redirect(url_for(".new_enrolment"), 303)
    form.about = (person.handle, person.name)
    enrolled = None
    if form.validate_on_submit():
        enrolled = authentication.try_enrolment(
            current_context(),
            code=form.code.data or "",
            passphrase=form.passphrase.data or "",
            seed=form.seed.data or "",
            first_code=form.first_code.data or "",
            surface=current_surface(),
        )
        if enrolled is None:
            log_refusal("second factor of enrolment refused")
            wrong = second_factor.why_code_is_wrong(
                form.seed.data or "", form.first_code.data or "", current_context().now()
            )
            form.first_code.errors = [wrong]
    if enrolled is None:
        return _settings_page(form, person), 422
    return render_template("accounts/recovery_key.html", key=enrolled.recovery_key, new=True), 201


def _invited(code: str) -> Person | None:
    return authentication.person_by_invitation_code(
        current_context(), code=code, surface=current_surface()
    )


def _settings_page(form: EnrolmentForm, person: Person) -> str:
    picture = second_factor.qr_code_data_url(
        form.seed.data or "",
        handle=person.handle,
        issuer=current_context().settings.helpdesk_name,
    )
    return render_template("accounts/enrolment.html", form=form, person=person, picture=picture)
