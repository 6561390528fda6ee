"""A browser without scripts: it follows links, fills in forms as they stand, and sends them."""

import re
from html.parser import HTMLParser


class Browser:
    """Keeps the page that is open. A form is sent with everything that is in it, hidden or not."""

    def __init__(self, client):
        self.client = client
        self.answer = None

    def open(self, address):
        self.answer = self.client.get(address, headers=FROM_US)
        if self.answer.status_code == 303 and address.endswith("/report"):
            self.answer = self.client.get(self.answer.location, headers=FROM_US)
        return self.answer

    def send(self, action, *, button=None, answers=(), without=(), follow=True, to=None):
        """Send the form with that address, the given answers in place of what stood there.

        `to` is the address of a button that sends the form somewhere else.
        """
        form = self.form(action)
        answers = dict(answers)
        fields = [pair for pair in form.fields if pair[0] not in {*answers, *without}]
        for name, value in answers.items():
            fields += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        if button:
            assert button in form.buttons, f"no button {button} in {form.buttons}"
            fields.append(button)
        assert to is None or to in form.other_actions, f"no button to {to}: {form.other_actions}"
        self.answer = self.post(to or form.action, fields)
        while follow and self.answer.status_code == 303:
            self.open(self.answer.headers["Location"])
        return self.answer

    def post(self, address, fields):
        data = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        return shown(self.client, self.client.post(address, data=data, headers=FROM_US))

    def form(self, action):
        page = _Page()
        page.feed(self.text)
        found = [form for form in page.forms if form.action == action]
        assert found, f"no form for {action} among {[form.action for form in page.forms]}"
        return found[0]

    @property
    def text(self):
        return self.answer.get_data(as_text=True)

    @property
    def status(self):
        return self.answer.status_code


def token_in(text):
    """The token of the first form of a page."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)[1]


def mark_in(page, action):
    """What the form of a page that goes to this address says that the page has shown."""
    browser = Browser(None)
    browser.answer = page
    try:
        fields = dict(browser.form(action).fields)
    except AssertionError:
        return {}
    return {name: fields[name] for name in ("seen", "seen_on_case", "heard") if name in fields}


FROM_US = {"Sec-Fetch-Site": "same-origin"}


def shown(client, answer):
    """The page that answers a form, where the browser is led to it."""
    if answer.status_code == 303 and "/results/" in answer.location:
        return client.get(answer.location, headers=FROM_US)
    return answer


class _Form:
    def __init__(self, action):
        self.action, self.fields, self.buttons, self.other_actions = action, [], [], []

    def has(self, button):
        if button.get("name"):
            self.buttons.append((button["name"], button["value"]))
        if button.get("formaction"):
            self.other_actions.append(button["formaction"])


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self._area, self._text = [], None, ""
        self._above = {}  # buttons that stand before their form, by its id

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        if tag == "form":
            self.forms.append(_Form(said["action"]))
            for button in self._above.pop(said.get("id"), ()):
                self.forms[-1].has(button)
        elif tag == "textarea" and said.get("name"):  # one to copy from is sent nowhere
            self._area, self._text = said["name"], ""
        elif tag == "button" and said.get("form"):
            self._above.setdefault(said["form"], []).append(said)
        elif tag == "button":
            self.forms[-1].has(said)
        elif tag == "input" and said.get("name"):
            if said.get("type") in ("radio", "checkbox") and "checked" not in said:
                return
            self.forms[-1].fields.append((said["name"], said.get("value") or ""))

    def handle_data(self, data):
        self._text += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            # as browsers do: the first line break is dropped, the others are sent as two letters
            text = self._text.removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
            self.forms[-1].fields.append((self._area, text))
