"""An approved request in the formats that abuse desks and CERTs read by program: XARF v4, a MISP
event and a STIX 2.1 bundle, where it is about a web address or a machine.

Pure. Of the request nothing but that address is in them, without what could name a person there:
no query, no fragment, no user name, and no path with an email address in it. Which problem it is
says a code. Who reported it is in none of them.
"""

import hashlib
import ipaddress
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from helpdesk.escalations.packets import ACCOUNT_AT_ISSUE, Packet

XARF, MISP, STIX = "xarf", "misp", "stix"
TLP: Final = "tlp:amber+strict"
# TLP 2.0 in STIX: the extension and the marking of OASIS, which have these ids everywhere.
TLP_2: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
STRICT: Final = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
STRICT_MADE: Final = "2022-10-01T00:00:00.000Z"
ADDRESS: Final = re.compile(r"https?://[!-~]+", re.IGNORECASE)
HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
EMAIL: Final = re.compile(r"[a-zA-Z0-9._+-]+@((?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,63})")


class Threat(StrEnum):
    """What somebody does with an address, as XARF calls it."""

    PHISHING = "phishing"
    HACKED_SITE = "remote_compromise"
    DDOS = "ddos"


# By playbook. Where an account is at issue, none of these formats fits, and none is forced on it.
THREATS: Final[Mapping[str, Threat]] = {
    "fake-website": Threat.PHISHING,
    "suspicious-message": Threat.PHISHING,
    "website-hacked": Threat.HACKED_SITE,
    "website-down": Threat.DDOS,
}
SAYS: Final[Mapping[Threat, str]] = {
    Threat.PHISHING: "A page that pretends to be another one",
    Threat.HACKED_SITE: "A website that someone broke into",
    Threat.DDOS: "A machine that takes part in overloading a website",
}
# Whom which format helps: who can act on an address, and who collects them. A website that was
# broken into is its owner's: collections get no address of a victim.
RECEIVERS: Final[Mapping[str, frozenset[str]]] = {
    XARF: frozenset({"host", "registrar"}),
    MISP: frozenset({"cert", "helpdesk"}),
    STIX: frozenset({"cert", "helpdesk"}),
}
COLLECTED: Final = frozenset({Threat.PHISHING, Threat.DDOS})


@dataclass(frozen=True)
class Indicator:
    """An address as others may know it: what of it is a host name or an IP address, and a port if
    it names one."""

    threat: Threat
    url: str
    host: str
    port: int | None
    is_ip: bool


@dataclass(frozen=True)
class FormatHeader:
    """What a report says besides the address: our number and contact, and when we knew of it."""

    ref: str
    salt: str
    contact: str
    at: datetime
    is_drill: bool

    @property
    def domain(self) -> str:
        return self.contact.rpartition("@")[2]

    @property
    def moment(self) -> str:
        return f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"

    def id_of(self, what: str) -> str:
        """An id that is the same for the same approved packet: a repeat can be told."""
        said = f"helpdesk:{self.ref}:{self.salt}:{what}"
        return str(uuid.UUID(bytes=hashlib.sha256(said.encode()).digest()[:16], version=4))

    def says(self, threat: Threat) -> str:
        """What it is about, in words that are the same for every request."""
        return f"Drill, nothing is real: {SAYS[threat]}" if self.is_drill else SAYS[threat]


def formats_for(
    packet: Packet, *, playbook: str, partner_kind: str, reach_us: str, at: datetime
) -> Iterator[tuple[str, str]]:
    """The formats of this request that help this kind of partner: name and text, or nothing. They
    name a contact of ours, so none is made where the partner was given no email address of us."""
    found, contact = indicator_in(packet, playbook), contact_in(reach_us)
    if found is None or not contact:
        return
    header = FormatHeader(
        packet.header.ref, packet.header.salt, contact, at, packet.header.is_drill
    )
    makers = {XARF: xarf_report, MISP: misp_event, STIX: stix_bundle}
    for name, make in makers.items():
        is_wanted = partner_kind in RECEIVERS[name]
        if is_wanted and (name == XARF or found.threat in COLLECTED):
            yield name, as_text(make(found, header))


def as_text(made: Mapping[str, Any]) -> str:
    """The same content is always the same text."""
    return json.dumps(made, ensure_ascii=True, sort_keys=True, indent=2) + "\n"


def contact_in(reach_us: str) -> str:
    """The first email address among the words that tell a partner how to reach us."""
    found = EMAIL.search(reach_us)
    return found[0].lower() if found else ""


