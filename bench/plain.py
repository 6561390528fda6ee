"""Plain waitress, beside which our server is measured: as many processes and threads, no more.

`python -m bench.plain <number of the listening socket>` serves the bare app.
"""

import os
import socket
import sys

import waitress

from bench.bare import create_app
from helpdesk.server.__main__ import THREADS


def main() -> None:
    """Fork, and let each process serve on the one socket. Whoever starts us ends all of them."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    application = create_app()
    for _ in range(int(os.environ["WEB_CONCURRENCY"]) - 1):
        if os.fork() == 0:
            break
    waitress.serve(application, sockets=[listener], threads=int(THREADS))


if __name__ == "__main__":
    main()
