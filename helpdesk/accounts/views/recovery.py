"""Pages for account recovery with the recovery key."""

from flask import render_template
from flask.typing import ResponseReturnValue

from helpdesk.accounts import authentication
from helpdesk.accounts.forms import RecoveryForm
from helpdesk.accounts.views.blueprints import bp, suggest_sign_in_if_commit_lost
from helpdesk.accounts.views.sign_in_limits import spend_sign_in_try
from helpdesk.core import codes
from helpdesk.web.current_app_context import current_context, current_surface
from helpdesk.web.form_tokens import allow_other_persons_form
from helpdesk.web.login import public_view
from helpdesk.web.refusal_log import log_refusal

NOT_RIGHT = (
    "The name, the recovery key or the six digits aren’t right. After several attempts you "
    "have to wait a few minutes before the next one. If you still can’t get in, ask a "
    "coordinator to reset your sign-in."
)


@bp.get("/recover")
@public_view
def new_recovery() -> ResponseReturnValue:
    """The form for the recovery key."""
    form = RecoveryForm(None, suggested=codes.generate_passphrase())
    return render_template("accounts/recover.html", form=form)


@bp.post("/recover")
@public_view
@allow_other_persons_form
@suggest_sign_in_if_commit_lost("recovery")
def create_recovery() -> ResponseReturnValue:
    """Recover an account with the recovery key and show the next one."""
    form, recovery_key = RecoveryForm(), None
    if form.validate_on_submit() and not _waits(form):
        recovery_key = authentication.try_recovery(
            current_context(),
            handle=form.handle.data or "",
            recovery_key=form.recovery_key.data or "",
            code=form.second_factor.data or "",
            passphrase=form.passphrase.data or "",
            surface=current_surface(),
        )
        if recovery_key is None:
            log_refusal("recovery refused")
            form.form_errors.append(NOT_RIGHT)
    if recovery_key is None:
        return render_template("accounts/recover.html", form=form), 422
    return render_template("accounts/recovery_key.html", key=recovery_key, new=True), 201


def _waits(form: RecoveryForm) -> bool:
    wait = spend_sign_in_try("accounts.recover", form.handle.data or "")
    form.form_errors += [wait] if wait else []
    return bool(wait)
