"""The bench runs: real forms, a real sign-in, every page and every figure, with tiny numbers."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bench import bare, pages, people, serving, taking_in
from bench.faults.trial import dice
from bench.figures import Aim, Figures, Timing
from bench.house import House
from bench.load import Answer, Broken, Run, fire, get
from bench.plan import Plan
from tests.faults.conftest import SEED

TINY = Plan(rounds=1, posts={1: 3, 2: 4}, gets={1: 3}, sizes=(100, 200), warm_up=2)


@pytest.mark.slow
def test_everything_is_measured(tmp_path):
    figures = Figures(machine={"machine": "a test"})
    with House(durable=False) as house:
        team, staff = people.found_queue(house, responders=1)
        house.serve_bare(like="public")
        bare.furnish(house.database("helpdesk_owner", "bare"))
        for surface in ("public", "staff"):
            house.serve(surface)
            house.wait_for(surface)
        house.serve_plain(like="public")
        for name in ("bare", "plain"):
            house.wait_for(name, "/form")

        serving.measure(house, figures, TINY)
        taking_in.measure(house, figures, TINY, dice(SEED))
        pages.measure(house, figures, TINY, team, staff[1])
        figures.memory = house.memory()

    figures.save(tmp_path / "figures.json")
    kept = json.loads((tmp_path / "figures.json").read_text())
    assert len(kept["timings"]) == 2 + 4 + 6
    assert len(kept["aims"]) == 1 + 2 + 4 + 1
    assert all(0 < size < 200_000 for size in kept["bytes"].values())
    assert set(kept["memory"]) == {"postgres", "redis", "public", "staff", "bare", "plain"}
    # Pages that others share count in parts: an idle Redis has hardly one megabyte of its own.
    assert all(megabytes > 0.1 for megabytes in kept["memory"].values()), kept["memory"]
    assert "report, POST, 2 clients" in "\n".join(figures.lines())


def test_half_of_the_answers_came_within_the_median():
    run = Run([Answer(n, 200, n / 1000, 0) for n in range(1, 102)], seconds=2.0)

    timing = Timing.of(run)

    assert timing.per_second == 50.5
    assert timing.p50 == pytest.approx(51)
    assert timing.p95 == pytest.approx(96)


def test_an_aim_that_is_missed_says_so():
    assert "NOT MET" in str(Aim("reports", 0.4, 0.39, at_least=True))
    assert str(Aim("pages", 3, 2.9, at_least=False)).endswith("met")


@pytest.fixture
def server():
    """A server that can answer, close a connection, and hide how long an answer is."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if self.path == "/gone":
                self.close_connection = True
                return
            self.send_response(200)
            if self.path != "/endless":
                self.send_header("Content-Length", "2")
            if self.path == "/close":
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *words):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found.server_address[1]
        found.shutdown()
        thread.join()


def test_every_request_is_answered_once_also_when_the_server_closes_politely(server):
    run = fire(server, [get("/close")] * 5, 1, keep=True)

    assert sorted(answer.number for answer in run.answers) == [0, 1, 2, 3, 4]
    assert run.statuses() == {200: 5}
    assert all(answer.whole.endswith(b"ok") for answer in run.answers)


@pytest.mark.parametrize("path", ["/gone", "/endless"])
def test_a_run_that_cannot_be_trusted_is_none(server, path):
    with pytest.raises(Broken):
        fire(server, [get(path)], 1)
