"""A browser without scripts: it follows links, fills in forms as they stand, and sends them."""

from html.parser import HTMLParser


class Browser:
    """Keeps the page that is open. A form is sent with everything that is in it, hidden or not."""

    def __init__(self, client):
        self.client = client
        self.answer = None

    def open(self, address):
        self.answer = self.client.get(address, headers=FROM_US)
        return self.answer

    def send(self, action, *, button=None, answers=(), without=(), follow=True):
        """Send the form with that address, the given answers in place of what stood there."""
        form = self.form(action)
        answers = dict(answers)
        fields = [pair for pair in form.fields if pair[0] not in {*answers, *without}]
        for name, value in answers.items():
            fields += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        if button:
            assert button in form.buttons, f"no button {button} in {form.buttons}"
            fields.append(button)
        self.answer = self.post(form.action, fields)
        if follow and self.answer.status_code == 303:
            self.open(self.answer.headers["Location"])
        return self.answer

    def post(self, address, fields):
        data = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        return self.client.post(address, data=data, headers=FROM_US)

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


FROM_US = {"Sec-Fetch-Site": "same-origin"}


class _Form:
    def __init__(self, action):
        self.action, self.fields, self.buttons = action, [], []


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self._area, self._text = [], None, ""

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        if tag == "form":
            self.forms.append(_Form(said["action"]))
        elif tag == "textarea":
            self._area, self._text = said["name"], ""
        elif tag == "button" and said.get("name"):
            self.forms[-1].buttons.append((said["name"], said["value"]))
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
