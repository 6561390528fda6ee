"""Security headers of every response, errors included: nothing from elsewhere, nothing kept, no
script."""

from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'none'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": a strict form check over HTTPS needs our own address.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
}

YEAR = 31_536_000
# A file, a part of it, or that the browser's own is the newest. Everything else there is a page,
# which names whoever is signed in.
FILE_SENT = frozenset({200, 206, 304})

# Chromium keeps the last pages of a tab in memory, and shows them again on the way back, although
# they are not to be stored: unless their status is another one than 200. This one reads the same
# to a browser in all else. See docs/decisions/0040-a-form-is-answered-at-an-address.md.
SHOWN_ONCE = 203


def init_app(app: Flask) -> None:
    """Put the security headers on every response."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint == "static" and response.status_code in FILE_SENT:
            response.headers["Cache-Control"] = "public, max-age=3600"
        else:
            response.headers["Cache-Control"] = "no-store"
            if response.status_code == 200 and _shows_a_page():
                response.status_code = SHOWN_ONCE
        if app.config["SESSION_COOKIE_SECURE"]:
            # By our own address, not by what a proxy says of this request. Never on an onion
            # address, which has no certificate to insist on.
            response.headers.setdefault(
                "Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains"
            )
        response.headers.pop("Server", None)
        return response


def _shows_a_page() -> bool:
    """Whether a browser asks in order to show it; the second header comes without TLS too."""
    asked = request.headers
    return asked.get("Sec-Fetch-Dest") == "document" or "Upgrade-Insecure-Requests" in asked
