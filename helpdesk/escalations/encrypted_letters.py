"""What a partner reads once it has decrypted an email: the request or an answer of ours, with its
real subject inside.

Pure. The packet is attached as the very bytes that were approved; before it, the same for reading.
Outside, an email says the number of the request and nothing else (RFC 3156, and header protection
as in RFC 9788).
"""

from collections.abc import Iterable
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from helpdesk.escalations.form_layout import REF, lay_out
from helpdesk.escalations.packets import SHARING, Packet
from helpdesk.escalations.staff_and_partner_labels import ASKED_OF_PARTNER

DRILL: Final = "This is a drill. Nothing here is real."


def outer_subject(ref: str) -> str:
    """The subject that everyone on the way can read."""
    return f"Request {ref}"


def request_to_encrypt(
    packet: Packet, *, reach_us: str, formats: Iterable[tuple[str, str]] = ()
) -> bytes:
    """The request as a whole email, to be encrypted; `formats` are name and text of the same for
    programs of theirs (`program_formats`)."""
    header = packet.header
    letter = _letter(
        header.ref,
        f"{header.priority.upper()}: {ASKED_OF_PARTNER[header.ask]} ({header.ref})",
        [
            *([DRILL] if header.is_drill else ()),
            f"Request {header.ref} ({header.priority.upper()}). Please share it only within your"
            f" team, and only with people who need it to act ({SHARING}).",
            *(f"{one.ours}\n{one.text}" for one in lay_out(packet) if one.part != REF),
            f"Who we are\n{reach_us}",
            f"Please answer us there, and quote {header.ref}. The attachment is the same request"
            " for a program.",
        ],
    )
    letter.add_attachment(
        packet.as_text().encode(),
        maintype="application",
        subtype="json",
        filename=f"{header.ref}.json",
        cte="base64",
    )
    for name, text in formats:
        letter.add_attachment(
            text.encode(),
            maintype="application",
            subtype="json",
            filename=f"{header.ref}.{name}.json",
            cte="base64",
        )
    return _protected(letter)


def answer_to_encrypt(ref: str, words: str, *, reach_us: str, is_drill: bool) -> bytes:
    """Our answer to what they asked, as a whole email, to be encrypted."""
    parts = [
        *([DRILL] if is_drill else ()),
        f"Our answer to your question about request {ref}:",
        words,
        f"Who we are\n{reach_us}",
        f"Please answer us there, and quote {ref}.",
    ]
    return _protected(_letter(ref, f"Our answer about request {ref}", parts))


def _letter(ref: str, subject: str, parts: list[str]) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = subject
    letter["HP-Outer"] = f"Subject: {outer_subject(ref)}"
    letter.set_content("\n\n".join(parts), cte="quoted-printable")
    return letter


def _protected(letter: EmailMessage) -> bytes:
    # RFC 9788 names it hp; programs from before it look for the other.
    letter.set_param("hp", "cipher")
    letter.set_param("protected-headers", "v1")
    return letter.as_bytes()
