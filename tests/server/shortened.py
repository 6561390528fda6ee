"""The server with shorter limits, so that a test need not wait as long as a slow client may.

`LIMITS="IDLE_TIMEOUT=1 MAX_CONNECTIONS=20" python -m tests.server.shortened --bind …`
With `STOPPED_AT_BIRTH=1` each process is told to stop before it has run a line of its own.
"""

import errno
import os
import signal

from helpdesk.server import __main__, server_limits

for words in os.environ.get("LIMITS", "").split():
    name, _, value = words.partition("=")
    if not hasattr(server_limits, name):
        raise SystemExit(f"There is no limit {name}.")
    setattr(server_limits, name, type(getattr(server_limits, name))(value))

if os.environ.get("STOPPED_AT_BIRTH"):
    fork = os.fork

    def fork_and_stop():
        """Fork; the child has a signal waiting for it."""
        pid = fork()
        if pid == 0:
            os.kill(os.getpid(), signal.SIGTERM)
        return pid

    os.fork = fork_and_stop

if os.environ.get("FORK_FAILS"):  # which one: the machine has no room for it
    forks, real_fork = [], os.fork

    def fork_or_fail():
        forks.append(None)
        if len(forks) == int(os.environ["FORK_FAILS"]):
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return real_fork()

    os.fork = fork_or_fail

if __name__ == "__main__":
    __main__.main()
