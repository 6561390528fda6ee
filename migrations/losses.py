"""What a way back would lose: a downgrade asks here before it drops what people wrote."""

from alembic import op
from sqlalchemy import text


class WouldLose(Exception):
    """The way back would lose values. Nothing was changed; the sentence is for the operator."""


def refuse_to_lose(what: str, *, table: str, where: str = "true") -> None:
    """Refuse the way back while the table has rows of that kind, and say how many.

    `what` names them in an operator's words; `table` and `where` are ours, never from outside.
    """
    counting = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608 - words of ours
    found = op.get_bind().scalar(text(counting))
    if found:
        raise WouldLose(
            f"The way back would lose {what}: {found} of them in {table}. Nothing was changed. "
            "Restore a backup from before instead, or delete them on purpose first."
        )
