"""The host of the link that stops email reminders: whatever is asked of it, it names nobody."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client

from helpdesk.host_dispatch import application_for
from helpdesk.intake import operations
from helpdesk.settings import Surface
from tests.intake.browser import token_in

LINK = f"/en/stop/{'0' * 64}"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
ODD = (
    "/", "/en", "/en/", "/en/stop/", f"{LINK}/", f"{LINK}.", "/en/stop/%00", "/en/nothing",
    "/robots.txt", "/favicon.ico", "/static/", "/en/static/none.css", "/%2e%2e/", "/xx/stop/1",
    "/.well-known/security.txt", f"/stop/{'0' * 64}", "//stop", "/en//stop",
)  # fmt: skip
SURFACES = (frozenset({Surface.PUBLIC}), frozenset({Surface.PUBLIC, Surface.STAFF}))


@pytest.fixture(params=SURFACES, ids=["alone", "beside the staff's"])
def visitor(request, house):
    """Anyone who opens the host of the link, and what it must not say."""
    return Client(application_for(house.intake, request.param))


def answers(house, visitor, path, *, method="GET", host=None, **more):
    """What came back, after every redirect."""
    url = house.intake.settings.reminder_url
    base = f"http://{host}" if host else url
    answer = visitor.open(path, method=method, base_url=base, **more)
    for _ in range(4):
        if not 300 <= answer.status_code < 400:
            break
        answer = visitor.get(urlsplit(answer.headers["Location"]).path, base_url=base)
    return answer


def named(house, answer):
    """What an answer says of us, in its headers, too."""
    settings = house.intake.settings
    said = answer.get_data(as_text=True) + str(answer.headers)
    hosts = {urlsplit(u).hostname for u in (settings.public_url, settings.staff_url)}
    names = {settings.helpdesk_name, "Helpdesk", "return code", "Leave this page", *hosts}
    return sorted(name for name in names if name in said)


def test_no_address_of_ours_answers_there_but_those_that_stop(house, app, visitor):
    routes = {f"/en{rule.rule}".replace("<token>", "0" * 64) for rule in app.url_map.iter_rules()}
    assert "/en/report" in routes
    shown = {}
    for path in sorted(routes | set(ODD)):
        for method in METHODS:
            answer = answers(house, visitor, path, method=method)
            assert not named(house, answer), (method, path)
            shown[method, path] = answer.status_code
    opened = {path for (method, path), status in shown.items() if method == "GET" and status == 200}
    stops = {path for path in opened if "/stop" in path}
    assert opened == stops
    assert LINK in stops


@pytest.mark.parametrize("host", ["DATES.test", "dates.test:80", "dates.test."])
def test_its_name_may_be_written_in_other_ways(house, host):
    visitor = Client(application_for(house.intake, SURFACES[0]))

    assert answers(house, visitor, "/en/report", host=host).status_code == 404
    assert answers(house, visitor, LINK, host=host).status_code == 200


@pytest.mark.parametrize("said", ["dates.test:", "dates.test:abc", "dates.test:99999999"])
def test_a_name_that_cannot_be_read_shows_nothing_of_ours_either(house, said):
    visitor = Client(application_for(house.intake, SURFACES[0]))

    for path in ("/", "/en", "/en/report", "/robots.txt"):
        answer = visitor.get(path, headers={"Host": said})

        assert answer.status_code == 404
        assert not named(house, answer), path


@pytest.mark.parametrize(
    "said",
    [{"Origin": "null"}, {"Origin": "https://dates.test"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_the_button_works_wherever_the_link_was_opened(house, visitor, said):
    """What the link holds is the right to it, whatever a browser or a proxy makes of the host."""
    token = token_in(answers(house, visitor, LINK).get_data(as_text=True))

    done = answers(house, visitor, LINK, method="POST", data={"csrf_token": token}, headers=said)

    assert "any more of these emails" in done.get_data(as_text=True)


def test_a_page_that_was_open_too_long_is_offered_again_and_works(house, visitor):
    old = answers(house, visitor, LINK, method="POST", data={"csrf_token": "old"})
    assert old.status_code == 400
    assert not named(house, old)

    url = house.intake.settings.reminder_url
    same_site = {"Origin": url}
    again = answers(
        house, visitor, LINK, method="POST", data={"csrf_token": "old"}, headers=same_site
    )
    page = again.get_data(as_text=True)
    assert not named(house, again)
    assert "Send it again" in page
    token = token_in(page)
    done = answers(
        house, visitor, LINK, method="POST", data={"csrf_token": token}, headers=same_site
    )
    assert "any more of these emails" in done.get_data(as_text=True)


def test_where_the_database_is_away_the_button_is_offered_again(house, visitor, monkeypatch):
    page = answers(house, visitor, LINK).get_data(as_text=True)
    token = token_in(page)

    def is_away(*_arguments):
        raise OperationalError("", {}, Exception("away"))

    monkeypatch.setattr(operations, "end_reminders_by_link", is_away)
    url = house.intake.settings.reminder_url
    answer = answers(
        house, visitor, LINK, method="POST", data={"csrf_token": token}, headers={"Origin": url}
    )

    assert answer.status_code == 503
    assert not named(house, answer)
    assert "Send it again" in answer.get_data(as_text=True)


def test_it_sets_no_cookie_and_serves_no_style_sheet_but_those_of_its_pages(house, app, visitor):
    answer = answers(house, visitor, LINK)
    page = answer.get_data(as_text=True)
    linked = set(re.findall(r'href="[^"]*/static/(css/[a-z]+\.css)"', page))
    folder = Path(app.static_folder)
    present = {str(one.relative_to(folder)) for one in folder.rglob("*.*")}

    served = set()
    for one in sorted(present):
        with answers(house, visitor, f"/static/{one}") as file:
            served |= {one} if file.status_code == 200 else set()

    assert "Set-Cookie" not in answer.headers
    assert linked
    assert served == linked
