"""Keep everyone who changed a partner since it was vetted: none of them is its second person.

Only who changed it last was kept, so a change of one's own was hidden behind a colleague's. Filled
in from history. Stop the staff's pages of the version before while it runs: they would write one
name where there is a list.
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

CHANGES = "'partner.changed', 'partner.allow_list_changed', 'partner.mailbox_given'"
SINCE = f"""
UPDATE partners SET changed_by = coalesce(
    (SELECT jsonb_agg(DISTINCT history.actor_id) FROM history
        WHERE history.subject_id = partners.id AND history.subject_type = 'partners'
            AND history.action IN ({CHANGES})
            AND history.id > coalesce(
                (SELECT max(vetted.id) FROM history AS vetted
                    WHERE vetted.subject_id = partners.id AND vetted.subject_type = 'partners'
                        AND vetted.action = 'partner.vetted'), 0)),
    '[]')
"""  # noqa: S608 - every word is written here
LIST = """
ALTER TABLE partners ALTER COLUMN changed_by TYPE jsonb USING '[]'::jsonb,
    ALTER COLUMN changed_by SET DEFAULT '[]', ALTER COLUMN changed_by SET NOT NULL,
    ADD CONSTRAINT ck_partners_changed_by_list CHECK (jsonb_typeof(changed_by) = 'array')
"""
ONE = """
ALTER TABLE partners DROP CONSTRAINT ck_partners_changed_by_list,
    ALTER COLUMN changed_by DROP NOT NULL, ALTER COLUMN changed_by DROP DEFAULT,
    ALTER COLUMN changed_by TYPE varchar(80) USING changed_by ->> -1
"""


def upgrade() -> None:
    op.execute(LIST)
    op.execute(SINCE)


def downgrade() -> None:
    # Nothing is lost: history says who changed each of them. The version before keeps the last.
    op.execute(ONE)
