"""Write down who registered a partner, who changed it last, and who vetted it: a second person.

Filled in from history. A partner counts as vetted only with the name of a second person: who was
vetted by whoever registered or last changed them, or before one of theirs had a key, waits for one
again, and the day stays. Additive.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

COLUMNS = ("registered_by", "changed_by", "vetted_by")
NEWEST = """
    (SELECT history.actor_id FROM history WHERE history.subject_id = partners.id
        AND history.subject_type = 'partners' AND history.action IN ({actions})
        ORDER BY history.id DESC LIMIT 1)
"""
REGISTERED = "'partner.registered'"
CHANGES = "'partner.changed', 'partner.allow_list_changed', 'partner.mailbox_given'"
VETTED = f"""
UPDATE partners SET vetted_by = found.by
FROM (SELECT id, {NEWEST.format(actions="'partner.vetted'")} AS by FROM partners) AS found
WHERE found.id = partners.id AND vetted_on IS NOT NULL
    AND found.by <> registered_by AND found.by IS DISTINCT FROM changed_by
    AND EXISTS (SELECT FROM keys WHERE keys.owner_id = partners.team_id AND keys.kind = 'team')
    AND NOT EXISTS (SELECT FROM memberships JOIN people ON people.id = memberships.person_id
        WHERE memberships.team_id = partners.team_id AND people.code_given_by = found.by)
"""  # noqa: S608 - every word is written here


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("partners", sa.Column(column, sa.String(length=80)))
    for column, actions in (("registered_by", REGISTERED), ("changed_by", CHANGES)):
        op.execute(f"UPDATE partners SET {column} = {NEWEST.format(actions=actions)}")  # noqa: S608 - every word is ours
    op.execute(VETTED)
    op.create_check_constraint("second_person_vets", "partners", "vetted_by <> registered_by")


def downgrade() -> None:
    # Nothing is lost: history says who registered, changed and vetted each of them.
    op.drop_constraint(op.f("ck_partners_second_person_vets"), "partners")
    for column in reversed(COLUMNS):
        op.drop_column("partners", column)
