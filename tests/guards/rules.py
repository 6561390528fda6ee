"""The rules that hold for the code itself: each takes a tree and lists what breaks it.

They are functions of a folder, so that each can be shown a planted breach and seen to catch it.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.guards.peoples_words import peoples_words_stand_apart


def python_files(root: Path) -> list[Path]:
    return sorted((root / "helpdesk").rglob("*.py"))


def template_files(root: Path) -> list[Path]:
    return sorted((root / "helpdesk" / "templates").rglob("*.html"))


def only_the_edge_commits(root: Path) -> Iterator[str]:
    """Transactions end by one function that tells a lost commit apart, and in the drill's past;
    only a request's edge and `AppContext.begin` call it."""
    edges = {
        root / "helpdesk" / "core" / "lost_commits.py",
        root / "helpdesk" / "drill" / "past_moments.py",
    }
    for path in python_files(root):
        if path not in edges and ".commit(" in path.read_text():
            yield f"{path.relative_to(root)} commits"
    callers = {
        root / "helpdesk" / "web" / "request_work.py",
        root / "helpdesk" / "core" / "app_context.py",
    }
    for path in python_files(root):
        if path not in callers and "import commit" in path.read_text():
            yield f"{path.relative_to(root)} calls for a commit"


def only_markup_makes_markup(root: Path) -> Iterator[str]:
    """Text becomes HTML in one module."""
    allowed = root / "helpdesk" / "core" / "markup.py"
    for path in python_files(root):
        words = path.read_text()
        if path != allowed and re.search(r"\bMarkup\(|\.unsafe\(", words):
            yield f"{path.relative_to(root)} makes markup"
    for path in template_files(root):
        if re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text()):
            yield f"{path.relative_to(root)} switches escaping off"


def only_settings_read_the_environment(root: Path) -> Iterator[str]:
    """Settings are read once; only the doors hand the environment over."""
    doors = {"worker.py", "drill/cli.py", "server/__main__.py"}
    for path in python_files(root):
        place = path.relative_to(root / "helpdesk")
        if str(place) in doors or place.parts[0] == "supervisor" or "cli" in place.parts[:-1]:
            continue
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text()):
            yield f"{path.relative_to(root)} reads the environment"


def no_machine_says_what_time_it_is(root: Path) -> Iterator[str]:
    """What happens is timed by the database's clock; the drill makes its own past."""
    clock = root / "helpdesk" / "core" / "database_clock.py"
    for path in python_files(root):
        is_apart = path == clock or path.relative_to(root).parts[1] in ("drill", "authoring")
        if not is_apart and re.search(r"\b(datetime|date)\.(utc)?(now|today)\(", path.read_text()):
            yield f"{path.relative_to(root)} asks the machine's clock"


def no_expression_runs_from_data(root: Path) -> Iterator[str]:
    """Nothing evaluates, unpickles or loads YAML with objects."""
    pattern = re.compile(r"\b(eval|exec)\(|\bpickle\b|yaml\.(load|unsafe_load|full_load)\(")
    for path in python_files(root):
        for match in pattern.finditer(path.read_text()):
            yield f"{path.relative_to(root)} uses {match.group()}"


def texts_are_normalised_at_a_bounded_cost(root: Path) -> Iterator[str]:
    """Marks on one letter cost by their square: who asks Python itself bounds what it reads."""
    bounded = {"core/unicode_normalization.py", "core/code_input.py", "accounts/passphrases.py"}
    bounded |= {"playbooks/word_normalization.py"}
    for path in python_files(root):
        place = str(path.relative_to(root / "helpdesk"))
        if place not in bounded and "unicodedata.normalize(" in path.read_text():
            yield f"{path.relative_to(root)} normalises without a bound: "
            "core/unicode_normalization.py"


def who_was_slower_looks_again(root: Path) -> Iterator[str]:
    """Somebody else was first: the page that says so offers no button to send the form unseen."""
    for path in python_files(root):
        for found in re.findall(r'Conflict\(\s*f?"(Someone (?:else )?has [^"]*)', path.read_text()):
            yield f"{path.relative_to(root)} says '{found}' and offers it again: raise Outdated"


def a_form_reads_its_body_alone(root: Path) -> Iterator[str]:
    """No value may come from the address or from the body, whichever an attacker chooses."""
    for path in python_files(root):
        if re.search(r"\brequest\.values\b|CombinedMultiDict", path.read_text()):
            yield f"{path.relative_to(root)} does not say where a value comes from"


def operations_require_first(root: Path) -> Iterator[str]:
    """A public operation asks may-I before it changes anything, or says why it need not."""
    for path in sorted((root / "helpdesk").glob("*/operations*.py")) + sorted(
        (root / "helpdesk").glob("*/operations/*.py")
    ):
        for function in ast.parse(path.read_text()).body:
            if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
                continue
            if not function.args.args or function.args.args[0].arg != "work":
                continue
            body = ast.unparse(function)
            records, requires = "work.record" in body, "work.require(" in body
            excused = "No rule:" in (ast.get_docstring(function) or "")
            if records and not requires and not excused:
                yield f"{path.relative_to(root)}: {function.name} records without require"


