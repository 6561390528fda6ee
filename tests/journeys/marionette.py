"""Firefox without geckodriver: Selenium's commands, spoken straight to the browser's own door.

Debian ships Firefox ESR but no geckodriver. Firefox listens on a socket for the same commands under
other names; an instance of `Marionette` stands where Selenium expects the driver's HTTP connection.
"""

import contextlib
import json
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import RemoteConnection

NAMES = {
    Command.NEW_SESSION: "WebDriver:NewSession",
    Command.GET: "WebDriver:Navigate",
    Command.GO_BACK: "WebDriver:Back",
    Command.REFRESH: "WebDriver:Refresh",
    Command.GET_CURRENT_URL: "WebDriver:GetCurrentURL",
    Command.GET_TITLE: "WebDriver:GetTitle",
    Command.GET_PAGE_SOURCE: "WebDriver:GetPageSource",
    Command.FIND_ELEMENT: "WebDriver:FindElement",
    Command.FIND_ELEMENTS: "WebDriver:FindElements",
    Command.FIND_CHILD_ELEMENT: "WebDriver:FindElement",
    Command.FIND_CHILD_ELEMENTS: "WebDriver:FindElements",
    Command.CLICK_ELEMENT: "WebDriver:ElementClick",
    Command.CLEAR_ELEMENT: "WebDriver:ElementClear",
    Command.SEND_KEYS_TO_ELEMENT: "WebDriver:ElementSendKeys",
    Command.GET_ELEMENT_TEXT: "WebDriver:GetElementText",
    Command.GET_ELEMENT_TAG_NAME: "WebDriver:GetElementTagName",
    Command.GET_ELEMENT_ATTRIBUTE: "WebDriver:GetElementAttribute",
    Command.GET_ELEMENT_PROPERTY: "WebDriver:GetElementProperty",
    Command.GET_ELEMENT_RECT: "WebDriver:GetElementRect",
    Command.IS_ELEMENT_SELECTED: "WebDriver:IsElementSelected",
    Command.IS_ELEMENT_ENABLED: "WebDriver:IsElementEnabled",
    Command.W3C_GET_ACTIVE_ELEMENT: "WebDriver:GetActiveElement",
    Command.W3C_EXECUTE_SCRIPT: "WebDriver:ExecuteScript",
    Command.W3C_ACTIONS: "WebDriver:PerformActions",
    Command.SET_TIMEOUTS: "WebDriver:SetTimeouts",
    Command.SET_WINDOW_RECT: "WebDriver:SetWindowRect",
    Command.SCREENSHOT: "WebDriver:TakeScreenshot",
    Command.GET_ALL_COOKIES: "WebDriver:GetCookies",
    Command.DELETE_ALL_COOKIES: "WebDriver:DeleteAllCookies",
    Command.QUIT: "Marionette:Quit",
}

ENOUGH = 30.0


class Marionette(RemoteConnection):
    """A running Firefox and the line to it."""

    def __init__(self, binary, preferences):
        super().__init__(client_config=ClientConfig(remote_server_addr="http://127.0.0.1"))
        self._profile = tempfile.TemporaryDirectory(
            prefix="hd-firefox-", ignore_cleanup_errors=True
        )
        port = _free_port()
        lines = {**preferences, "marionette.port": port}.items()
        Path(self._profile.name, "user.js").write_text(
            "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in lines)
        )
        self._firefox = subprocess.Popen(
            [binary, "--headless", "--marionette", "--no-remote", "--profile", self._profile.name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._number = 0
        try:
            self._line = self._call(port)
            self._reader = self._line.makefile("rb")
            self._receive()
        except BaseException:
            self._end()
            raise

    def execute(self, command, params):
        """Carry one of Selenium's commands; an error goes back in the shape Selenium knows."""
        params = {k: v for k, v in (params or {}).items() if k != "sessionId"}
        if command == Command.NEW_SESSION:
            params = {}
        elif command in (Command.FIND_CHILD_ELEMENT, Command.FIND_CHILD_ELEMENTS):
            params["element"] = params.pop("id")
        elif command == Command.SET_TIMEOUTS and "pageLoad" not in params:
            params.pop("ms", None)
        elif command == Command.QUIT:
            params = {"flags": ["eForceQuit"]}
        error, result = self._ask(NAMES[command], params)
        if error is not None:
            return {"status": error["error"], "value": error}
        if isinstance(result, dict) and set(result) == {"value"}:
            result = result["value"]
        return {"status": 0, "value": result}

    def close(self):
        self._end()

    def _ask(self, name, params):
        self._number += 1
        message = json.dumps([0, self._number, name, params]).encode()
        self._line.sendall(b"%d:%b" % (len(message), message))
        _, number, error, result = self._receive()
        assert number == self._number, "Firefox answered something else"
        return error, result

    def _receive(self):
        length = b""
        while (digit := self._reader.read(1)) != b":":
            if not digit:
                raise ConnectionError("Firefox hung up")
            length += digit
        return json.loads(self._reader.read(int(length)))

    def _call(self, port):
        until = time.monotonic() + ENOUGH
        while True:
            try:
                line = socket.create_connection(("127.0.0.1", port), timeout=ENOUGH)
            except OSError:
                if self._firefox.poll() is not None:
                    raise RuntimeError("Firefox ended before it could be asked anything") from None
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return line

    def _end(self):
        for part in ("_reader", "_line"):
            with contextlib.suppress(AttributeError, OSError):
                getattr(self, part).close()
        try:
            self._firefox.wait(5)
        except subprocess.TimeoutExpired:
            self._firefox.kill()
            self._firefox.wait()
        self._profile.cleanup()


def _free_port():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]
