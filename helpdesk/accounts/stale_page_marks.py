"""Stale-page marks of accounts, for the pages about people."""

from helpdesk.accounts.key_fingerprints import key_fingerprint
from helpdesk.accounts.models import Person
from helpdesk.core.keys import Key
from helpdesk.core.stale_page_marks import mark_of


def fingerprint_mark_of(key: Key) -> str:
    """The mark of a key's fingerprint: the six words that are compared by phone."""
    return mark_of(key_fingerprint(key))


def account_mark_of(person: Person) -> str:
    """The mark of an account: its key, who gave the code to it, and whether it is blocked."""
    return mark_of(person.key_id, person.code_given_by, person.code_given_at, person.disabled_at)
