# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""rwrun's time limits count the guest's time, and a run that reaches one says how far it got."""
import contextlib
import re
import signal
import subprocess
import sys
import time

from rwrun_lib.clock import GuestClock

BUSY = "while True: pass"
IDLE = "import time; time.sleep(3600)"
HOUR = 3600


@contextlib.contextmanager
def process(program):
    """A Python program that has started in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", f"print('here', flush=True)\n{program}"],
                          stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout.readline() == b"here\n"
            yield child
        finally:
            child.kill()


def state_of(child):
    """The state of a process's first thread."""
    with open(f"/proc/{child.pid}/stat", encoding="ascii") as f:
        return f.read().rpartition(")")[2].split()[0]


def wait_for_state(child, state):
    while state_of(child) != state:
        time.sleep(0.01)


def test_work_counts_by_its_cpu_time():
    with process(BUSY) as child:
        clock = GuestClock(0)
        while clock.cpu_seconds < 0.1:
            clock.advance(child.pid, HOUR)
        # Regardless of wall-clock time and of other load on the host.
        assert clock.seconds <= clock.cpu_seconds < 60


def test_threads_at_once_count_once():
    with process(BUSY) as child:
        clock = GuestClock(0)
        while clock.cpu_seconds < 0.1:
            clock.advance(child.pid, 0.001)
        assert clock.seconds <= 0.001


def test_idle_time_counts_as_it_passes():
    with process(IDLE) as child:
        wait_for_state(child, "S")
        clock = GuestClock(0)
        clock.advance(child.pid, HOUR)
        assert clock.seconds == HOUR and clock.cpu_seconds < 60


def test_time_that_the_host_takes_away_does_not_count():
    with process(BUSY) as child:
        child.send_signal(signal.SIGSTOP)
        wait_for_state(child, "T")
        clock = GuestClock(0)
        clock.advance(child.pid, 1)
        before = clock.seconds
        clock.advance(child.pid, HOUR)
        assert clock.seconds == before


def test_a_new_process_adds_to_the_time_of_the_old_one():
    clock = GuestClock(0)
    with process(IDLE) as child:
        wait_for_state(child, "S")
        clock.advance(child.pid, HOUR)
    clock.advance(child.pid, HOUR + 1)  # it has ended
    with process(IDLE) as child:
        wait_for_state(child, "S")
        clock.advance(child.pid, 2 * HOUR)
    assert HOUR * 2 - 1 <= clock.seconds <= HOUR * 2


def test_wall_limit_gives_status_124_and_says_how_far_the_guest_came(boot):
    run = boot("amd", "sleep 600", no_hv=True, extra=("--timeout", 1), ends="timeout")
    lines = run.stderr.splitlines()
    assert lines[0] == "rwrun: time limit of 1 s", run.explain()
    assert re.fullmatch(r"rwrun: the guest's time \S+ s, CPU time of qemu-tcg \S+ s, wall time \S+ s", lines[1]), lines
    assert lines[2].startswith("rwrun: the guest's last line: ") and len(lines) == 3


def test_guest_limit_says_how_far_the_guest_came(boot):
    """The guest sleeps: QEMU consumes no CPU then."""
    run = boot("amd", 'echo "RWTEST: waits"; while :; do sleep 60; done', timeout=30, ends="timeout")
    assert 30 <= run.stats["guest_seconds"] < 35, run.explain()
    assert run.stats["emulator_cpu_seconds"] < run.stats["guest_seconds"] <= run.stats["wall_seconds"]
    lines = run.stderr.splitlines()
    assert lines[0] == "rwrun: time limit of 30 s of the guest's time", run.explain()
    assert "rwrun: the guest's last line: RWTEST: waits" in lines, run.explain()
    assert any(ln.startswith("rwrun: the hypervisor's last line: ringward: locked: ") for ln in lines), run.explain()


def test_guest_limit_counts_bochs_and_its_ticks(boot):
    run = boot("intel", "", timeout=5, ends="timeout")
    assert 5 <= run.stats["guest_seconds"] < 10, run.explain()
    assert re.search(r"CPU time of bochs \S+ s, wall time \S+ s, \d+ ticks when its log ends$", run.stderr, re.MULTILINE)
    assert run.stats["ticks"] > 0
