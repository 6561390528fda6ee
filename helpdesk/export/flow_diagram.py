"""The flow diagram of a playbook: its steps and branches as one SVG picture, drawn from top to
bottom.

The main way runs down on the left. A step that is not always needed stands aside under the
words of its condition; what leads out of the page points to the right, to how it ends. The same
content stands in the sheet as text: whoever cannot see the picture loses nothing.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from babel import Locale

from helpdesk.playbooks.condition_text import Said, condition_in_words
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.model import Playbook, Step, StepOutcome
from helpdesk.web.catalogues import load_catalogue_or_source

LETTERS = 42  # that fit into a box
LINE, SMALL, PAD, GAP = 18, 15, 12, 28
BOX, ASIDE, OUT = 330, 60, 270
LEFT, TOP, SPINE = 40, 90, 60
WIDTH = LEFT + ASIDE + BOX + 60 + OUT + 30

STYLE = """
  text { font: 14px system-ui, "Noto Sans", "Noto Naskh Arabic", sans-serif; fill: #1b1b1b }
  .small { font-size: 12px; fill: #444 } .title { font-size: 20px; font-weight: 600 }
  .step { fill: #eef3f8; stroke: #33567a } .aside { fill: #fff; stroke: #33567a;
  stroke-dasharray: 5 4 } .must { stroke-width: 2.5 } .end { fill: #f6efe2; stroke: #7a5a1e }
  .way { stroke: #33567a; fill: none } .out { stroke: #7a5a1e; fill: none }
"""


@dataclass(frozen=True)
class StepBox:
    """The box of a step in the diagram, and where it stands."""

    number: int
    step: Step
    title: tuple[str, ...]
    condition: tuple[str, ...]
    leaving: tuple[tuple[str, ...], ...]
    top: int

    @property
    def left(self) -> int:
        return LEFT + ASIDE if self.step.when else LEFT

    @property
    def condition_height(self) -> int:
        """How much room the condition takes above the box."""
        return len(self.condition) * SMALL + (4 if self.condition else 0)

    @property
    def height(self) -> int:
        own = len(self.title) * LINE + 2 * PAD
        outcomes = sum(len(lines) * SMALL + PAD for lines in self.leaving)
        return max(own, outcomes)

    @property
    def bottom(self) -> int:
        return self.top + self.condition_height + self.height


def playbook_to_svg(library: Library, page: Playbook, language: str) -> str:
    """Draw a playbook as SVG, with a title and a description for those who hear it read.

    Where the language reads from the right the picture is the mirror of itself, and its words are
    turned back.
    """
    rtl = Locale.parse(language).text_direction == "rtl"
    boxes = list(_boxes(library, page, load_catalogue_or_source(language).gettext))
    tall = boxes[-1].bottom + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" '
        f'width="{WIDTH}" height="{tall}" role="img" aria-labelledby="title what" '
        f'xml:lang="{language}" direction="{"rtl" if rtl else "ltr"}">',
        f'<title id="title">{escape(str(page.title))}</title>',
        f'<desc id="what">{escape(_in_a_sentence(page))}</desc>',
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#33567a"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{tall}" fill="#fff"/>',
        f'<g transform="translate({WIDTH} 0) scale(-1 1)">' if rtl else "<g>",
        *_text(_wrapped(str(page.title), 60), LEFT, 36, "title", LINE + 6, rtl=rtl),
    ]
    parts.append(f'<path class="way" d="M{SPINE} {TOP}V{boxes[-1].top}"/>')
    for box in boxes:
        parts += _drawn(box, rtl=rtl)
        parts.append(_arrow_to(box))
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


def _boxes(library: Library, page: Playbook, said: Said) -> Iterator[StepBox]:
    top = TOP
    for number, step in enumerate(page.steps, start=1):
        leaving = [one for one in step.outcomes if one.end or one.playbook]
        box = StepBox(
            number=number,
            step=step,
            title=_wrapped(f"{number}. {step.title}", LETTERS),
            condition=_wrapped(f"◇ {condition_in_words(step.when, page, said)}", 58)
            if step.when
            else (),
            leaving=tuple(_wrapped(_leads(library, page, one), 42) for one in leaving),
            top=top,
        )
        yield box
        top = box.bottom + GAP


def _leads(library: Library, page: Playbook, outcome: StepOutcome) -> str:
    end = page.end(outcome.end) if outcome.end else None
    other = library.playbook(outcome.playbook) if outcome.playbook else None
    where = str(end.label if end else other.title if other else outcome.playbook)
    return where if where == str(outcome.label) else f"{outcome.label} → {where}"


def _drawn(box: StepBox, *, rtl: bool) -> Iterator[str]:
    yield from _text(box.condition, LEFT + ASIDE, box.top + 12, "small", SMALL, rtl=rtl)
    top = box.top + box.condition_height
    kind = "aside" if box.step.when else "step"
    must = " must" if box.step.must else ""
    tall = len(box.title) * LINE + 2 * PAD
    yield (
        f'<rect class="{kind}{must}" x="{box.left}" y="{top}" width="{BOX}" height="{tall}" '
        'rx="8"/>'
    )
    yield from _text(box.title, box.left + PAD, top + PAD + 13, "", LINE, rtl=rtl)
    place = top
    for lines in box.leaving:
        tall = len(lines) * SMALL + PAD - 4
        left = LEFT + ASIDE + BOX + 60
        middle = place + tall // 2
        yield f'<path class="out" d="M{box.left + BOX} {top + LINE}L{left} {middle}"/>'
        yield f'<rect class="end" x="{left}" y="{place}" width="{OUT}" height="{tall}" rx="10"/>'
        yield from _text(lines, left + 8, place + 14, "small", SMALL, rtl=rtl)
        place += tall + 4


def _arrow_to(box: StepBox) -> str:
    """From the line that runs down the side: past a step that is not always needed, or into it."""
    top = box.top + box.condition_height
    if box.step.when:
        return f'<path class="way" marker-end="url(#tip)" d="M{SPINE} {top + LINE}H{box.left}"/>'
    return f'<path class="way" marker-end="url(#tip)" d="M{SPINE} {top - GAP // 2}V{top}"/>'


def _text(
    lines: tuple[str, ...], left: int, top: int, kind: str, step: int, *, rtl: bool
) -> Iterator[str]:
    named = f' class="{kind}"' if kind else ""
    place = f'transform="scale(-1 1)" x="{-left}"' if rtl else f'x="{left}"'
    for number, line in enumerate(lines):
        yield f'<text{named} {place} y="{top + number * step}">{escape(line)}</text>'


def _wrapped(words: str, letters: int) -> tuple[str, ...]:
    return tuple(textwrap.wrap(words, letters)) or ("",)


def _in_a_sentence(page: Playbook) -> str:
    branches = sum(step.when is not None for step in page.steps)
    return (
        f"{len(page.steps)} steps from top to bottom, {branches} of them only under a condition, "
        f"and {len(page.ends)} ways in which it can end. The sheet of this page says the same."
    )
