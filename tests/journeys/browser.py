"""Real browsers for the journeys, axe-core to judge their pages, and pictures for people.

A browser that is missing fails the test that wants it: a journey nobody walked proves nothing.
"""

import shutil
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.firefox.options import Options as FirefoxOptions
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.expected_conditions import (
    presence_of_element_located,
    staleness_of,
)
from selenium.webdriver.support.wait import WebDriverWait

from tests.journeys.marionette import Marionette

AXE = Path(__file__).parent / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
QUIET = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
]
NARROW, PHONE, DESKTOP = (320, 640), (360, 800), (1280, 900)
BLOCK = 2
PATIENCE = 20
LOOK_AGAIN = 0.05
PARTS = """
    const differ = ["id", "for", "name", "value", "href", "action", "datetime",
                    "aria-label", "aria-labelledby", "aria-describedby"];
    const named = part => part && [part.localName, part.labels?.length, !part.textContent.trim(),
        ...[...part.attributes].filter(one => !differ.includes(one.name))
            .map(one => `${one.name}=${one.value}`).sort()].join(" ");
    const parts = [...document.querySelectorAll("*")];
    const headings = parts.filter(one => /^h[1-6]$/.test(one.localName));
    return [...new Set([
        ...parts.map(one => `${named(one.parentElement)} > ${named(one)}`),
        [...document.head.children].map(named).join(", "),
        headings.map(one => one.localName).join(" ")])];
"""


class BrowserMissing(Exception):
    """The journeys need real browsers: apt-get install chromium chromium-driver firefox-esr."""


def chromium(*, scripts, cookies=True):
    """Debian's Chromium. Scripts are on only where axe has to run."""
    options = webdriver.ChromeOptions()
    options.binary_location = _program("chromium")
    for argument in QUIET:
        options.add_argument(argument)
    blocked = [("javascript", scripts), ("cookies", cookies)]
    prefs = {
        f"profile.managed_default_content_settings.{what}": BLOCK
        for what, is_on in blocked
        if not is_on
    }
    if prefs:
        options.add_experimental_option("prefs", prefs)
    return webdriver.Chrome(options=options, service=Service(_program("chromedriver")))


def firefox():
    """Debian's Firefox ESR with scripts off: the nearest thing to Tor Browser at "Safest"."""
    line = Marionette(
        _program("firefox-esr"),
        {
            "javascript.enabled": False,
            "browser.shell.checkDefaultBrowser": False,
            "app.update.disabledForTesting": True,
            "datareporting.policy.dataSubmissionEnabled": False,
            "network.captive-portal-service.enabled": False,
            "network.connectivity-service.enabled": False,
            "services.settings.server": "",
            "browser.startup.homepage_override.mstone": "ignore",
        },
    )
    return WebDriver(command_executor=line, options=FirefoxOptions())


def violations(browser):
    """What axe-core finds wrong with the page that is open, one line for each element."""
    if not browser.execute_script("return 'axe' in window"):
        browser.execute_script(AXE.read_text())
    found = browser.execute_async_script(
        """
        const [rules, done] = arguments;
        axe.run(document, {runOnly: rules, resultTypes: ["violations"]})
          .then(result => done(result.violations), error => done([{id: String(error), nodes: []}]));
        """,
        RULES,
    )
    return [
        f"{fault['id']}: {node['html'][:200]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for fault in found
        for node in fault["nodes"]
    ] + [fault["id"] for fault in found if not fault["nodes"]]


def look_as(browser, size=DESKTOP, *, dark=False):
    """Show the page as on a phone or a desk, by day or by night (Chromium only)."""
    width, height = size
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]},
    )
    waiting(browser).until(
        lambda it: it.execute_script("return innerWidth") == width, "the window keeps its size"
    )


