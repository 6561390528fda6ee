"""What cannot be understood is refused in a sentence, and never as a failure of ours."""

import pytest

from tests import factories


@pytest.mark.parametrize("handle", ["\0", "nobody\0", "n" * 5000])
def test_a_sign_in_name_that_cannot_exist_is_like_any_unknown_one(staff, handle):
    staff.application.config["WTF_CSRF_ENABLED"] = False

    answer = staff.post("/sign-in", data={"handle": handle, "passphrase": "seven words"})

    assert answer.status_code == 422


def test_an_address_with_a_nul_leads_nowhere(staff, desk):

    with desk.begin() as work:
        somebody = factories.a_person(work, teams=[factories.a_team(work)])
    factories.sign_in(staff, somebody)

    assert staff.get("/queues/%00").status_code in (400, 404)
    assert staff.get("/cases/%00").status_code in (400, 404)
