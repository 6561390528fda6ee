"""Session cookies: one name per surface, for this site only, never readable by a script."""

import secrets

from flask import Flask, Response, current_app, session

from helpdesk.settings import Surface

KEY_NAMES = {Surface.PUBLIC: "hd_public", Surface.STAFF: "hd_staff", Surface.PARTNER: "hd_partner"}

# In the form's cookie: what opens the pages that answered this browser's forms (`results`).
RESULTS = "results"


def init_app(app: Flask, surface: Surface, url: str) -> None:
    """Set the names and flags of a surface's cookies. `__Host-` needs TLS, which an onion address
    has not."""
    secure = url.startswith("https://")
    prefix = "__Host-" if secure else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}{KEY_NAMES[surface]}_form",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        DOOR_COOKIE_NAME=f"{prefix}{KEY_NAMES[surface]}_door",
        DEVICE_COOKIE_NAME=f"{prefix}{KEY_NAMES[surface]}_device",
    )


def session_cookie_name() -> str:
    """The name of the cookie that holds the key to a server-side session."""
    return str(current_app.config["DOOR_COOKIE_NAME"])


def set_session_cookie(response: Response, token: str) -> None:
    """Set the session cookie: it ends with the browser at the latest. What was shown before is
    over."""
    if RESULTS in session:
        session[RESULTS] = new_results_token()
    response.set_cookie(
        session_cookie_name(),
        token,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Strict",
        path="/",
    )


def new_results_token() -> str:
    """Make a token that opens the result pages of forms from here on, and none from before."""
    return secrets.token_urlsafe(24)


def delete_session_cookie(response: Response) -> None:
    """Delete the session cookie, and whatever the browser kept of our pages."""
    session.pop(RESULTS, None)
    response.headers.setdefault("Clear-Site-Data", '"cache", "storage"')
    response.delete_cookie(
        session_cookie_name(),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Strict",
        path="/",
    )
