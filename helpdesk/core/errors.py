"""Domain errors: the three ways in which the helpdesk says no, each with a sentence."""


def translatable(sentence: str) -> str:
    """A sentence for the catalogue. The edge, which knows the reader's language, says it there."""
    return sentence


class DomainError(Exception):
    """Something that was asked will not happen. The sentence is for the person who asked."""

    sentence = translatable("This cannot be done.")

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)


class NotFound(DomainError):
    """There is no such thing, or not for this actor: the two must look the same."""

    sentence = translatable("There is no such page, or it is not open to you.")


class NotAllowed(DomainError):
    """The actor may see the thing, but may not do this to it."""

    sentence = translatable("You may see this, but you may not do this.")


class TooBusy(DomainError):
    """Too many ask for the same costly thing at this moment; nothing was done."""

    sentence = translatable(
        "Many people are signing in at this moment. Please try again in a moment."
    )


class StorageFull(TooBusy):
    """Very much has arrived, and this would not fit any more: nothing of it was stored."""

    sentence = translatable(
        "We cannot take this at the moment: very many reports have arrived, and we have no room "
        "for more. Nothing was sent."
    )


class Conflict(DomainError):
    """It could be done, but not in the state things are in; the sentence says what is missing."""

    sentence = translatable(
        "This cannot be done now. Someone else may have been quicker: please look again."
    )
