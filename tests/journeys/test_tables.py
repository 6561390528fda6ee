"""Names in tables keep their words whole on a wide screen, and an endless word still wraps."""

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from tests.journeys.browser import DESKTOP, PHONE, chromium

STYLES = Path(__file__).parents[2] / "helpdesk" / "static" / "css"
COLUMNS = ["Request", "Platform", "Trusted by", "Where it is now", "Written by", "Approved by"]
WORDS = "What is said here is long, and wants more of the room than there is. " * 6
NAME, ENDLESS = "Alexandra Montgomery", "a" * 120


@pytest.fixture
def browser():
    browser = chromium(scripts=True)
    yield browser
    browser.quit()


def rows(name):
    cells = "".join(
        f'<td data-label="{column}"><div>{said}</div></td>'
        for column, said in zip(
            COLUMNS[1:],
            [f"<bdi>{name}</bdi>", WORDS, WORDS, f"<bdi>{name}</bdi>", WORDS],
            strict=True,
        )
    )
    return f"<tr><th scope=row><bdi>{name}</bdi></th>{cells}</tr>"


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("name", [NAME, ENDLESS])
def test_a_name_in_a_table_keeps_its_words_whole_and_the_page_its_width(
    browser, tmp_path, size, name
):
    styles = "".join(
        f'<link rel="stylesheet" href="{STYLES / one}.css">' for one in ("base", "table", "staff")
    )
    heads = "".join(f"<th>{one}</th>" for one in COLUMNS)
    page = tmp_path / "table.html"
    page.write_text(
        f"<!doctype html><html lang=en><title>A</title>{styles}<body class=desk><main class=main>"
        f"<table class=table><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows(name)}</tbody></table></main></body></html>"
    )
    browser.set_window_size(*size)
    browser.get(page.as_uri())

    lines = [
        browser.execute_script("return arguments[0].getClientRects().length", one)
        for one in browser.find_elements(By.CSS_SELECTOR, "tbody bdi")
    ]

    width, room = browser.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert width <= room
    if name is NAME:
        assert max(lines) <= len(NAME.split())
