"""Who comes to the house: each with a browser, and with what only they know."""

import base64
import html
import re
import time
from datetime import UTC, datetime

from helpdesk.accounts import second_factor
from helpdesk.core.codes import ReturnCode
from helpdesk.settings import Surface
from tests.intake.browser import Browser

IN_LETTERS = re.compile(r'class="code-letters"[^>]*>\s*([^<]+?)\s*<')


class Visitor(Browser):
    """Somebody at a surface, coming from somewhere; all that they come to read is kept."""

    def __init__(self, house, plant, surface, who):
        super().__init__(house.client(surface))
        self.plant, self.who, self.read, self.typed, self.cookies = plant, who, [], [], {}
        came_from = {
            "REMOTE_ADDR": plant.address("address"),
            "HTTP_X_FORWARDED_FOR": plant.address("forwarded address"),
            "HTTP_USER_AGENT": f"Mozilla/5.0 ({plant.word('user agent')})",
        }
        self.client.environ_base.update(came_from)

    def open(self, address):
        super().open(address)
        while self.status == 303:
            super().open(self.answer.headers["Location"])
        if self.status == 200:
            self.note()
        return self._keep_cookies()

    def send(self, action, **kwargs):
        super().send(action, **kwargs)
        return self._keep_cookies()

    def post(self, address, fields):
        self.typed += [value for _name, value in fields]
        return super().post(address, fields)

    def expect(self, status):
        assert self.status == status, f"{self.who} got {self.status}:\n{self.plain}"
        return self

    def note(self):
        """Remember the page that is open as one that showed what it should."""
        self.read.append(html.unescape(self.text))

    @property
    def plain(self):
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(self.text))).strip()

    @property
    def address(self):
        """Where they are."""
        return self.answer.request.path

    def actions(self, end):
        """The forms on the page whose address ends like that."""
        return [one for one in re.findall(r'action="([^"]+)"', self.text) if one.endswith(end)]

    def in_letters(self):
        """The code that this page shows, once."""
        self.note()
        return IN_LETTERS.search(self.text)[1]

    def _keep_cookies(self):
        """What lets in is a secret too. It ends up in no page, so where it came from is kept."""
        name = self.client.application.config["DOOR_COOKIE_NAME"]
        cookie = self.client.get_cookie(name)
        if cookie is not None and cookie.value not in self.cookies:
            self.cookies[cookie.value] = name
            self.plant.add("session cookie", cookie.value)
        return self.answer


class Member(Visitor):
    """Somebody who can sign in."""

    def __init__(self, house, plant, handle, code, surface=Surface.STAFF):
        super().__init__(house, plant, surface, handle)
        self.peppers = house.peppers_for_surface(surface)
        self.handle = handle
        self.enrolment_code = plant.add("enrolment code", code, code.replace("-", ""))
        self.passphrases, self.recovery_keys, self.seed, self._step = [], [], "", 0

    def enrol(self):
        """With the seven words that are suggested, and an app for the second factor."""
        self.open("/enrol")
        self.send("/enrol", answers={"code": self.enrolment_code})
        self.expect(200).note()
        fields = dict(self.form("/enrolment").fields)
        self.seed = fields["seed"]
        self.plant.add("second factor's seed", self.seed, base64.b32decode(self.seed))
        self._new_passphrase(fields["suggested"])
        # The code before this one, so that the next ones are free. It may just have ended.
        for early in (1, 0):
            self.send("/enrolment", answers=self._twice() | {"first_code": self._code(-early)})
            if self.status == 201:
                break
        self._new_recovery_key()
        return self

    def recover(self):
        """The passphrase is lost; the paper with the recovery key is not."""
        self.open("/recover")
        fields = dict(self.form("/recover").fields)
        self._new_passphrase(fields["suggested"])
        answers = {"handle": self.handle, "recovery_key": self.recovery_keys[-1]}
        self.send("/recover", answers=answers | self._twice() | {"second_factor": self._code()})
        self._new_recovery_key()
        return self

    def sign_in(self):
        self.open("/sign-in")
        answers = {"handle": self.handle, "passphrase": self.passphrases[-1]}
        self.send("/sign-in", answers=answers)
        self.expect(200)
        self.send("/sign-in/code", answers={"code": self._code()})
        self.expect(200)
        assert not self.address.startswith("/sign-in"), self.plain
        return self

    def sign_out(self):
        self.send("/sign-out")
        return self.expect(200)

    def _code(self, later=0):
        """The six digits of a half minute that was not used yet, waiting for it if need be."""
        self._step = max(self._step + 1, _now() + later)
        while self._step > _now() + 1:
            time.sleep(0.2)
        return second_factor.totp_code_at(self.seed, self._step)

    def _twice(self):
        return {"passphrase": self.passphrases[-1], "again": self.passphrases[-1]}

    def _new_passphrase(self, words):
        self.note()
        ways = [sign.join(words.split()) for sign in ("", "-", "_", "\n", ",")]
        self.passphrases.append(self.plant.add("passphrase", words, *ways))

    def _new_recovery_key(self):
        key = self.expect(201).in_letters()
        self.recovery_keys.append(self.plant.add("recovery key", key, key.replace("-", "")))


class Reporter(Visitor):
    """Somebody in trouble, with the code that leads back to their case."""

    def __init__(self, house, plant, who):
        super().__init__(house, plant, Surface.PUBLIC, who)
        self.code = self.ref = None

    def report(self, first, own, last):
        """Four pages, and the page of advice behind the code."""
        self.open("/report")
        self.send("/report", button=("to", "2"), answers=first)
        self.send("/report", button=("to", "3"))
        self.expect(200)
        self.send("/report", button=("to", "4"), answers=own)
        self.expect(200)
        self.send("/report", button=("to", "send"), answers=last)
        self.expect(200).note()
        words = re.findall(r"<li>(\w+) </li>", self.text)
        letters = IN_LETTERS.search(self.text)[1]
        self.code = ReturnCode.read(" ".join(words))
        self.ref = re.search(r"reference is \u2066?([\w-]+)", self.plain)[1]
        assert ReturnCode.read(letters) == self.code
        # They stand in a list, one by one.
        self.read.append(" ".join(words))
        ways = [sign.join(words) for sign in ("", "-", "_", "\n", ",", '", "')]
        self.plant.add("return code", " ".join(words), *ways)
        plain = self.code.letters.replace("-", "")
        self.plant.add("return code", letters, plain, self.code.letters, " ".join(plain))
        return self

    def come_back(self, as_letters=False):
        self.open("/mailbox")
        code = self.code.letters if as_letters else " ".join(self.code.words)
        self.send("/mailbox", answers={"code": code})
        return self.expect(200)

    def write(self, words):
        self.open("/mailbox/case")
        self.send("/mailbox/case/messages", answers={"body": words})
        return self.expect(200)

    def leave_mailbox(self):
        self.open("/mailbox/case")
        self.send("/mailbox/sign-out")
        return self.expect(200)


def _now():
    return int(datetime.now(UTC).timestamp()) // second_factor.SECONDS
