"""Every link that a template or a view makes leads to an endpoint that there is."""

import re
from pathlib import Path

import pytest

from helpdesk.app import create_app
from helpdesk.settings import Surface

HELPDESK = Path(__file__).resolve().parents[2] / "helpdesk"
# url_for's first argument; a name that begins with a dot belongs to the blueprint of the page.
NAMED = re.compile(r"""url_for\(\s*["']([\w.]+)["']""")
# Names of endpoints that stand alone, in sets and dictionaries.
BARE = re.compile(r"""["']((?:intake|duty|cases|accounts|partner_desk)\.[a-z_]+)["']""")


@pytest.fixture
def endpoints(context):
    return {
        rule.endpoint
        for surface in Surface
        for rule in create_app(context, surface).url_map.iter_rules()
    }


def test_every_link_leads_to_an_endpoint(endpoints):
    ends = {f".{one.rpartition('.')[2]}" for one in endpoints}
    files = [*(HELPDESK / "templates").rglob("*.html"), *HELPDESK.rglob("*.py")]
    links = [(path.name, name) for path in files for name in NAMED.findall(path.read_text())]

    assert len(links) > 300
    assert not [(path, name) for path, name in links if name not in endpoints | ends]


def test_the_check_sees_a_name_that_nothing_has(endpoints):
    [name] = NAMED.findall("{{ url_for('intake.renamed_since') }}")

    assert name not in endpoints


def test_endpoints_that_are_listed_are_there(endpoints):
    source = (HELPDESK / "app.py").read_text()
    listed = BARE.findall(source)

    assert len(listed) >= 6
    assert not [name for name in listed if name not in endpoints]
