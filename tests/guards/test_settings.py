"""Every setting is described, a half-configured helpdesk names all that is missing."""

import re
from pathlib import Path

import pytest

from helpdesk.settings import LANGUAGES, NotConfigured, Settings, Surface

ROOT = Path(__file__).resolve().parents[2]
NAMES = set(re.findall(r'"([A-Z][A-Z_]{3,})"', (ROOT / "helpdesk" / "settings.py").read_text()))

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

    for name in (*WHOLE, "SERVICE_KEY_FILE"):
        assert f"{name} is missing" in str(refused.value)


def test_the_public_pages_need_the_intake_key_and_no_other(key_file):
    settings = Settings.from_environment({**WHOLE, "SERVES": "public", "INTAKE_KEY_FILE": key_file})

    assert settings.serves == {Surface.PUBLIC}
    assert settings.service_keys == ()
    assert settings.public_url == "http://public.test"


@pytest.mark.parametrize("serves", ["public", "staff", "partner", "public,staff"])
def test_pages_that_are_told_where_redis_is_do_not_start(key_file, serves):
    told = {
        **WHOLE,
        "SERVES": serves,
        "INTAKE_KEY_FILE": key_file,
        "SERVICE_KEY_FILE": key_file,
        "REDIS_URL": "unix:///redis.sock",
    }

    with pytest.raises(NotConfigured, match="pages have no use for it"):
        Settings.from_environment(told)

    del told["REDIS_URL"]
    assert Settings.from_environment(told).redis_url == "none"


@pytest.mark.parametrize("content", ["", "not base64!", "c2hvcnQ="])
def test_a_key_file_that_holds_no_key_is_named(tmp_path, content):
    path = tmp_path / "bad.key"
    path.write_text(content)

    with pytest.raises(NotConfigured, match="SERVICE_KEY_FILE"):
        Settings.from_environment({**WHOLE, "SERVICE_KEY_FILE": str(path)})


def test_an_unknown_surface_is_named(key_file):
    with pytest.raises(NotConfigured, match="attic"):
        Settings.from_environment({**WHOLE, "SERVES": "attic", "SERVICE_KEY_FILE": key_file})


def test_settings_do_not_print_their_keys(key_file):
    settings = Settings.from_environment({**WHOLE, "SERVICE_KEY_FILE": key_file})

    assert "aaaa" not in repr(settings)


def test_a_second_service_key_is_refused_because_nothing_is_sealed_anew(tmp_path, key_file):
    path = tmp_path / "two.key"
    path.write_text(Path(key_file).read_text() * 2)

    with pytest.raises(NotConfigured, match="more than one key"):
        Settings.from_environment({**WHOLE, "SERVICE_KEY_FILE": str(path)})
    both = Settings.from_environment({**WHOLE, "SERVES": "public", "INTAKE_KEY_FILE": str(path)})
    assert len(both.intake_keys) == 2


@pytest.mark.parametrize(
    ("said", "languages"),
    [("", LANGUAGES), ("fr, en", ("fr", "en")), ("ar es ar", ("ar", "es"))],
)
def test_the_languages_are_those_named_or_all(key_file, said, languages):
    settings = Settings.from_environment({**WHOLE, "SERVICE_KEY_FILE": key_file, "LANGUAGES": said})

    assert settings.languages == languages
    assert settings.offer_unreviewed is False


def test_a_language_we_do_not_have_is_named(key_file):
    with pytest.raises(NotConfigured, match="not tlh, xx"):
        Settings.from_environment({**WHOLE, "SERVICE_KEY_FILE": key_file, "LANGUAGES": "en,tlh,xx"})
