"""What was sent and what was acknowledged: noted while things are killed, compared afterwards."""

from dataclasses import dataclass, field

from helpdesk.core.codes import ReturnCode


@dataclass
class SentForm:
    """One form that a reporter sent, and every return code with which it was acknowledged."""

    words: str
    codes: list[ReturnCode] = field(default_factory=list)
    unclear: int = 0
    surprises: list[int] = field(default_factory=list)
