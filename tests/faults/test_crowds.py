"""Hanging sockets and floods: people are answered and heard among them; and the judge sees it."""

import socketserver
import threading

import click
import pytest

from bench import load
from bench.faults import flooding, hanging
from bench.faults.trial import dice
from bench.reports import sent_reports
from tests.faults.conftest import SEED

pytestmark = pytest.mark.slow


def told(trial):
    click.echo("\n".join(trial.lines()))
    return trial


def test_people_are_answered_while_two_hundred_sockets_hang(scene):
    scene.serve("public")
    port, chance = scene.house.port("public"), dice(SEED)

    trial = told(
        hanging.trial(
            port,
            seed=SEED,
            sockets=200,
            asked=40,
            reports=lambda number: sent_reports(port, number, chance),
            bar=None,
        )
    )

    assert trial.faults == []
    assert trial.acknowledged == 2 * (40 + 10)


class OneAtATime(socketserver.StreamRequestHandler):
    """What reads a request in the thread that serves."""

    timeout = 20

    def handle(self):
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")


@pytest.fixture
def one_at_a_time():
    server = socketserver.TCPServer(("127.0.0.1", 0), OneAtATime, bind_and_activate=False)
    server.request_queue_size = 128
    server.handle_error = lambda *_: None  # who hangs up is no error of ours
    server.server_bind()
    server.server_activate()
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_the_judge_sees_a_server_that_hanging_sockets_stop(one_at_a_time, monkeypatch):
    monkeypatch.setattr(load, "PATIENCE", 2)

    trial = told(hanging.trial(one_at_a_time, seed=SEED, sockets=20, asked=8, bar=None))

    assert any("not answered" in fault for fault in trial.faults)
    assert trial.acknowledged == 8, "alone they were"


@pytest.mark.parametrize("is_patient", [False, True])
def test_in_a_flood_people_keep_their_lane_and_are_heard(scene, is_patient):
    scene.house.work("notices")
    scene.house.tick()
    scene.serve("public", "tests.faults.planted:waits_two_seconds()")

    trial = told(
        flooding.trial(
            scene.house, scene.mail, seed=SEED, seconds=8, honest=3, is_patient=is_patient, wait=3
        )
    )

    assert trial.faults == []
    assert trial.acknowledged == 3
    assert trial.done["honest in first lane"] == 3
    assert is_patient or trial.done["flood in second lane"] > 0


def test_the_judge_sees_that_people_are_marked_by_others(scene):
    scene.house.work("notices")
    scene.house.tick()
    scene.serve("public", "tests.faults.planted:marks_by_number()")

    trial = told(
        flooding.trial(
            scene.house, scene.mail, seed=SEED, seconds=6, honest=3, is_patient=False, wait=3
        )
    )

    assert any("put into the second lane" in fault for fault in trial.faults)


def test_the_judge_sees_letters_for_each_case_and_a_flood_in_the_first_lane(scene):
    scene.house.work("notices", "tests.faults.letters_for_each")
    scene.house.tick()
    scene.serve("public", "tests.faults.planted:marks_nothing()")

    trial = told(
        flooding.trial(
            scene.house, scene.mail, seed=SEED, seconds=10, honest=1, is_patient=False, wait=1
        )
    )

    assert any("letters went to one person" in fault for fault in trial.faults)
    assert any("are in the first lane" in fault for fault in trial.faults)
