"""The processes behind one socket: replaced one by one, and a restart refuses nobody."""

import os
import signal
import threading

from helpdesk.adapters import child_processes
from tests.server.conftest import is_closed, read, read_kept, until


def test_every_process_answers_on_the_same_socket(serve):
    served = serve(processes=3)

    until(lambda: len(served.pids()) == 3)
    assert {served.said("/sleep")["pid"] for _ in range(1)} <= served.pids()


def test_a_process_that_dies_is_replaced_and_the_others_answer_meanwhile(serve):
    served = serve(processes=2)
    until(lambda: len(served.pids()) == 2)
    before = served.pids()

    os.kill(min(before), signal.SIGKILL)

    assert all(served.said()["path"] == "/" for _ in range(20))
    until(lambda: len(served.pids()) == 2 and served.pids() != before)


def test_a_process_that_hangs_is_ended_and_replaced(serve):
    served = serve(processes=1, LIMITS="STUCK_TIMEOUT=2")
    first = served.said()["pid"]

    os.kill(first, signal.SIGSTOP)

    assert served.said()["pid"] != first


def test_a_process_whose_threads_are_stuck_is_ended_and_replaced(serve):
    served = serve(processes=1, threads=1, LIMITS="STUCK_TIMEOUT=2")
    first = served.said()["pid"]

    hang = b"GET /hang HTTP/1.1\r\nHost: x\r\n\r\n"
    with served.connect(hang) as one, served.connect(hang) as two:
        assert is_closed(one)
        assert is_closed(two)

    assert served.said()["pid"] != first
    assert "stuck" in served.log.read_text()


def test_a_process_that_has_answered_enough_is_replaced_and_refuses_nobody(serve):
    served = serve(processes=1, LIMITS="MAX_ANSWERS=10 MAX_ANSWERS_JITTER=1")

    pids = [served.said()["pid"] for _ in range(100)]

    assert len(set(pids)) >= 5


def test_where_a_process_cannot_be_started_the_others_go_on_and_it_is_tried_again(serve):
    served = serve(processes=2, LIMITS="MAX_ANSWERS=10 MAX_ANSWERS_JITTER=1", FORK_FAILS="3")

    pids = {served.said()["pid"] for _ in range(60)}

    assert len(pids) >= 3
    assert "could not be started" in served.log.read_text()
    assert served.stop() == 0


def test_files_and_what_the_server_refuses_bring_no_new_process(serve):
    served = serve(processes=1, LIMITS="MAX_ANSWERS=10 MAX_ANSWERS_JITTER=1")
    first = served.said()["pid"]

    pids = {served.said("/static/mark.svg")["pid"] for _ in range(60)}
    for _ in range(20):
        served.ask("/?" + "x" * 20_000)

    assert pids | {served.said()["pid"]} == {first}


def test_a_connection_that_is_kept_hears_which_answer_is_its_last(serve):
    served = serve(processes=1, LIMITS="MAX_ANSWERS=10 MAX_ANSWERS_JITTER=1")
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    for _ in range(30):
        with served.connect() as client:
            answers = 0
            while True:
                client.sendall(request)
                head, length = read_kept(client)
                answers += 1
                if "connection: close" in head.lower():
                    break
                # It looks now and then how much it has answered, and not after each answer.
                assert answers < 1_000
            assert length


def test_a_request_under_way_is_finished_when_the_server_stops(serve):
    served = serve(processes=1)
    served.said()
    sleep = b"GET /sleep HTTP/1.1\r\nHost: x\r\n\r\n"
    post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel"
    answers = []
    with served.connect(sleep) as client, served.connect(post) as half:
        # What no process has taken yet is not under way: it waits on the socket for the next one.
        until(lambda: served.has_read(client) and served.has_read(half))
        reader = threading.Thread(target=lambda: answers.append(read(client)))
        reader.start()

        served.process.send_signal(signal.SIGTERM)
        half.sendall(b"lo")
        answers.append(read(half))
        reader.join()

    assert served.process.wait(30) == 0
    assert [status for status, _, _ in answers] == [200, 200]


def test_who_comes_while_the_server_restarts_waits_and_is_answered(serve):
    served = serve(processes=2)
    served.said()

    served.stop()
    with served.connect(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as early:
        served.start()
        status, _, _ = read(early)

    assert status == 200


def test_a_process_that_is_told_to_stop_as_it_is_born_stops(serve):
    served = serve(processes=2, STOPPED_AT_BIRTH="1")
    until(lambda: "server process stopped (15)" in served.log.read_text())

    assert served.stop() == 0


def test_a_server_that_stops_waits_for_what_it_had_to_kill(serve):
    served = serve(processes=20, threads=1, LIMITS="SHUTDOWN_TIMEOUT=0 STUCK_TIMEOUT=600")
    until(lambda: len(served.pids()) == 20)
    for pid in served.pids():
        os.kill(pid, signal.SIGSTOP)

    assert served.stop() == 0


def test_processes_whose_master_was_killed_end_themselves(serve):
    served = serve(processes=2)
    until(lambda: len(served.pids()) == 2)
    orphans = served.pids()

    served.process.kill()
    served.process.wait()

    until(lambda: not any(child_processes.is_alive(pid) for pid in orphans))