def templates_are_plain(root: Path) -> Iterator[str]:
    """No script, no inline style, nothing from elsewhere; a form says where it goes, with a token.

    Without an action it goes to where it is read, which after an error is the page of the answer.
    """
    for path in template_files(root):
        words = path.read_text()
        name = path.relative_to(root)
        if re.search(r"<script|\son\w+=|javascript:", words, re.I):
            yield f"{name} has a script"
        # a sheet for paper is a file of its own: no page of ours, and nothing to load a style from
        is_sheet = path.parent.name == "export"
        if re.search(r"<style|\sstyle=", words, re.I) and not is_sheet:
            yield f"{name} has an inline style"
        if re.search(r"""(src|href|action)=["']?(https?:)?//""", words, re.I):
            yield f"{name} points elsewhere"
        for form in re.findall(r"<form\b.*?</form>", words, re.I | re.S):
            if re.search(r'method="post"', form, re.I) and not re.search(
                r"csrf|hidden\(|token", form
            ):
                yield f"{name} has a form without its token"
            if not re.match(r"<form\b[^>]*\saction=", form, re.I):
                yield f"{name} has a form without its action"


def migrations_stand_alone(root: Path) -> Iterator[str]:
    """Migrations are numbered, in one line, and import nothing of the application."""
    versions = sorted((root / "migrations" / "versions").glob("*.py"))
    previous = None
    for number, path in enumerate(versions, start=1):
        words = path.read_text()
        if not path.name.startswith(f"{number:04d}_"):
            yield f"{path.name} is not number {number:04d}"
        if re.search(r"(from|import) helpdesk", words):
            yield f"{path.name} imports the application"
        revises = re.search(r"^down_revision.* = (.+)$", words, re.M)
        if revises is None or revises.group(1).strip("\"'") != str(previous):
            yield f"{path.name} does not follow {previous}"
        previous = f"{number:04d}"


def the_way_back_loses_nothing(root: Path) -> Iterator[str]:
    """A downgrade that drops what may hold values refuses to lose them, or says why not."""
    for path in sorted((root / "migrations" / "versions").glob("*.py")):
        _, _, back = path.read_text().partition("def downgrade()")
        drops = re.search(r"drop_(table|column)|DELETE FROM|DROP (TABLE|COLUMN)", back)
        if drops and "refuse_to_lose(" not in back and "Nothing is lost:" not in back:
            yield f"{path.name} loses values on the way back without a word"


def enqueued_names(root: Path) -> set[str]:
    """Every job name that the code promises."""
    names = set()
    for path in python_files(root):
        names |= set(re.findall(r"\.enqueue\(\s*\"([\w.]+)\"", path.read_text()))
    return names


def announced_events(root: Path) -> set[str]:
    """Every type of event that the code announces."""
    names = set()
    for path in python_files(root):
        names |= set(re.findall(r"\.announce\(\s*(\w+)\(", path.read_text()))
    return names


def enqueued_jobs_that_call_upwards(root: Path, layers: Sequence[str]) -> Iterator[str]:
    """A job that a package promises by name is its own, or of a package below it in that order."""
    height = {name: place for place, names in enumerate(layers) for name in names.split(" | ")}
    for path in python_files(root):
        package = path.relative_to(root / "helpdesk").parts[0].removesuffix(".py")
        for name in re.findall(r"\.enqueue\(\s*\"([\w.]+)\"", path.read_text()):
            if height[name.partition(".")[0]] < height[package]:
                yield f"{path.relative_to(root)} promises {name}, of a package above it"


def unused_templates(root: Path) -> Iterator[str]:
    """A template that nothing renders, extends, includes or imports is dead."""
    folder = root / "helpdesk" / "templates"
    templates = sorted(path for path in folder.rglob("*.*") if path.is_file())
    words = "\n".join(path.read_text() for path in (*python_files(root), *templates))
    for path in templates:
        # The pages of the report are chosen by their number.
        numbered = re.sub(r"_\d\.html$", "_{number}.html", str(path.relative_to(folder)))
        if f'"{numbered}"' not in words:
            yield f"{path.relative_to(folder)} is used by nothing"


RULES = [
    only_the_edge_commits,
    only_markup_makes_markup,
    only_settings_read_the_environment,
    no_machine_says_what_time_it_is,
    no_expression_runs_from_data,
    texts_are_normalised_at_a_bounded_cost,
    who_was_slower_looks_again,
    a_form_reads_its_body_alone,
    operations_require_first,
    templates_are_plain,
    migrations_stand_alone,
    the_way_back_loses_nothing,
    unused_templates,
    peoples_words_stand_apart,
]
