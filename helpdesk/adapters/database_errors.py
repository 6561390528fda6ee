"""Explaining to an operator what keeps a process from its database.

A sentence says what to look at. It never repeats what a library said, which may hold a password.
"""

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

TRY_AGAIN = "Check that it is running and that {setting} points to it."


def why_database_refuses(engine: Engine) -> str:
    """The sentence that says why the database lets this process do nothing; empty where it lets it
    in, and where it cannot be reached now: it may come back."""
    try:
        engine.connect().close()
    except DBAPIError as error:
        return "" if _is_away(error) else explain_database_error(error)
    return ""


def explain_database_error(error: DBAPIError) -> str:
    """Explain a database error: by PostgreSQL's code where it answered, by its words where the
    connection failed."""
    code = getattr(error.orig, "sqlstate", None) or ""
    said = str(error.orig).lower()
    if "password authentication failed" in said or "no password supplied" in said:
        return "The database refused the password. Check the one in DATABASE_URL."
    if "peer authentication failed" in said or "no pg_hba.conf entry" in said:
        return "The database does not let this role connect from here. Check its pg_hba.conf."
    if code == "3D000" or ("database" in said and "does not exist" in said):
        return "There is no database with that name. Check DATABASE_URL, or create it."
    if code == "28000" or ("role" in said and "does not exist" in said):
        return "The database has no such role. Check DATABASE_URL, or create the role."
    if code in {"42P01", "42703"}:
        return "The tables are missing or out of date. Run: helpdesk migrate"
    if code == "55P03":
        return (
            "The tables are in use and could not be locked. Nothing was left half done:"
            " try again when fewer people are working."
        )
    if code == "42501":
        return (
            "The role in DATABASE_URL is not allowed to do this."
            " docs/running.md says which role does what."
        )
    if code == "53300":
        return (
            "The database has no connections left. Raise max_connections, or run fewer processes."
        )
    if _is_away(error):
        return f"The database cannot be reached. {TRY_AGAIN.format(setting='DATABASE_URL')}"
    return f"The database refused (code {code})."


def _is_away(error: DBAPIError) -> bool:
    """Whether nobody answered."""
    said = str(error.orig).lower()
    return not getattr(error.orig, "sqlstate", None) and "fatal:" not in said
