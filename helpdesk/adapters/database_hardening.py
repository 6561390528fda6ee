"""Hardening of the database. What only a superuser can give a database of ours: no role but its
owner defines anything in it, none fills the disk in ways that no row of ours counts, and none the
table of locks.

PostgreSQL takes the lock of a table before it asks whether CREATE RULE or CREATE TRIGGER may be
used on it, so a role without any right there could stop everybody else's work; and DROP OWNED takes
a role's own row-level policies away, after which it sees no row and gets no error. An event trigger
is asked before any lock is taken.
"""

import re
from typing import Final

from sqlalchemy import Connection, text

NAME: Final = "only_the_owner_defines"
# A session of one of our processes that holds more is ended: see `lock_watcher`. Ours hold some
# dozens. With `max_locks_per_transaction` above it, all connections below it have room together.
MOST_LOCKS: Final = 500
ENDS: Final = "end_lock_hoarders"
# Nobody waits for one lock longer than so many seconds: a page would wait ten. What counts is the
# wait, not the age of the transaction that is waited for: whoever has waited in line and is served
# next is as old, and has kept nobody.
LONGEST_WAIT: Final = 8
# Nor for a transaction that is older than so many seconds, whatever that one waits for itself, and
# however short each wait for it is: a job waits one second and comes again. Ours may wait in line
# for a row, and then for the one before them, and are over before that.
LONGEST_HOLD: Final = 20
# No statement of ours is older than 30 s (`statement_timeout`), and who sets that aside is none.
LONGEST_STATEMENT: Final = 45
# Nor is a transaction of ours older than so many seconds. While one is open, whoever waits for it
# or not, nothing that was deleted since gives its place back and no transaction number can be used
# again; without numbers the server takes no more writes.
LONGEST_TRANSACTION: Final = 300
# So much of temporary files does a session hold at most, in MB: ours hold a few. The server's own
# limit is for each process alone.
MOST_SPILLED: Final = 100
# Made by every server, shared with what is ours, and nobody's but the superuser's to use: what is
# refused in our database would be taken there.
OTHER_DATABASES: Final = ("postgres", "template1")


