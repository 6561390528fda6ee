"""The languages that the public pages offer: those in which nobody is left with half of the
words."""

from functools import cache

from helpdesk.playbooks import repository
from helpdesk.settings import Settings
from helpdesk.web.catalogues import has_been_reviewed, untranslated_consents


def offered_languages(settings: Settings) -> tuple[str, ...]:
    """The languages to offer, in the order of the settings; the source where there is no other."""
    unread = settings.offer_unreviewed
    fit = [
        code
        for code in settings.languages
        if is_fully_translated(code) and (unread or is_reviewed(code))
    ]
    return tuple(fit) or (repository.load_current_library().collection.language,)


@cache
def is_fully_translated(language: str) -> bool:
    """Whether a language has translations of the decision questions, safe-now, ends and consents,
    all fresh."""
    if language == repository.load_current_library().collection.language:
        return True
    return (
        repository.load_current_translation(language).is_complete
        and untranslated_consents(language) == []
    )


@cache
def is_reviewed(language: str) -> bool:
    """Whether somebody who speaks the language has reviewed all of it."""
    if language == repository.load_current_library().collection.language:
        return True
    return repository.load_current_translation(language).is_reviewed and has_been_reviewed(language)
