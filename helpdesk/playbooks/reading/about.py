"""Reading what a page says about itself: names, neighbours, sharing, tags, sources and reviews."""

import re

from helpdesk.playbooks.pages import Citation, NotFor, Review, Tag, Text
from helpdesk.playbooks.reading.here import Here
from helpdesk.playbooks.reading.references import Kind
from helpdesk.playbooks.rules import Rule
from helpdesk.playbooks.source import Piece

SHARING = ("tlp:red", "tlp:amber+strict", "tlp:amber", "tlp:green", "tlp:clear")
TAG = re.compile(r'([A-Za-z][A-Za-z_-]*):[A-Za-z][A-Za-z0-9_/ -]*(="[^"]+")?')


def read_own_name(piece: Piece) -> str:
    """The id of a page, which its file bears too."""
    name = piece.id()
    if not piece.file.endswith(f"types/{name}.yml"):
        piece.refuse(
            f"the page calls itself '{name}', and so must its file: types/{name}.yml",
            rule=Rule.IDS,
        )
    return name


def read_names(piece: Piece, here: Here) -> tuple[Text, ...]:
    """What people call this trouble."""
    return tuple(
        here.text(f"also_called.{number}", item) for number, item in enumerate(piece.items(), 1)
    )


def read_not_for(piece: Piece, here: Here) -> tuple[NotFor, ...]:
    """The pages that fit better, and when."""
    return tuple(
        NotFor(here.references.to(Kind.PLAYBOOK, other, said), here.text(f"not_for.{other}", said))
        for other, said in piece.pairs().items()
    )


def read_sharing(piece: Piece) -> str:
    """A mark of the traffic light protocol."""
    if piece.text() not in SHARING:
        piece.refuse(f"'{piece.text()}' is not one of: {', '.join(SHARING)}")
    return piece.text()


def read_tags(piece: Piece, here: Here) -> tuple[Tag, ...]:
    """The machine tags, each of a taxonomy that the collection names."""
    return piece.each(lambda item: _tag(item, here))


def read_citations(piece: Piece, here: Here) -> tuple[Citation, ...]:
    """The sources, each one that the collection names, and what it was used for."""
    return piece.each(lambda item: _citation(item, here))


def read_review(piece: Piece) -> Review:
    """Who read the page, when, and when it must be read again."""
    fields = piece.fields("on by next")
    return Review(fields["on"].day(), fields.list_of("by", Piece.text), fields["next"].day())


def read_replaces(piece: Piece, here: Here) -> str:
    """The name of the page that stood here before."""
    if piece.id() in here.shelf.playbook_ids:
        piece.refuse(
            f"'{piece.id()}' is still here; a page replaces one that is gone", rule=Rule.IDS
        )
    return piece.id()


def _tag(piece: Piece, here: Here) -> Tag:
    fields = piece.fields("tag", "when")
    tag = fields["tag"].text()
    match = TAG.fullmatch(tag)
    if match is None:
        fields["tag"].refuse(f"'{tag}' is not a machine tag", rule=Rule.TAGS)
    if match[1] not in here.shelf.collection.taxonomies:
        fields["tag"].refuse(
            f"collection.yml does not list the taxonomy '{match[1]}'", rule=Rule.TAGS
        )
    return Tag(tag, fields.read("when", here.condition, None))


def _citation(piece: Piece, here: Here) -> Citation:
    fields = piece.fields("key used_for")
    if fields["key"].text() not in here.shelf.collection.sources:
        fields["key"].refuse(
            f"collection.yml has no source '{fields['key'].text()}'", rule=Rule.REFERENCES
        )
    return Citation(fields["key"].text(), fields["used_for"].text())
