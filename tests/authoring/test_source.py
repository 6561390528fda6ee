"""A file that nobody can read is refused in a sentence, whatever is wrong with it."""

import pytest

from helpdesk.authoring.source import PlaybookError, parse_yaml_text, read_yaml_file

UNREADABLE = {
    "not UTF-8": b"id: \xff\xfe",
    "no text": b"id: a\x00b",
    "empty": b"",
    "only a remark": b"# nothing\n",
    "too deep": b"[" * 50_000,
    "not closed": b"[a, b",
    "two documents": b"a: 1\n---\nb: 2\n",
    "an anchor": b"a: &x 1\nb: *x\n",
    "a tag": b"a: !!python/object:os.system x\n",
    "a number in base 60 that is no number of ours": b"a: " + b"1:" * 5_000 + b"1.0\n",
    "a whole number in base 60": b"a: " + b"1:" * 5_000 + b"1\n",
    "a number beyond all": b"a: 1" + b"0" * 5_000 + b"\n",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=list(UNREADABLE))
def test_what_is_no_page_is_refused_with_its_name(tmp_path, content):
    (tmp_path / "page.yml").write_bytes(content)

    with pytest.raises(PlaybookError) as refused:
        read_yaml_file(tmp_path / "page.yml", "page.yml")

    assert refused.value.file == "page.yml"
    assert refused.value.line >= 1


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PlaybookError):
        read_yaml_file(tmp_path / "page.yml", "page.yml")


def test_text_reads_like_a_file():
    assert parse_yaml_text('{"a":1}', "page").pairs()["a"].number() == 1
