"""What a tick says: whom we may ask, in the language of the page."""

import pytest

from helpdesk.app import create_app
from helpdesk.cases.models import Agreement
from helpdesk.cases.states import ConsentKind
from helpdesk.intake.forms import consent_label
from helpdesk.settings import Surface

HOST = Agreement(ConsentKind.PLATFORM, "web-host")


@pytest.fixture
def pages(context):
    app = create_app(context, Surface.PUBLIC)
    app.extensions["languages"] = ("en", "fr")
    return app


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "The company that hosts the site"), ("fr", "L’entreprise qui héberge le site")],
)
def test_a_service_that_is_a_common_noun_is_called_in_the_language_of_the_page(
    pages, language, name
):
    with pages.test_request_context("/", environ_overrides={"helpdesk.language": language}):
        assert consent_label(HOST).endswith(f": {name}")
