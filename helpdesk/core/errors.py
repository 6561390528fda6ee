"""Domain errors: the three ways in which the helpdesk says no, each with a sentence."""


def mark_translatable(sentence: str) -> str:
    """Mark a sentence for translation. The edge, which knows the reader's language, translates it
    there."""
    return sentence


class DomainError(Exception):
    """The base of errors that refuse what was asked. The sentence is for the person who asked."""

    sentence = mark_translatable("This can’t be done.")

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)


class NotFound(DomainError):
    """Raised if there is no such thing, or not for this actor: the two must look the same."""

    sentence = mark_translatable("This page doesn’t exist, or you don’t have access to it.")


class NotAllowed(DomainError):
    """Raised if the actor may see the thing, but may not do this to it."""

    sentence = mark_translatable("You can see this, but you’re not allowed to do that.")


class TooBusy(DomainError):
    """Raised if too many ask for the same costly thing at this moment; nothing was done."""

    sentence = mark_translatable(
        "A lot of people are using this right now. Please try again in a moment."
    )


class CannotTakeReports(TooBusy):
    """Raised if no report can be taken in, however often it is sent: the page names other ways to
    get help (`OTHER_WAYS`)."""

    sentence = mark_translatable(
        "We can’t take reports right now, because something isn’t set up correctly on our side. "
        "Nothing was sent."
    )


class DailyQuotaUsedUp(CannotTakeReports):
    """Raised if the day's reports have used up the quota of storage: nothing of this one was
    stored."""

    sentence = mark_translatable(
        "We can’t accept this right now. So many reports have come in that we have no room "
        "for more. Nothing was sent."
    )


class Conflict(DomainError):
    """Raised if it could be done, but not in the state things are in; the sentence says what is
    missing."""

    sentence = mark_translatable(
        "This can’t be done now. Someone else may have made a change first. Please check again."
    )


class StalePage(Conflict):
    """Raised if somebody else has changed what the page showed. It is looked at again before
    anything is sent: the refusal gives back what was written and chosen, and no button to send it
    unseen."""
