"""Seeding: a queue as large as wanted, by set-based SQL; and one case made by the operations.

A seeded case has its row, its key and the copy of that key, its clock and, if it is over, its
closure. One in ten is open. All share one envelope for each field: pages of lists open none of
them. Those of open cases have the length of real ones; those of closed cases are short, or a
million would fill three gigabytes for nobody to read.
"""

import secrets

import psycopg
from sqlalchemy import select

from bench.house import House
from bench.people import Somebody
from helpdesk.accounts.keys_signed_by_helpdesk import epochs_of_team_key
from helpdesk.accounts.models import Team
from helpdesk.cases import operations as cases
from helpdesk.cases.models import Case
from helpdesk.cases.states import ConsentKind
from helpdesk.core.actors import NOBODY, reporter
from helpdesk.core.codes import ReturnCode
from helpdesk.intake import operations as intake
from helpdesk.intake.report_form_rules import ReportContent

MESSAGES = 50
REAL_LENGTH = 1_150
SHORT_LENGTH = 40
WORDS = (
    "We have looked at the mails you sent us. The account was opened from a phone that is not "
    "yours, two days ago. Please do not write to it from the old mailbox. "
)

GROW = (
    """INSERT INTO keys (id, kind, owner_id, epoch, public_half)
    SELECT md5('key' || n), 'case', md5('case' || n), 1, %(public)s
    FROM generate_series(%(first)s::int, %(last)s::int) AS n""",
    """INSERT INTO key_copies (key_id, holder_id, sealed)
    SELECT md5('key' || n), %(team_key)s, %(copy)s
    FROM generate_series(%(first)s::int, %(last)s::int) AS n""",
    """INSERT INTO cases (id, ref, team_id, state, waits_on, waits_until, level, rule,
        incident_type, platform, language, opened_at, reply_due_at, word_due_at, owner_id,
        in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half, form_token,
        story, contact, answers)
    SELECT md5('case' || n), 'S' || lpad(n::text, 8, '0'), %(team)s, state,
        CASE state WHEN 'waiting' THEN 'reporter' END,
        CASE state WHEN 'waiting' THEN current_date + 7 END,
        CASE WHEN n %% 97 = 0 THEN 0 WHEN n %% 11 = 0 THEN 1 ELSE 2 + n %% 2 END,
        'R' || n %% 7, CASE WHEN n %% 5 = 0 THEN 'something-else' ELSE 'account-takeover' END,
        CASE WHEN n %% 3 > 0 THEN 'instagram' END, 'en',
        date_trunc('hour', now() - n %% 9000 * interval '1 hour'),
        CASE state WHEN 'new' THEN now() + (n %% 4320 - 600) * interval '1 minute' END,
        CASE state WHEN 'open' THEN now() + (n %% 4320 - 600) * interval '1 minute' END,
        CASE WHEN state IN ('open', 'waiting') THEN %(owner)s END,
        n %% 50 = 0, true, md5('key' || n), %(public)s,
        sha256(('tag' || n)::bytea), %(public)s, sha256(('form' || n)::bytea),
        envelope, envelope, envelope
    FROM generate_series(%(first)s::int, %(last)s::int) AS n,
        LATERAL (SELECT CASE WHEN n %% 10 > 0 THEN 'closed'
            ELSE (ARRAY['new', 'open', 'waiting', 'new'])[1 + n / 10 %% 4] END AS state) AS s,
        LATERAL (SELECT CASE state WHEN 'closed' THEN %(short)s ELSE %(real)s END AS envelope) AS e
    """,
    """INSERT INTO clock_events (id, subject_id, clock, turn, at, seconds)
    SELECT md5('clock' || n), md5('case' || n), 'first_reply', 'started',
        now() - n %% 9000 * interval '1 hour', 86400
    FROM generate_series(%(first)s::int, %(last)s::int) AS n""",
    """INSERT INTO closures (case_id, outcome, at, by)
    SELECT md5('case' || n), 'resolved', now() - n %% 9000 * interval '1 hour', 'system'
    FROM generate_series(%(first)s::int, %(last)s::int) AS n WHERE n %% 10 > 0""",
)


def grow_to(house: House, team: Team, owner: Somebody, size: int, *, after: int) -> None:
    """Seed cases number `after` + 1 to `size` into the team's queue."""
    with house.context.begin() as work:
        team_key = epochs_of_team_key(work, team).current
    assert team_key is not None
    facts = {
        "first": after + 1,
        "last": size,
        "team": team.id,
        "team_key": team_key.id,
        "owner": owner.person.id,
        "public": secrets.token_bytes(32),
        "copy": b"\x02" + secrets.token_bytes(SHORT_LENGTH),
        "short": b"\x02" + secrets.token_bytes(SHORT_LENGTH),
        "real": b"\x02" + secrets.token_bytes(REAL_LENGTH),
    }
    with psycopg.connect(house.database()) as connection:
        # Rows of one transaction of ours: neither foreign keys nor triggers are asked for each.
        connection.execute("SET session_replication_role = replica")
        for statement in GROW:
            connection.execute(statement, facts)
    with psycopg.connect(house.database(), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def a_case(house: House) -> str:
    """A case that was reported as the public door does it; its id."""
    return _reported(house)[0]


def several_cases(house: House, how_many: int) -> list[str]:
    """So many cases that nobody has; their references."""
    ids = [a_case(house) for _ in range(how_many)]
    with house.context.begin() as work:
        return list(work.session.scalars(select(Case.ref).where(Case.id.in_(ids))))


def a_long_case(house: House, owner: Somebody) -> str:
    """A case reported, claimed and talked about in fifty sealed messages; its reference."""
    context = house.context
    case_id, code = _reported(house)
    with context.begin(owner.actor, secrets=owner.secrets) as work:
        case = work.session.get_one(Case, case_id)
        cases.claim_case(work, case)
        ref = case.ref
    for _ in range(MESSAGES // 2):
        with context.begin(owner.actor, secrets=owner.secrets) as work:
            cases.send_message(work, work.session.get_one(Case, case_id), WORDS * 2)
        with context.begin(reporter(case_id), own=code.secret()) as work:
            intake.send_message_as_reporter(work, work.session.get_one(Case, case_id), body=WORDS)
    return ref


def _reported(house: House) -> tuple[str, ReturnCode]:
    context, code = house.context, ReturnCode.new()
    way_back = intake.ReportLookupKeys(
        form_token=secrets.token_bytes(32),
        code=code,
        reporter_tag=code.tag(context.settings.intake_keys[0]),
    )
    told = ReportContent(
        kinds=("account-takeover",),
        answers={"danger": "none_known", "hold": "running", "platform": "instagram"},
        story=WORDS * 4,
        contact={"safe_channel": WORDS[:60]},
        consents=frozenset(ConsentKind),
        platform="instagram",
    )
    with context.begin(NOBODY) as work:
        return intake.submit_report(work, told, keys=way_back, is_drill=True).case.id, code
