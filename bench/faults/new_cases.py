"""New cases, each with a key, at the head of one statement: as the public pages bring them."""

from typing import Final

# To be filled in: the beginning of each name, how many, and an expression for the team. What is
# promised about them follows: their ids are the name and a number from 1.
WITH_NEW_CASES: Final = """
WITH sealed AS (
    INSERT INTO keys SELECT '{name}' || n, 'case', '{name}' || n, 1, 'key'
    FROM generate_series(1, {cases}) AS n
), brought AS (
    INSERT INTO cases (id, ref, team_id, state, level, rule, incident_type, language, opened_at,
        in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half, form_token)
    SELECT '{name}' || n, '{name}-' || n, {team}, 'new', {level}, 'R1', 'x', 'en', now(), false,
        false, '{name}' || n, 'key', sha256(convert_to('{name}' || n, 'UTF8')), 'key',
        convert_to('{name}' || n, 'UTF8')
    FROM generate_series(1, {cases}) AS n
)
"""
