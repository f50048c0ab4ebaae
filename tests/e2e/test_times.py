# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Several CPUs: a record's time is that of its event, whatever the order in which the rings were emptied."""
import json

import machine
import pytest

MACHINES = [("amd", 2), ("amd", 4), ("intel", 2), ("amd-bochs", 2)]
WORKERS, ROUNDS = 4, 25
SCRIPT = f"""
for worker in $(seq {WORKERS}); do
	(i=0; while [ $i -lt {ROUNDS} ]; do /opt/short; : >/tmp/file.$worker; i=$((i + 1)); done) &
done
wait
/ringward/rwctl status | sed -n 's/^boot */RWTEST: boot /p'
/ringward/rwctl --json status | tr -d '\\n' | sed 's/^/RWTEST: json /'
echo
"""


@pytest.fixture(scope="module", params=MACHINES, ids=lambda p: f"{p[0]}-{p[1]}")
def busy(request, boot):
    """All CPUs start short programs at the same time."""
    which, cpus = request.param
    run = boot(which, SCRIPT, smp=cpus, files={"/opt/short": machine.BUILD / "tests/tiny"})
    run.cpus = cpus
    return run


def exported(run, *options):
    """The records as `rwlog export` with these options gives them."""
    return machine.parsed(run.rwlog("export", *options).stdout)


def test_log_is_sound(busy):
    out = busy.rwlog("verify")
    assert busy.status == 0 and out.returncode == 0, busy.explain() + out.stdout + out.stderr
    assert len({r["cpu"] for r in busy.of_type("exec") if r["path"] == "/opt/short"}) > 1


def test_fork_exec_and_exit_follow_each_other(busy):
    execs = [r for r in busy.of_type("exec") if r["path"] == "/opt/short"]
    forks = {r["child_pid"]: r for r in busy.of_type("fork")}
    exits = {r["pid"]: r for r in busy.of_type("exit")}
    assert len(execs) == WORKERS * ROUNDS
    for record in execs:
        pid = record["pid"]
        assert forks[pid]["time_ns"] < record["time_ns"] < exits[pid]["time_ns"], (forks[pid], record, exits[pid])


def test_no_time_was_replaced(busy):
    assert [r for r in busy.records if "time_adjusted" in r] == []


def test_custody_and_time_are_two_orders(busy):
    by_seq, by_time = exported(busy), exported(busy, "--sort", "time")
    assert [r["seq"] for r in by_seq] == list(range(1, len(by_seq) + 1))
    assert by_time == sorted(by_seq, key=lambda r: (r["time_ns"], r["seq"]))
    assert by_time != by_seq


def test_status_names_the_log(busy):
    boot = busy.stats["store"]["boot"]
    status = json.loads(next(m for m in busy.markers if m.startswith("json ")).removeprefix("json "))
    assert f"boot {boot}" in busy.markers and status["boot"] == boot
    assert f"boot {boot}" in busy.rwlog("verify").stdout
    used = {name: c["used"] for name, c in status["store"]["classes"].items()}
    assert sum(used.values()) == status["store"]["used"] and used["exec"] > 0 and used["file"] > 0