def indicator_in(packet: Packet, playbook: str) -> Indicator | None:
    """The address that a request is about, if its playbook is about one."""
    threat = THREATS.get(playbook)
    said = ADDRESS.search(packet.fields.get(ACCOUNT_AT_ISSUE, ""))
    if threat is None or said is None:
        return None
    try:
        parts = urlsplit(said[0])
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    is_ip = _is_ip(host)
    if not is_ip and HOST.fullmatch(host) is None:
        return None
    if threat is Threat.DDOS and not (is_ip and port):
        return None  # an attacking machine, not the website that is attacked
    return Indicator(
        threat, _without_people(parts.scheme, host, port, parts.path), host, port, is_ip
    )


def xarf_report(found: Indicator, header: FormatHeader) -> dict[str, Any]:
    """A report in XARF v4, for who hosts an address or registered its name."""
    us = {"org": header.domain, "contact": header.contact, "domain": header.domain}
    report: dict[str, Any] = {
        "xarf_version": "4.2.0",
        "report_id": header.id_of(XARF),
        "timestamp": header.moment,
        "reporter": us,
        "sender": us,
        "source_identifier": found.host,
        "type": found.threat.value,
        "description": f"{header.says(found.threat)}. Please quote our request {header.ref}.",
        "tags": [
            f"request:{header.ref.lower()}",
            TLP,
            *(["helpdesk:drill"] if header.is_drill else ()),
        ],
    }
    if found.threat is Threat.DDOS:
        return report | {
            "category": "connection",
            "source_port": found.port,
            "protocol": "tcp",
            "first_seen": header.moment,
        }
    report |= {"category": "content", "url": found.url, "evidence_source": "user_report"}
    return report | ({"compromise_type": "other"} if found.threat is Threat.HACKED_SITE else {})


def misp_event(found: Indicator, header: FormatHeader) -> dict[str, Any]:
    """A MISP event with the indicators alone, to be kept by who gets it."""
    kind = "ip-dst" if found.is_ip else "domain"
    values = [(kind, found.host)]
    if found.threat is not Threat.DDOS:
        values.append(("url", found.url))
    attributes = [
        {
            "uuid": header.id_of(f"{MISP} {one}"),
            "type": "ip-src" if found.threat is Threat.DDOS else one,
            "category": "Network activity",
            "value": value,
            "to_ids": True,
            "distribution": "5",
            "timestamp": str(int(header.at.timestamp())),
        }
        for one, value in values
    ]
    return {
        "Event": {
            "uuid": header.id_of(MISP),
            "info": f"{header.says(found.threat)} (request {header.ref})",
            "date": f"{header.at.astimezone(UTC):%Y-%m-%d}",
            "threat_level_id": "4",
            "analysis": "1",
            "distribution": "0",
            "timestamp": str(int(header.at.timestamp())),
            "Tag": [{"name": TLP}],
            "Attribute": attributes,
        }
    }


def stix_bundle(found: Indicator, header: FormatHeader) -> dict[str, Any]:
    """A STIX 2.1 bundle with the indicators alone, marked TLP:AMBER+STRICT of TLP 2.0."""
    us = f"identity--{header.id_of('identity')}"
    common = {
        "spec_version": "2.1",
        "created": header.moment,
        "modified": header.moment,
        "object_marking_refs": [STRICT],
    }
    identity = common | {
        "type": "identity",
        "id": us,
        "name": header.domain,
        "identity_class": "organization",
    }
    indicators = [
        common
        | {
            "type": "indicator",
            "id": f"indicator--{header.id_of(f'{STIX} {name}')}",
            "created_by_ref": us,
            "name": header.says(found.threat),
            "description": f"Request {header.ref}",
            "indicator_types": ["malicious-activity"],
            "pattern": pattern,
            "pattern_type": "stix",
            "valid_from": header.moment,
        }
        for name, pattern in _patterns(found)
    ]
    marking = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": STRICT,
        "created": STRICT_MADE,
        "name": "TLP:AMBER+STRICT",
        "extensions": {TLP_2: {"extension_type": "property-extension", "tlp_2_0": "amber+strict"}},
    }
    return {
        "type": "bundle",
        "id": f"bundle--{header.id_of(STIX)}",
        "objects": [marking, identity, *indicators],
    }


def _patterns(found: Indicator) -> Iterator[tuple[str, str]]:
    if found.is_ip:
        version = ipaddress.ip_address(found.host).version
        yield "address", f"[ipv{version}-addr:value = '{found.host}']"
    else:
        yield "domain", f"[domain-name:value = '{found.host}']"
    if found.threat is not Threat.DDOS:
        said = found.url.replace("\\", "\\\\").replace("'", "\\'")
        yield "url", f"[url:value = '{said}']"


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host  # a zone is of one machine alone


def _without_people(scheme: str, host: str, port: int | None, path: str) -> str:
    """An address with nothing that is different for each person who was sent it."""
    where = f"[{host}]" if ":" in host else host
    names_someone = "@" in path or "%40" in path
    return f"{scheme}://{where}{f':{port}' if port else ''}{'/' if names_someone else path}"
