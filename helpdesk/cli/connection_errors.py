"""Explaining connection errors to an operator: of the database, Redis, the disk.

They say what to look at. They never repeat what a library said, which may hold a password.
"""

from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError
from sqlalchemy.exc import DBAPIError

from helpdesk.adapters.database_errors import TRY_AGAIN, explain_database_error


def explain_connection_error(error: DBAPIError | RedisError) -> str:
    """Explain what keeps a command from the database or from Redis."""
    return (
        explain_redis_error(error)
        if isinstance(error, RedisError)
        else explain_database_error(error)
    )


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
