"""A small application that says what it was asked: what the server under test serves."""

import json
import os
import time
from pathlib import Path


def application(environ, start_response):
    """Answer with the request as it arrived here."""
    path = environ["PATH_INFO"]
    if path == "/sleep":
        time.sleep(1)
    if path == "/hang":
        time.sleep(600)
    if path == "/fail":
        raise ValueError("words of a person")
    if path == "/large":
        body = b"x" * 8_000_000
    else:
        taken = environ["wsgi.input"].read()
        body = json.dumps(
            {
                "pid": os.getpid(),
                "path": path,
                "mounted": environ["SCRIPT_NAME"],
                "scheme": environ["wsgi.url_scheme"],
                "from": environ["REMOTE_ADDR"],
                "taken": len(taken),
            }
        ).encode()
        note = os.environ.get("NOTES")
        if note and environ["REQUEST_METHOD"] == "POST":
            with Path(note).open("a") as notes:
                notes.write(f"{len(taken)}\n")
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
