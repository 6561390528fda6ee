"""Lost commits: one whose answer was lost may have been made, and is told apart from what never
was."""

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session


class CommitLost(OperationalError):
    """Raised if the database went away at the commit: nobody knows whether it was made."""


def commit(session: Session) -> None:
    """Commit, or raise CommitLost if nobody knows whether it was made. What fails before the commit
    itself was not saved for certain."""
    session.flush()
    try:
        session.commit()
    except OperationalError as lost:
        cause = lost.orig or lost
        raise CommitLost(
            lost.statement,
            None,
            cause,
            hide_parameters=True,
            connection_invalidated=lost.connection_invalidated,
        ) from lost
