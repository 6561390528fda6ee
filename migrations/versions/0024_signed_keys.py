"""Sign the keys of teams and people, so that nothing is sealed to one that was slipped in.

Who may write keys could write a newer one for a queue, with copies for its members, and read every
report from then on. From now on a key counts only with a signature: helpdesk/core/signatures.py.

The migration holds no key to sign with. After it, an operator runs `helpdesk keys sign` once, which
names every key that is there and asks; until then nobody can report. Not safe while the version
before is running: what it makes bears no signature.

Besides, what a case is sealed to is written once: nobody moves it to another key.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

APP, INTAKE, PARTNER = "helpdesk_app", "helpdesk_intake", "helpdesk_partner"
OF_PARTNERS = """key_id IN (SELECT keys.id FROM keys
    WHERE keys.kind = 'team' AND keys.owner_id IN (SELECT id FROM teams WHERE kind = 'partner')
    OR keys.kind = 'person' AND keys.owner_id IN (SELECT id FROM people WHERE role = 'partner'))"""
POLICIES = {
    "staff": f"TO {APP} USING (true)",
    "intake_sees": f"FOR SELECT TO {INTAKE} USING (true)",
    "partner_sees": f"FOR SELECT TO {PARTNER} USING (true)",
    "partner_adds": f"FOR INSERT TO {PARTNER} WITH CHECK ({OF_PARTNERS})",
}
ONCE = """
CREATE FUNCTION case_keeps_its_keys() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what a case is sealed to is written once'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER case_keeps_its_keys BEFORE UPDATE OF key_id, public_half, reporter_public_half
    ON cases FOR EACH ROW
    WHEN ((OLD.key_id, OLD.public_half, OLD.reporter_public_half)
        IS DISTINCT FROM (NEW.key_id, NEW.public_half, NEW.reporter_public_half))
    EXECUTE FUNCTION case_keeps_its_keys();
"""


def upgrade() -> None:
    op.create_table(
        "key_signatures",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("half", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["keys.id"],
            name=op.f("fk_key_signatures_key_id_keys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key_id", "signature", name=op.f("pk_key_signatures")),
    )
    op.execute(f"GRANT SELECT, INSERT ON key_signatures TO {APP}, {PARTNER}")
    op.execute(f"GRANT SELECT ON key_signatures TO {INTAKE}")
    op.execute("ALTER TABLE key_signatures ENABLE ROW LEVEL SECURITY")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON key_signatures {rule}")
    # What was signed stays as it was signed, or an older key would be used again.
    op.execute(f"REVOKE UPDATE ON keys FROM {APP}")
    op.execute(ONCE)


def downgrade() -> None:
    refuse_to_lose("the signatures of keys", table="key_signatures")
    op.execute("DROP FUNCTION case_keeps_its_keys() CASCADE")
    op.execute(f"GRANT UPDATE ON keys TO {APP}")
    op.drop_table("key_signatures")
