"""A case keeps its id: who works on cases may change everything else of one.

The staff's role writes whole rows of cases. Another id would take a case that nothing hangs on yet
from everyone who has its address, and history would speak of one that is not there.

Revision ID: 0052
Revises: 0051
"""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

KEEPS = """
CREATE FUNCTION public.keep_case_id() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = 'a case keeps its id';
END $$
"""
ALWAYS = """
CREATE TRIGGER keep_case_id BEFORE UPDATE OF id ON cases
FOR EACH ROW WHEN (NEW.id IS DISTINCT FROM OLD.id) EXECUTE FUNCTION public.keep_case_id()
"""


def upgrade() -> None:
    op.execute(KEEPS)
    op.execute(ALWAYS)


def downgrade() -> None:
    """Nothing is lost: no id changed meanwhile."""
    op.execute("DROP TRIGGER keep_case_id ON cases")
    op.execute("DROP FUNCTION public.keep_case_id()")
