"""Addresses: signing in and one's own account at both doors; people and teams at the staff's."""

from helpdesk.accounts.views import colleagues, enrolment, my_account, people, recovery, sign_in
from helpdesk.accounts.views.blueprints import bp, people_bp
from helpdesk.accounts.views.sign_in import ask_to_sign_in

__all__ = [
    "ask_to_sign_in",
    "bp",
    "colleagues",
    "enrolment",
    "my_account",
    "people",
    "people_bp",
    "recovery",
    "sign_in",
]
