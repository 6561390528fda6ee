"""How gunicorn serves a surface; for `helpdesk up` and for production alike.

gunicorn --config python:helpdesk.supervisor.serving --bind 127.0.0.1:8000 wsgi:application
"""

import gc
import os
from pathlib import Path
from typing import Any

from gunicorn import glogging


class QuietLogger(glogging.Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's own log, without the one line in which it would write down an address."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith("Invalid request from ip="):
            super().warning("A request was not valid HTTP.")
        else:
            super().warning(msg, *args, **kwargs)


preload_app = True  # one copy of the code in memory, and a worker starts at once
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"  # somebody on a slow line holds a thread, not a process
threads = int(os.environ.get("WEB_THREADS", "4"))
max_requests = 5000  # whatever leaks, leaks for a while only
max_requests_jitter = 500
timeout = 60
graceful_timeout = 8
keepalive = 5
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeats, no data
accesslog = None  # who asked for what is nobody's business
errorlog = "-"
loglevel = "warning"
logger_class = QuietLogger
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """Before the first worker is forked: what is loaded stays shared, in every worker.

    What a page makes is gone with it. To look for what is not, several times in each page, takes a
    twentieth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
