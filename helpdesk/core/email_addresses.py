"""Email addresses: parsed where people type them, by the same code that later addresses an
email."""

import unicodedata
from email.headerregistry import Address
from email.message import EmailMessage

from email_validator import EmailNotValidError, validate_email

from helpdesk.core import unicode_normalization
from helpdesk.core.errors import Conflict

LONGEST = 254
# With the name of a link and signs that nobody sees; what is longer is not read.
LONGEST_TYPED = 1_000


class InvalidEmailAddress(Conflict):
    """No email can be sent to this address; the sentence says what to type."""


def parse_email_address(typed: str) -> str:
    """Parse a typed or pasted address, as emails will be sent to it; or InvalidEmailAddress.

    Signs that nobody sees are dropped, and so are the brackets and `mailto:` of a copied link. A
    domain in another script is kept in the form that every server understands; a name before
    the @ in another script is refused, because many servers lose letters to it. DNS is not asked.
    """
    if len(typed) > LONGEST_TYPED:
        raise InvalidEmailAddress(_what_to_do(""))
    seen = "".join(one for one in typed if unicodedata.category(one) != "Cf")
    plain = unicode_normalization.normalize_unicode("NFKC", seen).strip().removeprefix("mailto:")
    if plain.startswith("<") and plain.endswith(">"):
        plain = plain[1:-1]
    try:
        read = validate_email(
            plain,
            check_deliverability=False,
            allow_smtputf8=False,
            test_environment=True,  # .test is where drills and rehearsals write to
        )
    except EmailNotValidError:
        raise InvalidEmailAddress(_what_to_do(plain)) from None
    address = f"{read.local_part}@{read.ascii_domain}"
    if "." not in read.ascii_domain or len(address) > LONGEST or not is_deliverable(address):
        raise InvalidEmailAddress(_what_to_do(plain))
    return address


def is_deliverable(address: str) -> bool:
    """Whether an email can be addressed to this: asked of the code that addresses it."""
    message = EmailMessage()
    try:
        message["To"] = as_to_header(address)
        message.as_bytes()
        return [one.addr_spec for one in message["To"].addresses] == [address]
    except Exception:  # noqa: BLE001 - the parser of headers fails in many ways, and all mean no
        return False


def as_to_header(address: str) -> Address:
    """The `To:` header for this address. It raises whatever the parser does if this is no
    address."""
    return Address(addr_spec=address)


def _what_to_do(typed: str) -> str:
    local, _, _domain = typed.rpartition("@")
    if local and not local.isascii():
        return (
            "The part before the @ can only have Latin letters, numbers and signs such as a dot "
            "or a hyphen. Some mail servers don’t accept other letters."
        )
    return "Type one email address, such as name@example.org, and nothing else."
