"""Every setting is described, a half-configured helpdesk names all that is missing."""

import re
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from helpdesk import key_files
from helpdesk.key_files import KeyFile
from helpdesk.settings import LANGUAGES, NotConfigured, Settings, Surface
from helpdesk.supervisor.instance_folder import InstanceFolder
from helpdesk.supervisor.listening_sockets import SurfaceSocket
from helpdesk.supervisor.process_environments import ProcessEnvironments

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [(ROOT / "helpdesk" / name).read_text() for name in ("settings.py", "key_files.py")]
NAMES = {name for source in SOURCES for name in re.findall(r'"([A-Z][A-Z_]{3,})"', source)}

WHOLE = {
    "DATABASE_URL": "postgresql://helpdesk_app@/helpdesk",
    "REDIS_URL": "none",
    "PUBLIC_URL": "http://public.test/",
    "STAFF_URL": "http://staff.test",
    "PARTNER_URL": "http://partner.test",
    "MAIL_URL": "folder:///x",
    "MAIL_FROM": "helpdesk@helpdesk.test",
}


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "a.key"
    path.write_text("YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n")
    return str(path)


def test_every_setting_is_described_in_the_docs():
    described = (ROOT / "docs" / "running.md").read_text()

    assert {name for name in NAMES if f"`{name}`" not in described} == set()


def test_an_empty_environment_names_all_that_is_missing_at_once():
    with pytest.raises(NotConfigured) as refused:
        Settings.from_environment({})

    for name in WHOLE:
        assert f"{name} is missing" in str(refused.value)


@pytest.mark.parametrize("surface", ["public", "staff", "partner"])
def test_pages_need_no_mail_server_and_refuse_to_know_its_password(surface):
    for mail_url, refuses in (("", False), ("folder:///x", False), ("smtps://us:pw@a.test", True)):
        with pytest.raises(NotConfigured) as refused:
            Settings.from_environment({"SERVES": surface, "MAIL_URL": mail_url})
        said = str(refused.value)
        assert ("MAIL_URL is set, but the pages send no email" in said) is refuses
        assert "MAIL_URL is missing" not in said
        assert "MAIL_FROM" not in said
        assert "us:pw" not in said


GIVEN = {
    "public": {
        "INTAKE_KEY_FILE",
        "STAFF_SIGNING_PUBLIC_FILE",
        "REMINDER_ADDRESSES_PUBLIC_FILE",
    },
    "staff": {
        "STAFF_FACTORS_KEY_FILE",
        "STAFF_PEPPER_FILE",
        "DUTY_ADDRESSES_PUBLIC_FILE",
        "PARTNER_ADDRESSES_PUBLIC_FILE",
        "STAFF_SIGNING_KEY_FILE",
        "PARTNER_SIGNING_KEY_FILE",
    },
    "partner": {
        "PARTNER_FACTORS_KEY_FILE",
        "PARTNER_PEPPER_FILE",
        "DUTY_ADDRESSES_PUBLIC_FILE",
        "PARTNER_SIGNING_KEY_FILE",
    },
    "notices": {"DUTY_ADDRESSES_KEY_FILE"},
    "deliveries": {"PARTNER_ADDRESSES_KEY_FILE"},
    "reminders": {"REMINDER_ADDRESSES_KEY_FILE"},
    "ticker": {
        "HISTORY_KEY_FILE",
        "DUTY_ADDRESSES_KEY_FILE",
        "PARTNER_ADDRESSES_KEY_FILE",
        "REMINDER_ADDRESSES_KEY_FILE",
    },
}


def started_as(process, told):
    """What a process of that kind reads from its surroundings, before it does anything."""
    if process in set(Surface):
        return Settings.from_environment({**told, "SERVES": process})
    holds = {**key_files.OF_WORKER, "ticker": key_files.OF_TICKER}[process]
    return Settings.from_environment(told, holds=holds)


def read_by(settings):
    intake = {KeyFile.INTAKE.value} if settings.intake_keys else set()
    return intake | {key.value for key in settings.service_keys}


