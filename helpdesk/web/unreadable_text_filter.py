"""The template filter that shows in red what stands in place of a sealed text that cannot be
opened."""

from collections.abc import Callable

from flask_babel import gettext
from markupsafe import Markup

from helpdesk.core.markup import unreadable_text_markup
from helpdesk.core.unreadable_texts import Unreadable


def mark_unreadable_text(show: Callable[[str], Markup]) -> Callable[[str], Markup]:
    """A template filter that marks texts from outside that could not be opened."""

    def shown(text: str) -> Markup:
        return unreadable_text_markup(gettext(text)) if isinstance(text, Unreadable) else show(text)

    return shown
