"""Reading a playbook's metadata: names, neighbours, sharing, tags, sources and reviews."""

import re

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.context import PlaybookReferenceContext
from helpdesk.authoring.reading.references import ReferenceKind
from helpdesk.authoring.source import Node
from helpdesk.playbooks.model import (
    BetterFittingPlaybook,
    Citation,
    MachineTag,
    PlaybookReview,
    Text,
)

SHARING = ("tlp:red", "tlp:amber+strict", "tlp:amber", "tlp:green", "tlp:clear")
TAG = re.compile(r'([A-Za-z][A-Za-z_-]*):[A-Za-z][A-Za-z0-9_/ -]*(="[^"]+")?')


def read_playbook_id(node: Node) -> str:
    """Read the id of a playbook, which its file bears too."""
    name = node.id()
    if not node.file.endswith(f"types/{name}.yml"):
        node.refuse(
            f"the page calls itself '{name}', and so must its file: types/{name}.yml",
            rule=LintRule.IDS,
        )
    return name


def read_common_names(node: Node, context: PlaybookReferenceContext) -> tuple[Text, ...]:
    """Read the common names: what people call this trouble."""
    return tuple(
        context.text(f"also_called.{number}", item) for number, item in enumerate(node.items(), 1)
    )


def read_better_fitting_playbooks(
    node: Node, context: PlaybookReferenceContext
) -> tuple[BetterFittingPlaybook, ...]:
    """Read the playbooks that fit better, and when."""
    return tuple(
        BetterFittingPlaybook(
            context.references.add(ReferenceKind.PLAYBOOK, other, said),
            context.text(f"not_for.{other}", said),
        )
        for other, said in node.pairs().items()
    )


def read_sharing(node: Node) -> str:
    """Read the sharing mark, of the traffic light protocol."""
    if node.text() not in SHARING:
        node.refuse(f"'{node.text()}' is not one of: {', '.join(SHARING)}")
    return node.text()


def read_tags(node: Node, context: PlaybookReferenceContext) -> tuple[MachineTag, ...]:
    """Read the machine tags, each of a taxonomy that the collection names."""
    return node.each(lambda item: _tag(item, context))


def read_citations(node: Node, context: PlaybookReferenceContext) -> tuple[Citation, ...]:
    """Read the citations: sources, each one that the collection names, and what it was used for."""
    return node.each(lambda item: _citation(item, context))


def read_review(node: Node) -> PlaybookReview:
    """Read the review: who read the page, when, and when it must be read again."""
    fields = node.fields("on by next")
    return PlaybookReview(fields["on"].day(), fields.list_of("by", Node.text), fields["next"].day())


def read_replaces(node: Node, context: PlaybookReferenceContext) -> str:
    """Read which page this one replaces."""
    if node.id() in context.content.playbook_ids:
        node.refuse(
            f"'{node.id()}' is still here; a page replaces one that is gone", rule=LintRule.IDS
        )
    return node.id()


def _tag(node: Node, context: PlaybookReferenceContext) -> MachineTag:
    fields = node.fields("tag", "when")
    tag = fields["tag"].text()
    match = TAG.fullmatch(tag)
    if match is None:
        fields["tag"].refuse(f"'{tag}' is not a machine tag", rule=LintRule.TAGS)
    if match[1] not in context.content.collection.taxonomies:
        fields["tag"].refuse(
            f"collection.yml does not list the taxonomy '{match[1]}'", rule=LintRule.TAGS
        )
    return MachineTag(tag, fields.read("when", context.condition, None))


def _citation(node: Node, context: PlaybookReferenceContext) -> Citation:
    fields = node.fields("key used_for")
    if fields["key"].text() not in context.content.collection.sources:
        fields["key"].refuse(
            f"collection.yml has no source '{fields['key'].text()}'", rule=LintRule.REFERENCES
        )
    return Citation(fields["key"].text(), fields["used_for"].text())