@pytest.mark.parametrize("process", GIVEN)
def test_a_process_starts_with_its_own_keys_and_reads_no_other(process, key_file):
    settings = started_as(process, {**WHOLE, **dict.fromkeys(GIVEN[process], key_file)})

    assert read_by(settings) == GIVEN[process]


@pytest.mark.parametrize("process", GIVEN)
def test_a_process_that_lacks_one_of_its_keys_or_is_told_another_does_not_start(process, key_file):
    own = {**WHOLE, **dict.fromkeys(GIVEN[process], key_file)}

    for name in GIVEN[process]:
        with pytest.raises(NotConfigured, match=f"{name} is missing"):
            started_as(process, {one: own[one] for one in own if one != name})
    for name in set(KeyFile) - GIVEN[process] | {"SERVICE_KEY_FILE"}:
        with pytest.raises(NotConfigured, match=f"{name} (is set, but this|named the one key)"):
            started_as(process, {**own, name: key_file})


def test_no_process_but_the_ticker_opens_what_is_for_two_purposes():
    opens = {
        process: {one for one in keys if "KEY_FILE" in one and "SIGNING" not in one}
        for process, keys in GIVEN.items()
    }

    assert {process for process, keys in opens.items() if len(keys) > 1} == {"ticker"}


def test_the_public_pages_need_the_intake_key_and_what_checks_a_queues(key_file):
    told = dict.fromkeys(GIVEN["public"], key_file)

    settings = Settings.from_environment({**WHOLE, **told, "SERVES": "public"})

    assert settings.serves == {Surface.PUBLIC}
    assert read_by(settings) == GIVEN["public"]
    assert settings.public_url == "http://public.test"


@pytest.mark.parametrize("serves", ["public", "staff", "partner", "public,staff"])
def test_pages_that_are_told_where_redis_is_do_not_start(key_file, serves):
    keys = {name for surface in serves.split(",") for name in GIVEN[surface]}
    told = {**WHOLE, **dict.fromkeys(keys, key_file)}
    told |= {"SERVES": serves, "REDIS_URL": "unix:///redis.sock"}

    with pytest.raises(NotConfigured, match="the pages do not need it"):
        Settings.from_environment(told)

    del told["REDIS_URL"]
    assert Settings.from_environment(told).redis_url == "none"


@pytest.mark.parametrize("content", ["", "not base64!", "c2hvcnQ="])
def test_a_key_file_that_holds_no_key_is_named(tmp_path, content):
    path = tmp_path / "bad.key"
    path.write_text(content)

    with pytest.raises(NotConfigured, match="DUTY_ADDRESSES_KEY_FILE does not name"):
        started_as("notices", {**WHOLE, "DUTY_ADDRESSES_KEY_FILE": str(path)})


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("http://public.test", "PUBLIC_URL"),
        ("https://PUBLIC.test:8443", "PUBLIC_URL"),
        ("http://public.test.", "PUBLIC_URL"),
        ("http://x.public.test", "PUBLIC_URL"),
        ("https://bücher.test", "STAFF_URL"),
        ("https://xn--bcher-kva.test", "STAFF_URL"),
        ("https://example.test", "PARTNER_URL"),
        ("https://helpdesk.test", "MAIL_FROM"),
    ],
)
@pytest.mark.parametrize("setting", ["REMINDER_URL", "REMINDER_FROM"])
def test_reminders_may_not_name_a_host_of_ours(address, named, setting):
    at = address if setting == "REMINDER_URL" else f"notes@{urlsplit(address).hostname}"
    if setting == "REMINDER_FROM" and not (at.isascii() and at[-1].isalpha()):
        return  # no sender is written so
    ours = {"STAFF_URL": "https://bücher.test", "PARTNER_URL": "https://desk.example.test"}

    with pytest.raises(NotConfigured, match=f"{setting} is at the host of {named}"):
        Settings.from_environment({**WHOLE, **ours, setting: at})


def test_reminders_are_offered_where_both_of_their_settings_are_there():
    told = {"REMINDER_FROM": "notes@calendar.test", "REMINDER_URL": "http://dates.test/"}

    assert Settings.from_environment({**WHOLE, **told}).offers_reminders
    for name in told:
        alone = Settings.from_environment({**WHOLE, name: told[name]})
        assert not alone.offers_reminders