def sql_ending_lock_hoarders(longest_wait: int, longest_hold: int) -> str:
    """The SQL of the function with which the ticker ends sessions that keep others waiting, with
    these limits.

    The names of roles are looked up at each call: where the table is full, nobody could look them
    up, but they are still at hand. Besides who holds very many, it ends who asks for what no
    process of ours does (a strong lock of a table, or of a database or role as such: PostgreSQL
    queues everybody behind that before it asks who may), and who keeps others waiting; and who
    fills the disk with temporary files, or has a statement or a transaction without end. For how
    long is not asked of a session that commits: it waits for the disk, or for a standby, as all the
    others do. Why it ended one is said in the words of `SessionEndReason`.
    """
    return f"""CREATE FUNCTION public.{ENDS}() RETURNS TABLE (role text, reason text, locks bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ours oid[] := ARRAY(SELECT to_regrole(name)::oid FROM unnest(ARRAY['helpdesk_app',
        'helpdesk_intake', 'helpdesk_partner', 'helpdesk_worker', 'helpdesk_ticker']) AS name);
    names text[] := ARRAY(SELECT pg_get_userbyid(one) FROM unnest(ours) AS one);
    waiting int[];
    blocking int[];
    hoarder record;
BEGIN
    -- Who blocks is asked before since when: so a long wait was the same wait then.
    SELECT array_agg(waits.pid), array_agg(blocker) INTO waiting, blocking
        FROM (SELECT DISTINCT pid FROM pg_lock_status() WHERE NOT granted) AS waits,
            unnest(pg_blocking_pids(waits.pid)) AS blocker;
    FOR hoarder IN
        WITH locks AS MATERIALIZED (SELECT * FROM pg_lock_status())
        SELECT judged.* FROM (
            SELECT sessions.pid, sessions.usesysid, coalesce(held.many, 0) AS many, CASE
                WHEN held.many > {MOST_LOCKS} THEN 'locks'
                WHEN held.is_strong THEN 'strong-lock'
                WHEN spilled.size > {MOST_SPILLED} * 1048576 THEN 'temporary-files'
                WHEN lower(coalesce(sessions.wait_event, '')) IN ('walsync', 'walwrite', 'syncrep')
                    THEN NULL
                WHEN sessions.state IN ('active', 'fastpath function call') AND
                    sessions.query_start
                    < clock_timestamp() - interval '{LONGEST_STATEMENT} seconds'
                    THEN 'statement'
                WHEN sessions.xact_start
                    < clock_timestamp() - interval '{LONGEST_TRANSACTION} seconds'
                    THEN 'transaction'
                WHEN held.is_served AND
                    kept.since < clock_timestamp() - interval '{longest_wait} seconds'
                    OR kept.blocker IS NOT NULL AND
                    sessions.xact_start < clock_timestamp() - interval '{longest_hold} seconds'
                    THEN 'kept-waiting' END AS reason
            FROM pg_stat_get_activity(NULL) AS sessions
            LEFT JOIN (SELECT pid, count(*) AS many, bool_and(granted) AS is_served,
                bool_or(CASE locktype
                    -- A new connection takes a weak one of its database; of no object: NOTIFY.
                    WHEN 'object' THEN classid IN (1260, 1262) AND objid <> 0 AND mode NOT IN
                        ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
                    WHEN 'relation' THEN mode IN ('ShareLock', 'ShareRowExclusiveLock',
                        'ExclusiveLock', 'AccessExclusiveLock')
                    ELSE false END) AS is_strong
                FROM locks GROUP BY pid) AS held ON held.pid = sessions.pid
            -- Who waits for a tuple is further back in line: the first waits for who has it.
            LEFT JOIN (SELECT blocker, min(waitstart) AS since
                FROM unnest(waiting, blocking) AS waits (pid, blocker) JOIN locks USING (pid)
                WHERE NOT granted AND locktype <> 'tuple' GROUP BY blocker) AS kept
                ON kept.blocker = sessions.pid
            -- A cursor WITH HOLD keeps its file while the session rests, without any lock. What the
            -- processes of one statement share is in a folder with the name of who asked for it.
            LEFT JOIN (SELECT substring(name FROM '^pgsql_tmp(\\d+)')::int AS pid, sum(size) AS size
                FROM (SELECT name, size FROM pg_ls_tmpdir() UNION ALL
                    SELECT folder,
                        (pg_stat_file('base/pgsql_tmp/' || folder || '/' || file, true)).size
                    FROM (SELECT folder FROM pg_ls_dir('base/pgsql_tmp', true, false) AS folder
                        WHERE right(folder, 7) = 'fileset' OFFSET 0) AS folders,
                        pg_ls_dir('base/pgsql_tmp/' || folder, true, false) AS file) AS files
                GROUP BY 1) AS spilled ON spilled.pid = sessions.pid
            WHERE sessions.usesysid = ANY (ours)) AS judged WHERE judged.reason IS NOT NULL
    LOOP
        PERFORM pg_terminate_backend(hoarder.pid);
        role := names[array_position(ours, hoarder.usesysid)];
        reason := hoarder.reason;
        locks := hoarder.many;
        RETURN NEXT;
    END LOOP;
END
$$"""  # noqa: S608 - every word is ours


