"""Let no page change, empty or lock the presses: functions do what a page needs, for one form.

With `DELETE` on a table comes the right to lock it, and every form that makes something waits for
the table of presses: the public pages' role could have stopped all forms of staff and partners, or
taken away what a second press was told. What is over is deleted by the ticker alone.

Besides, a key of a case, which the public pages may add, takes no team's or person's place.

Not safe while the version before is running: its forms are answered with an error until it is
restarted.
"""

# ruff: noqa: S608 - every word of every statement is written here

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

APP, INTAKE, PARTNER = "helpdesk_app", "helpdesk_intake", "helpdesk_partner"
PAGES = f"{APP}, {INTAKE}, {PARTNER}"
AS_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
# By function: who may call it, and what it does.
FUNCTIONS = {
    "press_answer(text)": (
        PAGES,
        f"""CREATE FUNCTION press_answer(press text)
            RETURNS TABLE (at timestamptz, answer bytea) LANGUAGE sql STABLE {AS_OWNER} AS $$
            SELECT at, answer FROM public.presses WHERE id = press $$""",
    ),
    # What was answered stays: without it, a second press would be worked on.
    "note_press_answer(text, bytea)": (
        PAGES,
        f"""CREATE FUNCTION note_press_answer(press text, answer bytea)
            RETURNS void LANGUAGE sql {AS_OWNER} AS $$
            UPDATE public.presses SET answer = note_press_answer.answer
            WHERE id = press AND presses.answer IS NULL $$""",
    ),
    "keep_press(text, timestamptz, bytea)": (
        INTAKE,
        f"""CREATE FUNCTION keep_press(press text, moment timestamptz, answer bytea)
            RETURNS void LANGUAGE sql {AS_OWNER} AS $$
            INSERT INTO public.presses (id, at, answer) VALUES (press, moment, keep_press.answer)
            ON CONFLICT (id) DO UPDATE SET at = excluded.at, answer = excluded.answer $$""",
    ),
    # What somebody works on at this moment is left for the next time.
    "forget_presses(timestamptz)": (
        "helpdesk_ticker",
        f"""CREATE FUNCTION forget_presses(before timestamptz)
            RETURNS void LANGUAGE sql {AS_OWNER} AS $$
            DELETE FROM public.presses WHERE id IN (SELECT id FROM public.presses
            WHERE at < before LIMIT 5000 FOR UPDATE SKIP LOCKED) $$""",
    ),
}


def upgrade() -> None:
    for name, (roles, statement) in FUNCTIONS.items():
        op.execute(statement)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {roles}")
    op.execute(f"REVOKE ALL ON presses FROM {PAGES}")
    op.execute(f"GRANT INSERT ON presses TO {PAGES}")
    op.execute(f"GRANT SELECT ON presses TO {APP}")
    op.drop_constraint("uq_keys_owner_id_epoch", "keys")
    op.create_unique_constraint(
        op.f("uq_keys_owner_id_kind_epoch"), "keys", ["owner_id", "kind", "epoch"]
    )


def downgrade() -> None:
    # Nothing is lost: rights, functions and an index hold no values.
    op.drop_constraint(op.f("uq_keys_owner_id_kind_epoch"), "keys")
    op.create_unique_constraint("uq_keys_owner_id_epoch", "keys", ["owner_id", "epoch"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON presses TO {PAGES}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