def test_a_drill_offers_reminders_whose_link_names_another_host(tmp_path):
    nowhere = SimpleNamespace(url=lambda _role: "")
    sockets = [SurfaceSocket(one, 8000 + at, None) for at, one in enumerate(Surface)]
    drill = ProcessEnvironments(InstanceFolder(tmp_path), sockets, nowhere, nowhere, {})

    for told in (drill.pages("public"), drill.worker("reminders"), drill.ticker()):
        urls = {name: told[name] for name in ("PUBLIC_URL", "REMINDER_FROM", "REMINDER_URL")}
        settings = Settings.from_environment({**WHOLE, **urls})
        assert settings.offers_reminders
        assert urlsplit(settings.reminder_url).port == urlsplit(settings.public_url).port


def test_an_unknown_surface_is_named():
    with pytest.raises(NotConfigured, match="attic"):
        Settings.from_environment({**WHOLE, "SERVES": "attic"})


def test_settings_do_not_print_their_keys(key_file):
    settings = started_as("notices", {**WHOLE, "DUTY_ADDRESSES_KEY_FILE": key_file})

    assert "aaaa" not in repr(settings)


def test_a_second_key_is_refused_where_there_is_another_way_to_change_it(tmp_path, key_file):
    path = tmp_path / "two.key"
    path.write_text(Path(key_file).read_text() * 2)

    with pytest.raises(NotConfigured, match="more than one key"):
        started_as("notices", {**WHOLE, "DUTY_ADDRESSES_KEY_FILE": str(path)})
    both = started_as(
        "public",
        {**WHOLE, **dict.fromkeys(GIVEN["public"], key_file), "INTAKE_KEY_FILE": str(path)},
    )
    assert len(both.intake_keys) == 2


@pytest.mark.parametrize(
    ("said", "languages"),
    [("", LANGUAGES), ("fr, en", ("fr", "en")), ("ar es ar", ("ar", "es"))],
)
def test_the_languages_are_those_named_or_all(said, languages):
    settings = Settings.from_environment({**WHOLE, "LANGUAGES": said})

    assert settings.languages == languages
    assert settings.offer_unreviewed is False


def test_a_language_we_do_not_have_is_named():
    with pytest.raises(NotConfigured, match="not tlh, xx"):
        Settings.from_environment({**WHOLE, "LANGUAGES": "en,tlh,xx"})


@pytest.mark.parametrize(
    ("said", "is_on"),
    [
        *((word, True) for word in ("1", "yes", "YES", "true", "True", "on", " on ")),
        *((word, False) for word in ("", "0", "no", "false", "Off")),
    ],
)
@pytest.mark.parametrize("name", ["DRILL", "WITHOUT_SUPERUSER", "OFFER_UNREVIEWED"])
def test_a_switch_is_understood_however_it_is_said(name, said, is_on):
    settings = Settings.from_environment({**WHOLE, name: said})

    assert getattr(settings, name.lower()) is is_on


@pytest.mark.parametrize("name", ["DRILL", "WITHOUT_SUPERUSER", "OFFER_UNREVIEWED"])
@pytest.mark.parametrize("said", ["y", "2", "enabled", "tru", "-"])
def test_a_switch_that_says_neither_is_refused(name, said):
    with pytest.raises(NotConfigured, match=f"{name} must be 1 or 0"):
        Settings.from_environment({**WHOLE, name: said})


def test_every_switch_is_asked_for_by_the_same_parser():
    """No setting is compared with a word: another word for it would count as no, unsaid."""
    assert not re.findall(r'environment\.get\("[A-Z_]+", *"[^"]*"\) *==', SOURCES[0])


def test_pages_that_are_not_told_which_ask_for_that_alone():
    with pytest.raises(NotConfigured) as refused:
        Settings.from_environment({}, serves_pages=True)

    assert str(refused.value).startswith("SERVES is missing")
    assert "REDIS_URL" not in str(refused.value)
    assert "MAIL_URL" not in str(refused.value)
