"""The server with shorter limits, so that a test need not wait as long as a slow client may.

`LIMITS="SILENT=1 CONNECTIONS=20" python -m tests.server.shortened --bind …`
"""

import os

from helpdesk.server import __main__, client_limits

for words in os.environ.get("LIMITS", "").split():
    name, _, value = words.partition("=")
    if not hasattr(client_limits, name):
        raise SystemExit(f"There is no limit {name}.")
    setattr(client_limits, name, type(getattr(client_limits, name))(value))

if __name__ == "__main__":
    __main__.main()
