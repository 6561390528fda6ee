"""A mail server that behaves badly in one way, and keeps every byte that it was told."""

import socketserver
import threading
import time
from contextlib import contextmanager

# What it does wrong, and whether it may have the letter then.
BAD_WAYS = {
    "greets with no": False,
    "says nothing at all": False,
    "drips its greeting": False,
    "later at MAIL": False,
    "later at RCPT": False,
    "never at RCPT": False,
    "never at DATA": False,
    "cuts the line at DATA": False,
    "cuts the line in the letter": True,
    "later after the letter": False,
    "never after the letter": False,
    "cuts the line before its answer": True,
    "hangs before its answer": True,
    "answers nonsense": True,
}
STOPS_FOR_GOOD = {"never at RCPT", "never at DATA", "never after the letter"}


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        way = self.server.way
        if way == "says nothing at all":
            return self._wait()
        if way == "greets with no":
            return self._say("554 not here")
        if way == "drips its greeting":
            return self._drip()
        self._say("220 here")
        for line in self.rfile:
            self.server.heard.append(line)
            word = line[:4].upper()
            if word == b"QUIT":
                return self._say("221 bye")
            if word == b"DATA":
                if self._take_letter(way):
                    return None
            elif way == f"later at {word.decode()}":
                self._say("451 later")
            elif way == f"never at {word.decode()}":
                self._say("550 never")
            else:
                self._say("250 OK")
        return None

    def _take_letter(self, way):
        """Whether the conversation is over."""
        if way == "never at DATA":
            return self._say("554 never")
        if way == "cuts the line at DATA":
            return True
        self._say("354 go on")
        taken = []
        for part in self.rfile:
            if part == b".\r\n":
                break
            taken.append(part)
            if way == "cuts the line in the letter" and len(taken) > 3:
                self.server.heard += taken
                return True
        self.server.heard += taken
        if way not in ("later after the letter", "never after the letter"):
            self.server.letters.append(b"".join(taken))
        if way == "cuts the line before its answer":
            return True
        if way == "hangs before its answer":
            self._wait()
            return True
        said = {
            "later after the letter": "451 later",
            "never after the letter": "554 never",
            "answers nonsense": "999 perhaps",
        }
        return self._say(said.get(way, "250 OK"))

    def _say(self, words):
        self.wfile.write(words.encode() + b"\r\n")
        return False

    def _wait(self):
        self.server.ended.wait(20)

    def _drip(self):
        while not self.server.ended.is_set():
            try:
                self.wfile.write(b"220-wait\r\n")
            except OSError:
                return
            time.sleep(0.02)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Whoever hung up is no news."""


@contextmanager
def counterpart(way=""):
    """A server that is well but for this way of being bad."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.way, server.heard, server.letters = way, [], []
        server.ended = threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
