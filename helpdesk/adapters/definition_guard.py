"""What only a superuser can give a database of ours: no role but its owner defines anything in it,
and none fills the disk in ways that no row of ours counts.

PostgreSQL takes the lock of a table before it asks whether CREATE RULE or CREATE TRIGGER may be
used on it, so a role without any right there could stop everybody else's work; and DROP OWNED takes
a role's own row-level policies away, after which it sees no row and gets no error. An event trigger
is asked before any lock is taken.
"""

from typing import Final

from sqlalchemy import Connection, text

NAME: Final = "only_the_owner_defines"
# In this order, in the database itself, as a superuser. `docs/running.md` shows the same.
STATEMENTS: Final = (
    f"""CREATE OR REPLACE FUNCTION public.{NAME}() RETURNS event_trigger
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NOT (SELECT pg_has_role(session_user, datdba, 'MEMBER')
            FROM pg_database WHERE datname = current_database()) THEN
        RAISE insufficient_privilege
            USING MESSAGE = 'Only the owner of this database defines anything in it.';
    END IF;
END
$$""",  # noqa: S608 - the name is ours
    f"DROP EVENT TRIGGER IF EXISTS {NAME}",
    f"CREATE EVENT TRIGGER {NAME} ON ddl_command_start EXECUTE FUNCTION public.{NAME}()",
    # Large objects outlive their session and stand in no table; a message goes to the log of
    # changes alone.
    "REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea),"
    " lowrite(integer, bytea), lo_put(oid, bigint, bytea) FROM PUBLIC",
    "REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text, boolean),"
    " pg_logical_emit_message(boolean, text, bytea, boolean) FROM PUBLIC",
)
_GUARDED = text(
    "SELECT evtenabled IN ('O', 'A') FROM pg_event_trigger"
    " WHERE evtname = :name AND evtevent = 'ddl_command_start' AND evttags IS NULL"
)
# A role may change its own settings, for all its sessions to come.
_OWN_SETTINGS = text(
    "SELECT rolname, unnest(setconfig) FROM pg_db_role_setting"
    " JOIN pg_roles ON pg_roles.oid = setrole WHERE rolname LIKE 'helpdesk\\_%' ORDER BY 1, 2"
)


def are_definitions_guarded(connection: Connection) -> bool:
    """Whether a role that does not own this database is kept from defining anything in it."""
    return bool(connection.scalar(_GUARDED, {"name": NAME}))


def role_settings(connection: Connection) -> list[tuple[str, str]]:
    """The settings that stand at our roles: (role, "name=value").

    None are ours, so someone has set them.
    """
    return [(role, setting) for role, setting in connection.execute(_OWN_SETTINGS)]
