# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The dead man's switch: an agent that is detached or falls silent is recorded by the hypervisor, and answered."""
import pytest

import machine

BEAT = 1
MISSED = 30 + 15
# The exits that find the agent missing: one CPU that works is enough.
SHELL = """
wait_for() { i=0; while [ $i -lt $1 ]; do /root/portwrite 0x80:1:0; sleep 1; i=$((i + 1)); done; }
attack() { echo "$*" >/proc/rwattack; sed 's/^/RWTEST: /' /proc/rwattack; }
insmod /root/rwattack.ko
"""
ATTACKS = SHELL + f"""
echo 0 >/sys/devices/system/cpu/cpu1/online
echo 1 >/sys/devices/system/cpu/cpu1/online
attack silence modprobe
echo "RWTEST: modprobe $(cat /proc/sys/kernel/modprobe)"
attack silence forks
attack silence ring
wait_for {BEAT + 2}
attack silence beats
wait_for {MISSED + 10}
echo "RWTEST: lives"
"""
STOPPED = SHELL + f"""
attack silence beats
wait_for {MISSED + 30}
echo "RWTEST: lives"
"""


def files(linux="6.1"):
    return {"/root/rwattack.ko": machine.kmod("rwattack", linux),
            "/root/portwrite": machine.BUILD / "attacks/portwrite"}


def states(run, cpu=None):
    return [(r["of_cpu"], r["state"]) for r in run.of_type("agent_state") if cpu in (None, r["of_cpu"])]


@pytest.fixture(scope="module")
def silenced(boot):
    """Two CPUs; CPU 1 goes offline and comes back; a tracepoint is detached; then the beats are stopped."""
    return boot("amd", ATTACKS, files=files(), smp=2)


def test_offline_cpu_pauses_and_returns(silenced):
    assert "lives" in silenced.markers, silenced.explain()
    assert states(silenced, 1)[:2] == [(1, "paused"), (1, "heard")], states(silenced)


def test_detached_tracepoint_is_noticed_on_each_cpu(silenced):
    deaf = [r for r in silenced.of_type("agent_state") if r["state"] == "deaf"]
    assert sorted(r["of_cpu"] for r in deaf) == [0, 1] and {r["probes_gone"] for r in deaf} == {1}, deaf
    assert silenced.hv.count("tracepoints less than at its start") == 2
    # The hypervisor is told within a beat.
    forks = [r["time_ns"] for r in silenced.of_type("fork")]
    assert all(0 < r["time_ns"] - forks[-1] < (BEAT + 5) * 10**9 for r in deaf), (deaf, forks[-1])


def test_changed_data_is_recorded(silenced):
    """Watched data stays writable: the attack works, and the hypervisor says what was there before."""
    assert "modprobe /tmp/evil" in silenced.markers, silenced.explain()
    changes = silenced.of_type("data_change")
    path, ring = changes
    assert (path["symbol"], path["symbol_offset"]) == ("modprobe_path", 1), changes
    assert bytes.fromhex(path["old_value"]).startswith(b"sbin/modprobe\0")
    assert bytes.fromhex(path["new_value"]).startswith(b"tmp/evil\0")
    assert ring["symbol"].startswith("ringward:rings, CPU ") and ring["symbol_offset"] == 16, changes
    assert (ring["old_value"], ring["new_value"]) == ("01", "00")
    assert "ALERT modprobe_path+1 has changed" in silenced.hv


def test_silence_is_recorded_once_by_the_hypervisor(silenced):
    silent = [r for r in silenced.of_type("agent_state") if r["state"] == "silent"]
    assert sorted(r["of_cpu"] for r in silent) == [0, 1], states(silenced)
    for record in silent:
        missed = (record["time_ns"] - record["heard_ns"]) / 10**9
        assert MISSED <= missed < MISSED + 8, record
    for cpu in (0, 1):
        assert silenced.hv.count(f"ALERT the agent on CPU {cpu} is silent") == 1
    out = silenced.rwlog("verify")
    assert out.returncode == 0, out.stdout + out.stderr


def test_silence_stops_the_machine(boot):
    run = boot("amd", STOPPED, files=files(), conf={"on_agent_loss": "stop"}, ends="stopped")
    assert "ringward: stopped: the agent is silent, and on_agent_loss = stop" in run.hv
    assert "lives" not in run.markers
    assert states(run) == [(0, "silent")]
