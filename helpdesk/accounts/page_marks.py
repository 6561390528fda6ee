"""What the page of one's teams shows of who waits to be let in, as a mark."""

from helpdesk.accounts.key_fingerprints import key_fingerprint
from helpdesk.core.keys import Key
from helpdesk.core.page_marks import mark_of


def words_mark_of(key: Key) -> str:
    """The six words that are compared by phone."""
    return mark_of(key_fingerprint(key))