def shots(browser, folder, name):
    """Pictures of the whole page: on a phone and on a desk, by day and by night."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in (PHONE, DESKTOP):
        for dark in (False, True):
            look_as(browser, size, dark=dark)
            height = browser.execute_script("return document.documentElement.scrollHeight")
            look_as(browser, (size[0], max(height, size[1])), dark=dark)
            kind = "dark" if dark else "light"
            browser.save_screenshot(str(folder / f"{name}-{size[0]}-{kind}.png"))
    look_as(browser)


def too_wide(browser):
    """What reaches over the edge, if a reader would have to push the page to and fro."""
    return browser.execute_script(
        """
        const page = document.documentElement;
        if (page.scrollWidth <= page.clientWidth) return [];
        const over = [...document.querySelectorAll("body *")].filter(
            part => part.getBoundingClientRect().right > page.clientWidth);
        return [`${page.scrollWidth} > ${page.clientWidth}`,
                ...over.map(part => part.outerHTML.slice(0, 120))];
        """
    )


def cut_off(browser):
    """What holds more than it shows, and no way to reach the rest."""
    return browser.execute_script(
        """
        return [...document.querySelectorAll("main *, header *, footer *")].filter(part =>
            part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 1
            && !part.ariaHidden && !part.matches("input")
            && ["hidden", "clip"].includes(getComputedStyle(part).overflowX)
        ).map(part => part.outerHTML.slice(0, 120));
        """
    )


# The parts that axe has looked at in this test; None where it looks at every page.
_examined: set[str] | None = None


def begin_to_examine(*, everything):
    """Nothing has been looked at yet; with `everything`, no page is passed over."""
    global _examined
    _examined = None if everything else set()


def has_new_parts(browser):
    """Whether a part, a head or an order of headings was on no page examined before.

    A part is an element with its attributes inside its parent with theirs, and whether they have
    labels and words; which words makes no new part.
    """
    if _examined is None:
        return True
    parts = set(browser.execute_script(PARTS))
    is_new = not parts <= _examined
    _examined.update(parts)
    return is_new


def examine(browser):
    """Nothing for axe to find, on a narrow phone by night and on a desk by day.

    Of pages made of the same parts, as the steps of a playbook are, axe looks at the first.
    """
    is_new = has_new_parts(browser)
    for size, dark in ((NARROW, True), (DESKTOP, False)):
        look_as(browser, size, dark=dark)
        found = [*(violations(browser) if is_new else ()), *too_wide(browser)]
        assert found == [], f"{browser.current_url}: {found}"


def field(browser, label):
    """The field that a person would find by its words."""
    words = f"//label[contains(normalize-space(.), {quoted(label)})]"
    return browser.find_element(
        By.ID, browser.find_element(By.XPATH, words).get_dom_attribute("for")
    )


def press(browser, words, inside="main"):
    """Press the button, or follow the link, with these words, and wait for the page it leads to."""
    which = f"[contains(normalize-space(.), {quoted(words)})]"
    old = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.XPATH, f"//{inside}//button{which} | //{inside}//a{which}").click()
    until_next_page(browser, old)


def until_next_page(browser, old):
    """Wait for the page that follows the one whose `html` is `old`."""
    # While one page makes way for the next, Chromium may answer with an error of its own.
    wait = waiting(browser, ignored_exceptions=[WebDriverException])
    wait.until(staleness_of(old))
    wait.until(presence_of_element_located((By.CSS_SELECTOR, "main h1")))


def waiting(browser, **how):
    """Wait as long as a busy machine needs, and not half a second more for each page."""
    return WebDriverWait(browser, PATIENCE, poll_frequency=LOOK_AGAIN, **how)


def choose(browser, words):
    """Choose the answer with these words, the first such on the page; unfold what it lies in."""
    words = f"//main//label[contains(normalize-space(.), {quoted(words)})]"
    label = browser.find_element(By.XPATH, words)
    for fold in label.find_elements(By.XPATH, "ancestor::details[not(@open)]/summary"):
        fold.click()
    label.click()


def text(browser, css="main"):
    """The words of a part of the page, as a person reads them."""
    return browser.find_element(By.CSS_SELECTOR, css).text


def texts(browser, css):
    """The words of every such part of the page."""
    return [part.text for part in browser.find_elements(By.CSS_SELECTOR, css)]


def first_stop(browser):
    """What the Tab key reaches first, going by the order of the page."""
    stops = "a[href], button, input:not([type=hidden]), textarea, select, summary"
    return browser.find_element(By.CSS_SELECTOR, stops).text


def weight(browser):
    """How many bytes the open page is, with everything it loads; and from where it came."""
    return browser.execute_script(
        """
        const parts = [...performance.getEntriesByType("navigation"),
                       ...performance.getEntriesByType("resource")];
        return [parts.reduce((sum, part) => sum + part.decodedBodySize, 0),
                [...new Set(parts.map(part => new URL(part.name).origin))]];
        """
    )


def quoted(words):
    """Words as a string of XPath."""
    assert "'" not in words or '"' not in words
    return f'"{words}"' if "'" in words else f"'{words}'"


def _program(name):
    path = shutil.which(name)
    if path is None:
        raise BrowserMissing(f"{name} is not installed. {BrowserMissing.__doc__}")
    return path
