"""The drill's cases: reported, worked on, asked about and closed, by the operations themselves."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.cases.models import Case
from helpdesk.core.codes import ReturnCode
from helpdesk.drill.stage import Stage
from helpdesk.drill.stories import STORIES, Story
from helpdesk.intake.operations.submission import WayBack, submit


@dataclass(frozen=True)
class Told:
    """A report as it arrived, with the code that only its reporter has."""

    story: Story
    case: Case
    code: ReturnCode
    at: datetime

    def later(self, **after: float) -> datetime:
        """A moment after the report."""
        return self.at + timedelta(**after)


def report_all(stage: Stage, now: datetime) -> dict[str, Told]:
    """Every story as a report, each at its own time."""
    return {story.id: _report(stage, story, now - story.ago) for story in STORIES}


def _report(stage: Stage, story: Story, at: datetime) -> Told:
    code = ReturnCode.new()
    tag = code.tag(stage.desk.settings.intake_keys[0])
    way_back = WayBack(form_token=secrets.token_bytes(16), code=code, reporter_tag=tag)
    receipt = submit(stage.stranger(at), story.told(), way_back=way_back, is_drill=True)
    return Told(story, receipt.case, code, at)
