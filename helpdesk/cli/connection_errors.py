"""Explaining connection errors to an operator: of the database, Redis, the disk.

They say what to look at. They never repeat what a library said, which may hold a password.
"""

from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError
from sqlalchemy.exc import DBAPIError

TRY_AGAIN = "Check that it is running and that {setting} points to it."


def explain_connection_error(error: DBAPIError | RedisError) -> str:
    """Explain what keeps a command from the database or from Redis."""
    return (
        explain_redis_error(error)
        if isinstance(error, RedisError)
        else explain_database_error(error)
    )


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
    if not code:
        return f"The database cannot be reached. {TRY_AGAIN.format(setting='DATABASE_URL')}"
    return f"The database refused (code {code})."


def explain_redis_error(error: RedisError) -> str:
    """Explain a Redis error."""
    if isinstance(error, (AuthenticationError, NoPermissionError, ResponseError)):
        return (
            "Redis refused the connection. Check the user and password in REDIS_URL, and what "
            "that user is allowed to do."
        )
    return f"Redis cannot be reached. {TRY_AGAIN.format(setting='REDIS_URL')}"


def explain_os_error(error: OSError) -> str:
    """Explain an error of the operating system: the file or folder that cannot be used, or what
    else it said."""
    if error.filename:
        return f"{error.filename} cannot be used: {error.strerror}."
    return f"The system says: {error.strerror or type(error).__name__}."
