"""A mark of a protocol is explained where it stands."""

import pytest

from helpdesk.authoring.reading.step_fields import PAP


@pytest.mark.parametrize("mark", PAP)
def test_every_mark_that_a_step_can_bear_has_words(staff, mark):
    step = {"do": "", "why": "", "risk": "", "words": "", "pap": mark, "wait": None, "phase": ""}

    with staff.application.test_request_context():
        template = staff.application.jinja_env.get_template("playbooks/_text.html")
        said = template.render(one=step, case={"language": "en"}, platform=None)

    assert f"{mark}: " in said
    assert len(said.split(f"{mark}: ")[1].split()) > 6
