"""What a reporter is refused in the mailbox is said in their language."""

import pytest

from helpdesk.web.catalogues import load_catalogue
from tests.conftest import ROOT

REFUSALS = (
    "This has already been withdrawn.",
    "This no longer needs to be confirmed.",
    "You have already confirmed this. You can untick it instead.",
)


@pytest.mark.parametrize("language", ["ar", "es", "fr", "pt"])
def test_refusals_about_an_agreement_are_translated(language):
    there = load_catalogue(language)

    assert [one for one in REFUSALS if not there.get(one) or not there.get(one).string] == []
    source = (ROOT / "helpdesk/cases/operations/consents.py").read_text()
    assert all(one in source for one in REFUSALS)
