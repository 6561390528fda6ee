"""Parsing the values of settings: each check returns it, or raises ValueError.

The error is the sentence for the operator. It never repeats a value that may hold a password.
"""

from email.errors import HeaderParseError
from email.headerregistry import Address
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

LOCAL: Final = frozenset({"", "localhost", "127.0.0.1", "::1"})
DATABASE_SCHEMES: Final = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
REDIS_SCHEMES: Final = frozenset({"redis", "rediss", "unix"})
MAIL_SCHEMES: Final = frozenset({"smtp", "smtps", "folder"})
CHECKED: Final = "verify-full"
YES: Final = frozenset({"1", "yes", "true", "on"})
NO: Final = frozenset({"0", "no", "false", "off"})
# What may follow the question mark. Others lead elsewhere than the host that is looked at here
# (`hostaddr`, `service`), or say what this program says itself (`options`, `passfile`).
DATABASE_OPTIONS: Final = frozenset(
    {
        "application_name",
        "channel_binding",
        "connect_timeout",
        "host",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "port",
        "require_auth",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "tcp_user_timeout",
    }
)


# libpq reads these beside the address: they lead to another host than the one that was checked.
OVER_THE_DATABASE_URL: Final = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGSERVICEFILE")


def parse_database_url(text: str) -> str:
    """Parse a URL for SQLAlchemy with psycopg; over a network with a certificate that is
    checked."""
    parts = _split(text)
    if parts.scheme not in DATABASE_SCHEMES:
        raise ValueError("must begin with postgresql://, as in postgresql://role@host/database")
    if len(parts.path) < 2:
        raise ValueError("names no database: write postgresql://role@host/database")
    query = parse_qs(parts.query, keep_blank_values=True)
    for name, values in query.items():
        if name not in DATABASE_OPTIONS:
            raise ValueError(f"has {name} after the question mark, which can’t be set here")
        if len(values) > 1:
            raise ValueError(f"says {name} more than once")
    host = query.get("host", [parts.hostname or ""])[0]
    if "," in host:
        raise ValueError("names several hosts; name one")
    if not is_local_host(host) and query.get("sslmode") != [CHECKED]:
        raise ValueError(
            f"points over a network to {host} without verified TLS: add ?sslmode={CHECKED}"
        )
    return f"postgresql+psycopg{text[len(parts.scheme) :]}"


def parse_redis_url(text: str) -> str:
    """Parse a URL for redis-py; over a network with TLS."""
    parts = _split(text)
    if parts.scheme not in REDIS_SCHEMES:
        raise ValueError("must begin with redis://, rediss:// or unix://, or be none")
    if parts.scheme == "unix" and not parts.path.startswith("/"):
        raise ValueError("names no socket: write unix:///path/of/the/socket")
    if parts.scheme != "unix" and not parts.hostname:
        raise ValueError("names no host: write redis://host:6379")
    if parts.scheme == "redis" and not is_local_host(parts.hostname or ""):
        raise ValueError(f"points over a network to {parts.hostname} without TLS: use rediss://")
    return text


def parse_surface_url(text: str) -> str:
    """Parse the URL at which people reach a surface: scheme and host, nothing behind them; no slash
    at the end."""
    parts = _split(text)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("must be a whole address, as in https://help.example.org")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError("must end with the host: no path, no question mark and no user name")
    return text.rstrip("/")


def parse_web_address(text: str) -> str:
    """Parse the URL of any page on the web."""
    parts = _split(text)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("must be a whole address, as in https://www.example.org/")
    return text


def parse_mail_url(text: str) -> str:
    """Parse the URL of a mail server, or of a folder for a drill."""
    parts = _split(text)
    if parts.scheme not in MAIL_SCHEMES:
        raise ValueError("must begin with smtp://, smtps:// or folder://")
    if parts.scheme == "folder" and not parts.path.startswith("/"):
        raise ValueError("names no folder: write folder:///path/of/the/folder")
    if parts.scheme != "folder" and not parts.hostname:
        raise ValueError("names no mail server: write smtp://host:587")
    return text


def parse_sender_address(text: str) -> str:
    """Parse one address that emails can come from."""
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):
        raise ValueError("is not an email address") from None
    if not address.username or not address.domain:
        raise ValueError("is not an email address")
    return text


def parse_yes_or_no(text: str) -> bool:
    """Parse a switch: 1, yes, true and on, or 0, no, false and off, in capitals or not."""
    word = text.strip().casefold()
    if word not in YES | NO:
        raise ValueError("must be 1 or 0 (or yes or no)")
    return word in YES


def parse_megabytes(text: str) -> int:
    """Parse a whole number of megabytes, at least one."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ValueError("must be a whole number of megabytes, as in 1000")
    return int(text)


def parse_folder_path(text: str) -> Path:
    """Parse the path of a folder, or of a place where one can be made."""
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise ValueError("is a file; name a folder")
    return path


def parse_existing_file_path(text: str) -> Path:
    """Parse the path of a file that is there."""
    path = Path(text)
    if not path.is_file():
        raise ValueError("names no file")
    return path


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a valid address: check its host and port") from None
    if text != text.strip() or not text.isprintable():
        raise ValueError("has spaces or invisible characters: remove them")
    return parts


def is_local_host(host: str) -> bool:
    """Whether a host is this machine: a socket in the file system, or the loopback addresses."""
    return host.startswith("/") or host in LOCAL


def share_host(address: str, other: str) -> bool:
    """Whether two addresses, of pages or of email, name one host, or one of them a host that lies
    below the other's: who reads one of them then knows the other."""
    one, others = _host(address), _host(other)
    return one == others or one.endswith(f".{others}") or others.endswith(f".{one}")


def _host(address: str) -> str:
    """Its name as it is asked for in the net: small letters, other scripts as xn--…"""
    name = (urlsplit(address).hostname if "://" in address else address.rpartition("@")[2]) or ""
    name = name.rstrip(".").lower()
    try:
        return name.encode("idna").decode()
    except UnicodeError:  # no name that can be asked for
        return name
