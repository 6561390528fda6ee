"""How link and code open a request: neither does alone, and nothing that is stored does.

A link is a secret, and so is a code. The secret of the key to which a request is sealed lies under
the code, and that envelope under the link. Pure: knows no database.
"""

import base64
import binascii
import hashlib
from typing import Final

from helpdesk.core.codes import ReturnCode
from helpdesk.core.sealing import (
    SECRET_BYTES,
    CannotOpen,
    Envelope,
    EnvelopePlace,
    PublicKey,
    Secret,
)

_PADDING: Final = "===="


def link_token(link: Secret) -> str:
    """The secret of a link as it stands in its address: 52 small letters and digits."""
    return base64.b32encode(link.raw).decode().rstrip("=").lower()


def read_link_token(token: str) -> Secret | None:
    """The secret in an address; None if there can be none."""
    try:
        raw = base64.b32decode(token.upper() + _PADDING)
    except (binascii.Error, ValueError):
        return None
    return Secret(raw) if len(raw) == SECRET_BYTES else None


def link_id_token(link: Secret) -> str:
    """What shows the database which link it is; it keeps a hash of that."""
    return link.derive("id of a link").hex()


def proof_of_code(code: ReturnCode) -> str:
    """What shows the database that the code was given; it keeps a hash of that."""
    return code.link_secret().derive("proof of a code").hex()


def hash_token(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def seal_under_both(
    secret: Secret, *, link: PublicKey, code: ReturnCode, place: EnvelopePlace
) -> Envelope:
    """Seal a key's secret so that it takes the link and the code to open it."""
    return link.seal(code.link_secret().seal(secret.raw, place).raw, place)


def open_with_both(
    envelope: Envelope, *, link: Secret, code: ReturnCode, place: EnvelopePlace
) -> Secret:
    """The secret, with the link and the code. CannotOpen for any other, and never which is
    wrong."""
    raw = code.link_secret().open(Envelope(link.open(envelope, place)), place)
    if len(raw) != SECRET_BYTES:
        raise CannotOpen
    return Secret(raw)
