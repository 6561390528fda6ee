"""A sample request to print: invented, as a partner would receive it by each channel that there is.

What makes it are the functions that make every real one: the samples cannot drift from them.
"""

import email
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from functools import partial
from typing import Final

from helpdesk.adapters.mailer import build_mime_message
from helpdesk.core.sealing import Secret
from helpdesk.escalations.encrypted_letters import request_to_encrypt
from helpdesk.escalations.form_layout import lay_out
from helpdesk.escalations.link_sealing import link_token
from helpdesk.escalations.operations.delivery_attempts import StartedAttempt
from helpdesk.escalations.packets import Packet, PacketHeader, build_packet
from helpdesk.escalations.program_formats import MISP, RECEIVERS, STIX, XARF, formats_for
from helpdesk.escalations.request_emails import compose_request_email
from helpdesk.escalations.states import Ask, Priority
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.partners.response_times import ANSWER_WITHIN, format_in_both_zones


@dataclass(frozen=True)
class ExampleHelpdesk:
    """The invented helpdesk of the sample: it is the same wherever it is printed."""

    helpdesk_name: str = "Example Helpdesk"
    mail_from: str = "requests@helpdesk.example"
    partner_url: str = "https://partners.helpdesk.example"
    drill: bool = True


HELPDESK: Final = ExampleHelpdesk()
REF: Final = "R-7K2-M9QX"
PARTNER, ZONE, MAILBOX = "example-social", "Europe/Lisbon", "trust-team@social.example"
SENT_AT: Final = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
HEADER: Final = PacketHeader(
    ref=REF,
    partner=PARTNER,
    ask=Ask.RESTORE,
    priority=Priority.P2,
    salt="00112233445566778899aabbccddeeff",
    is_drill=True,
)
# Of the drill, like its people: no such account, festival or form.
FIELDS: Final = {
    "target_url": "https://social.example/river-festival (account number 1234567890)",
    "target_kind": "account",
    "happened": "Someone changed the password and the email address of a festival’s account during "
    "the night. It now asks followers for money by message.",
    "first_sign": "22 Nov 2026, about 23:15",
    "last_good": "22 Nov 2026, about 18:00",
    "changes": "Password, email address and phone number. The name hasn’t changed.",
    "rule": "Accounts may not be used by others against their owner’s will.",
    "ownership": "A colleague we have known for years confirmed it in a call.",
    "ownership_check": "confirmed",
    "requester_check": "known",
    "public_form": "filed",
    "public_form_ref": "DRILL-0042, filed on 23 Nov 2026",
    "harm": "Visitors are losing money while it goes on. Messages in the account name volunteers.",
    "useful_until": "27 Nov 2026, 18:00: the festival begins.",
    "restore_address": "fresh-start@mailbox.example",
    "keep_quiet": "target",
    "language": "pt",
    "region": "151",
    "context": "",
    "if_no_answer": "We’ll warn visitors on the festival’s own website.",
}
# Another of the drill: a page that asks visitors of the same festival for their cards.
ABOUT_SITE: Final = replace(HEADER, partner="example-host", ask=Ask.REMOVE)
SITE: Final = {
    "target_url": "https://river-festival-tickets.example/pay?visitor=1234",
    "target_kind": "page",
    "happened": "It imitates a festival’s website and asks visitors for their card numbers.",
    "rule": "Nobody may pretend to be someone else to take money.",
}
REACH_US: Final = "Example Helpdesk, requests@helpdesk.example or +00 000 000 000"
# As for most partners: everything but where the account's owner lives.
ALLOWED: Final = frozenset(BY_NAME) - {"region"}

# The other headers say how the text is encoded on its way.
SHOWN: Final = ("From", "To", "Subject", "Message-ID", "Auto-Submitted")


def sample_packet() -> Packet:
    """The packet of the sample request: everything that the partner is told of the case."""
    return build_packet(HEADER, FIELDS, ALLOWED)


def sample_packet_as_json() -> str:
    """The sample packet as JSON, one field to a line."""
    said = json.loads(sample_packet().as_text())
    return json.dumps(said, ensure_ascii=False, sort_keys=True, indent=2)


def sample_email_as_text() -> str:
    """The sample email that says a request waits, as a mail program shows it with its headers."""
    return _email_as_text(_sample_attempt())


def sample_link_as_text() -> str:
    """The sample email with a link, for who has no account."""
    return _email_as_text(replace(_sample_attempt(), link=link_token(Secret(bytes(range(32))))))


def _email_as_text(attempt: StartedAttempt) -> str:
    message = build_mime_message(compose_request_email(HELPDESK, attempt), HELPDESK.mail_from)
    headers = [f"{name}: {message[name]}" for name in SHOWN]
    return "\n".join([*headers, "", message.get_content()])


def _sample_attempt() -> StartedAttempt:
    return StartedAttempt(
        delivery_id="0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        fence=1,
        to=MAILBOX,
        ref=REF,
        priority=HEADER.priority,
        due=format_in_both_zones(SENT_AT + ANSWER_WITHIN[HEADER.priority], ZONE),
        is_repeat=False,
    )


def sample_form_as_text() -> str:
    """The sample request as whoever fills in a form of theirs has it: each text under its name."""
    areas = lay_out(sample_packet())
    return "\n\n".join(f"[{one.ours}]\n{one.text}" for one in areas)


def sample_encrypted_email_as_text() -> str:
    """The sample request as encrypted email: its headers as everyone on the way reads them, and
    what its receiver has once it is decrypted."""
    attempt = replace(_sample_attempt(), encrypted="(encrypted)")
    outside = build_mime_message(compose_request_email(HELPDESK, attempt), HELPDESK.mail_from)
    headers = [f"{name}: {outside[name]}" for name in (*SHOWN, "Content-Type")]
    headers[-1] = f"Content-Type: {outside.get_content_type()}"
    whole = request_to_encrypt(sample_packet(), reach_us=REACH_US)
    inside = email.message_from_bytes(whole, policy=policy.default)
    [attached] = inside.iter_attachments()
    body = inside.get_body()
    assert isinstance(body, EmailMessage)  # noqa: S101 - it was just made
    return "\n".join(
        [
            *headers,
            "",
            "(what you decrypt)",
            f"Subject: {inside['Subject']}",
            f"HP-Outer: {inside['HP-Outer']}",
            "",
            body.get_content().rstrip("\n"),
            "",
            f"(attachment: {attached.get_filename()}, the packet)",
        ]
    )


def sample_format_as_text(name: str) -> str:
    """A sample request about a fake website, in a format for programs."""
    kind = next(iter(sorted(RECEIVERS[name])))
    packet = build_packet(ABOUT_SITE, SITE, ALLOWED)
    made = formats_for(
        packet, playbook="fake-website", partner_kind=kind, reach_us=REACH_US, at=SENT_AT
    )
    return dict(made)[name]


# Each channel that exists, by what one types for it.
SAMPLES: Final[Mapping[str, Callable[[], str]]] = {
    "encrypted-mail": sample_encrypted_email_as_text,
    "form": sample_form_as_text,
    "link": sample_link_as_text,
    "mail": sample_email_as_text,
    "misp": partial(sample_format_as_text, MISP),
    "packet": sample_packet_as_json,
    "stix": partial(sample_format_as_text, STIX),
    "xarf": partial(sample_format_as_text, XARF),
}
