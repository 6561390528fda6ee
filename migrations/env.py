"""How Alembic reaches the database and our tables. It runs as the owner of the schema."""

import os
from typing import Any

from alembic import context
from sqlalchemy import create_engine

from helpdesk.cases.models import LevelColumn
from helpdesk.core.database import Moment, Sealed
from helpdesk.models import Base

PLAIN = {
    Moment: "sa.DateTime(timezone=True)",
    Sealed: "sa.LargeBinary()",
    LevelColumn: "sa.SmallInteger()",
}


def render_item(kind: str, item: Any, _context: Any) -> Any:
    """Write our column types as the plain ones they stand for: a migration imports none of ours."""
    return PLAIN.get(type(item), False) if kind == "type" else False


def run() -> None:
    url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
    engine = create_engine(url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
