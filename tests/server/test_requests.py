"""What the server takes for a request, and what it says of itself."""

import json

import pytest

from tests.server.conftest import read

NO_PAGE = {
    "no request at all": (b"hello\r\n\r\n", 400),
    "an odd address": (b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "an odd length": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "no host in HTTP/1.0": (b"GET / HTTP/1.0\r\n\r\n", 400),
    "an empty host": (b"GET / HTTP/1.1\r\nHost: \r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    "a host whose port is none": (b"GET / HTTP/1.1\r\nHost: x:\r\n\r\n", 400),
    "a port in words": (b"GET / HTTP/1.1\r\nHost: x:abc\r\n\r\n", 400),
    "a host with a path": (b"GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400),
    "two lengths": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        400,
    ),
    "a length of 5,000 digits": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        400,
    ),
    "in pieces": (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        411,
    ),
    "in pieces and with a length": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        411,
    ),
    "in pieces in HTTP/1.0": (
        b"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        411,
    ),
    "a long address": (b"GET /?" + b"a=&" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
    "long headers": (b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"x" * 20_000 + b"\r\n\r\n", 431),
    "a body without end": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99000000\r\n\r\nx",
        413,
    ),
}


@pytest.mark.parametrize("kind", NO_PAGE)
def test_what_is_no_request_gets_a_short_answer_and_no_page(serve, kind):
    served = serve(processes=1)
    sent, expected = NO_PAGE[kind]

    with served.connect(sent) as client:
        status, _headers, body = read(client)

    assert (status, len(body) < 100) == (expected, True)
    assert served.notes.read_text() == ""
    assert served.said()["path"] == "/"


def test_no_header_of_a_client_changes_where_we_think_we_are(serve):
    served = serve(processes=1)
    forged = (
        "SCRIPT_NAME: /evil\r\nScript-Name: /evil\r\nX-Forwarded-Prefix: /evil\r\n"
        "X-Forwarded-Proto: https\r\nX-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\n"
        "X-Forwarded-Host: evil.example\r\nPATH_INFO: /evil\r\nREMOTE_ADDR: 192.0.2.1\r\n"
    )

    seen = served.said("/here", headers=forged)

    assert seen["mounted"] == ""
    assert (seen["path"], seen["scheme"], seen["from"]) == ("/here", "http", "127.0.0.1")


def test_the_server_says_no_name(serve):
    served = serve(processes=1)

    answers = [served.ask()[1], served.ask("/fail")[1], served.ask("/?" + "x" * 20_000)[1]]

    assert not [head for head in answers if "\r\nserver:" in head.lower() or "aitress" in head]


def test_a_body_that_is_too_long_is_seen_by_its_length_alone(serve):
    served = serve(processes=1)

    seen = served.said(body=b"x" * 3_000_000)

    assert seen["taken"] == 0


def test_a_second_request_sent_along_with_the_first_is_not_answered(serve):
    served = serve(processes=1)

    with served.connect(b"GET /one HTTP/1.1\r\nHost: x\r\n\r\n" * 3) as client:
        status, headers, body = read(client)

    assert (status, json.loads(body)["path"]) == (200, "/one")
    assert "Connection: close" in headers


def test_a_line_break_after_a_form_is_forgiven(serve):
    served = serve(processes=1)
    post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello\r\n"

    with served.connect(post) as client:
        first = b""
        while not first.endswith(b"}"):
            first += client.recv(65536)
        client.sendall(b"GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        *_, body = read(client)

    assert b"/next" in body


def test_neither_words_nor_addresses_get_into_the_log(serve):
    served = serve(processes=1)

    served.ask("/fail?code=words-of-a-code")
    with served.connect(b"GET http://[words HTTP/1.1\r\n\r\n") as client:
        read(client)
    served.stop()

    log = served.log.read_text()
    assert "could not finish" in log
    assert not [word for word in ("words", "127.0.0.1", "/fail") if word in log]
