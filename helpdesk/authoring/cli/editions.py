"""Opening an edition of the playbooks that somebody names: a file, a folder, a git revision."""

import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from helpdesk.authoring.cli.output import ToolCannotRun
from helpdesk.authoring.reading.folder import TYPES, read_library_with_problems
from helpdesk.authoring.source import PlaybookError, read_yaml_file
from helpdesk.authoring.written_library import WrittenLibrary

VOCABULARY = "vocab"


@dataclass(frozen=True)
class OpenedEdition:
    """An opened edition: its pages, with the folder in which they lie for now.

    `only` names the page if a single file was given: the others are only there to lean on.
    """

    name: str
    folder: Path
    library: WrittenLibrary
    only: str | None = None


@contextmanager
def open_edition(name: str, folder: Path) -> Iterator[OpenedEdition]:
    """Open an edition for as long as somebody looks at it. `folder` is where pages lie as a
    rule."""
    path = Path(name)
    if (path / "collection.yml").is_file():
        yield _read(name, path)
        return
    with TemporaryDirectory(prefix="playbooks-") as place:
        copy = Path(place) / "playbooks"
        if path.is_file():
            yield _with_file(path, folder, copy)
        else:
            _take_out(name, folder, copy)
            _lend_words(folder, copy)
            yield _read(name, copy)


def _read(name: str, folder: Path) -> OpenedEdition:
    try:
        library, problems = read_library_with_problems(folder)
    except PlaybookError as problem:
        raise ToolCannotRun(f"The playbooks of {name} can’t be read. {problem}") from None
    if problems:
        raise ToolCannotRun(f"The playbooks of {name} can’t be read. {problems[0]}")
    return OpenedEdition(name, folder, library)


def _with_file(path: Path, folder: Path, copy: Path) -> OpenedEdition:
    """The pages around a file, with the file in its place among them."""
    page = read_yaml_file(path, str(path)).pairs().get("id")
    if page is None:
        raise ToolCannotRun(f"{path} is not a playbook: it has no id.")
    home = path.resolve().parent.parent
    around = home if (home / "collection.yml").is_file() else folder
    shutil.copytree(around, copy, ignore=shutil.ignore_patterns("i18n"))
    shutil.copyfile(path, copy / TYPES / f"{page.id()}.yml")
    library, problems = read_library_with_problems(copy)
    if library.playbook(page.id()) is None:
        told = [one for one in problems if one.file.endswith(f"{TYPES}/{page.id()}.yml")]
        said = "\n".join(f"{path}, line {one.line}: {one.reason}" for one in told)
        raise ToolCannotRun(f"The page can’t be read.\n{said}")
    return OpenedEdition(str(path), copy, library, only=page.id())


def _take_out(revision: str, folder: Path, copy: Path) -> None:
    """The folder as it was at a git revision."""
    nowhere = f"'{revision}' is neither a file, nor a folder of playbooks, nor a git revision."
    commit = _git(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise ToolCannotRun(nowhere)
    inside = (_git(folder, "rev-parse", "--show-prefix") or b"").decode().strip()
    top = (_git(folder, "rev-parse", "--show-toplevel") or b"").decode().strip()
    # from inside a folder git would look for that folder once more within the tree
    archive = _git(Path(top), "archive", "--format=tar", f"{commit.decode().strip()}:{inside}")
    if archive is None:
        raise ToolCannotRun(f"There are no playbooks in {folder} at {revision}.")
    with tarfile.open(fileobj=io.BytesIO(archive)) as bundle:
        for member in bundle:
            _unpack(bundle, member, copy)


def _lend_words(folder: Path, copy: Path) -> None:
    """A vocabulary that an older edition did not have yet says nothing about it, so it is lent."""
    for path in (folder / VOCABULARY).glob("*.yml"):
        target = copy / VOCABULARY / path.name
        if not target.exists() and target.parent.exists():
            shutil.copyfile(path, target)


def _unpack(bundle: tarfile.TarFile, member: tarfile.TarInfo, copy: Path) -> None:
    path = PurePosixPath(member.name)
    content = bundle.extractfile(member) if member.isfile() else None
    # plain files inside the folder and nothing else: a revision may come from anybody
    if content is not None and not path.is_absolute() and ".." not in path.parts:
        target = copy / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.read())


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git says, or nothing if it has no answer."""
    git = shutil.which("git")
    if git is None:
        raise ToolCannotRun("git is not installed, so no revision can be read.")
    done = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [git, "-C", str(folder), *arguments], capture_output=True, check=False
    )
    return done.stdout if done.returncode == 0 else None
