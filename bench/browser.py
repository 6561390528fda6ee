"""A browser without a screen: it keeps cookies, reads the forms of a page and sends them back."""

import http.client
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode, urlsplit

from bench.load import HOST, PATIENCE

INPUT = re.compile(r"<input\b([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """What the other side answered."""

    status: int
    text: str
    location: str = ""
    set_cookies: tuple[str, ...] = ()


class Browser:
    """One person at one surface, over one connection that is opened again when it was lost."""

    def __init__(self, port: int) -> None:
        self.cookies: dict[str, str] = {}
        self._connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)

    def get(self, path: str) -> Page:
        """Open a page. A connection that has rested may be closed by now: then over a new one."""
        try:
            return self._ask("GET", path, None)
        except ConnectionError:
            return self._ask("GET", path, None)

    def post(self, path: str, fields: Fields) -> Page:
        """Send a form. A connection that breaks leaves it unknown what became of it: OSError."""
        return self._ask("POST", path, urlencode(fields))

    def send_form(self, path: str, *, action: str = "", **typed: str) -> Page:
        """Open a page and send one of its forms: with what is hidden in it and what is typed."""
        page = self.get(path)
        where = action or path
        kept = dict(hidden_fields(page.text, action=where))
        return self.post(where, list((kept | typed).items()))

    def cookie_line(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.close()

    def _ask(self, method: str, path: str, body: str | None) -> Page:
        headers = {"Cookie": self.cookie_line()} if self.cookies else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as broken:
            self._connection.close()
            raise ConnectionError(type(broken).__name__) from broken
        set_cookies = tuple(answer.headers.get_all("Set-Cookie") or ())
        self.cookies |= dict(cookie_of(line) for line in set_cookies)
        location = urlsplit(answer.headers.get("Location", "")).path
        return Page(answer.status, text, location, set_cookies)


def cookie_of(line: str) -> tuple[str, str]:
    """Name and value of a Set-Cookie line."""
    name, _, value = line.partition(";")[0].partition("=")
    return name.strip(), value.strip()


def hidden_fields(html: str, *, action: str = "") -> list[tuple[str, str]]:
    """What a form carries unseen: that of the form with this action, or else of the first."""
    forms = [form.partition("</form>")[0] for form in html.split("<form")[1:]]
    posting = [form for form in forms if 'method="post"' in form.partition(">")[0].lower()]
    wanted = [form for form in posting if f'action="{action}"' in form.partition(">")[0]] or posting
    if not wanted:
        raise LookupError("The page has no form to send.")
    inputs = (dict(ATTRIBUTE.findall(one)) for one in INPUT.findall(wanted[0]))
    return [
        (unescape(one["name"]), unescape(one.get("value", "")))
        for one in inputs
        if one.get("type") == "hidden" and "name" in one
    ]
