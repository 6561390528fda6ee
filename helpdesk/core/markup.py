"""The only place where text becomes HTML, and the only one that knows the sanitiser."""

import re

import bleach
from babel import Locale
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

ALLOWED_TAGS = frozenset(
    {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "h3", "h4"}
)

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False})
_link = re.compile(
    r"(?i)\b(?:(?P<scheme>h)(?:tt|xx)(?P<rest>ps?)://|(?=www\.))(?P<host>[^\s/<>\"']+)"
)
_bare_domain = re.compile(r"(?<=[\w-])\.(?=[\w-])")


def plain(text: str) -> Markup:
    """Text from outside: escaped, its line breaks kept, its links defanged so that none opens."""
    paragraphs = re.split(r"\n\s*\n", defang(text.replace("\r\n", "\n")).strip())
    rendered = [
        "<p>" + str(escape(paragraph)).replace("\n", "<br>") + "</p>"
        for paragraph in paragraphs
        if paragraph
    ]
    return Markup("".join(rendered))  # noqa: S704 - every part was escaped above


def defang(text: str) -> str:
    """Write addresses so that no program opens them: hxxps://example[.]org."""

    def harmless(found: re.Match[str]) -> str:
        scheme = f"hxx{found['rest'].lower()}://" if found["scheme"] else ""
        return scheme + _bare_domain.sub("[.]", found["host"])

    return _link.sub(harmless, text)


def said(words: object) -> Markup:
    """A sentence of ours, marked with its language where it is not the one of the page."""
    language = getattr(words, "lang", None)
    if language is None:
        return escape(words)
    direction = Locale.parse(language).text_direction
    return Markup('<span lang="{}" dir="{}">{}</span>').format(language, direction, str(words))


def dated(for_machines: str, words: str) -> Markup:
    """A moment or a day in words, with what it is for a machine."""
    return Markup('<time datetime="{}">{}</time>').format(for_machines, words)


def ours(words: str) -> Markup:
    """A sentence that stands in our templates, or its translation. What is put in is escaped."""
    return Markup(words)  # noqa: S704 - no word of it comes from outside


def from_markdown(text: str) -> Markup:
    """Markdown written by a signed-in responder, cleaned. Links and images do not survive."""
    html = _markdown.render(text)
    clean = bleach.clean(html, tags=ALLOWED_TAGS, attributes={}, protocols=[], strip=True)
    return Markup(clean)  # noqa: S704 - bleach has let through the tags above and no attribute