# In this order, in the database itself, as a superuser. `docs/running.md` shows the same.
STATEMENTS: Final = (
    f"""CREATE OR REPLACE FUNCTION public.{NAME}() RETURNS event_trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
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
    # Each snapshot is a file.
    "REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM PUBLIC",
    # Nothing of ours takes them, and each is a lock of the table that all share.
    "REVOKE EXECUTE ON FUNCTION pg_advisory_lock(bigint), pg_advisory_lock(integer, integer),"
    " pg_advisory_lock_shared(bigint), pg_advisory_lock_shared(integer, integer),"
    " pg_advisory_xact_lock(bigint), pg_advisory_xact_lock(integer, integer),"
    " pg_advisory_xact_lock_shared(bigint), pg_advisory_xact_lock_shared(integer, integer),"
    " pg_try_advisory_lock(bigint), pg_try_advisory_lock(integer, integer),"
    " pg_try_advisory_lock_shared(bigint), pg_try_advisory_lock_shared(integer, integer),"
    " pg_try_advisory_xact_lock(bigint), pg_try_advisory_xact_lock(integer, integer),"
    " pg_try_advisory_xact_lock_shared(bigint), pg_try_advisory_xact_lock_shared(integer, integer)"
    " FROM PUBLIC",
    # Made anew, so that it is the superuser's who says this.
    f"DROP FUNCTION IF EXISTS public.{ENDS}()",
    sql_ending_lock_hoarders(LONGEST_WAIT, LONGEST_HOLD),
    f"REVOKE EXECUTE ON FUNCTION public.{ENDS}() FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION public.{ENDS}() TO helpdesk_ticker",
)
_GUARDED = text(
    "SELECT evtenabled IN ('O', 'A') FROM pg_event_trigger"
    " WHERE evtname = :name AND evtevent = 'ddl_command_start' AND evttags IS NULL"
)
_ENDS_HOARDERS = text(
    "SELECT EXISTS (SELECT FROM pg_proc JOIN pg_roles ON pg_roles.oid = proowner WHERE prosecdef"
    " AND rolsuper AND pg_proc.oid = to_regprocedure(:name)"
    " AND regexp_replace(prosrc, '\\s+', ' ', 'g') = :body)"
)
_BODY: Final = re.sub(
    r"\s+", " ", sql_ending_lock_hoarders(LONGEST_WAIT, LONGEST_HOLD).split("$$")[1]
)
# What those statements take from everybody. A restored database has it again: rights of a database
# are in no dump of it, and none but a superuser restores those of the server's own functions.
_TAKEN: Final = sorted(
    {
        name
        for statement in STATEMENTS
        if statement.startswith("REVOKE") and f"{ENDS}()" not in statement
        for name in re.findall(r"(\w+)\(", statement)
    }
)
_OPEN = text(
    "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"
    " AND proname = ANY (:names) AND has_function_privilege('public', oid, 'EXECUTE') ORDER BY 1"
)
_CONNECT = text(
    "SELECT datname FROM pg_database WHERE datname = ANY (:names)"
    " AND has_database_privilege('public', oid, 'CONNECT') ORDER BY 1"
)
_TEMPORARY = text("SELECT has_database_privilege('public', current_database(), 'TEMPORARY')")
_ROOM = text("SELECT current_setting('max_locks_per_transaction')::int")
# A role may change its own settings, for all its sessions to come.
_OWN_SETTINGS = text(
    "SELECT rolname, unnest(setconfig) FROM pg_db_role_setting"
    " JOIN pg_roles ON pg_roles.oid = setrole WHERE rolname LIKE 'helpdesk\\_%' ORDER BY 1, 2"
)


def are_schema_changes_blocked(connection: Connection) -> bool:
    """Whether schema changes are blocked for every role that does not own this database."""
    return bool(connection.scalar(_GUARDED, {"name": NAME}))


def is_database_hardened(connection: Connection) -> bool:
    """Whether the database has all of this hardening: one that was restored may lack it."""
    return (
        are_schema_changes_blocked(connection)
        and can_end_lock_hoarders(connection)
        and not rights_of_public_role(connection)
    )


def rights_of_public_role(connection: Connection) -> list[str]:
    """The rights that PUBLIC still has here, or in the server's other databases, that a superuser
    should have taken away."""
    others = connection.scalars(_CONNECT, {"names": list(OTHER_DATABASES)})
    found = connection.scalars(_OPEN, {"names": _TAKEN})
    return [
        *(f"CONNECT to {name}" for name in others),
        *(["TEMPORARY"] if connection.scalar(_TEMPORARY) else []),
        *found,
    ]


def can_end_lock_hoarders(connection: Connection) -> bool:
    """Whether the ticker can end a session that keeps others from working, as this version does."""
    ours = {"name": f"public.{ENDS}()", "body": _BODY}
    return bool(connection.scalar(_ENDS_HOARDERS, ours))


def has_room_for_locks(connection: Connection) -> bool:
    """Whether the lock table has room for the locks of all connections together, of those that none
    is ended for."""
    return bool(connection.scalar(_ROOM) >= MOST_LOCKS)


def role_settings(connection: Connection) -> list[tuple[str, str]]:
    """The settings of our database roles: (role, "name=value").

    None are ours, so someone has set them.
    """
    return [(role, setting) for role, setting in connection.execute(_OWN_SETTINGS)]
