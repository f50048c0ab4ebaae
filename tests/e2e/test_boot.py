# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""A stock kernel boots, works and ends under Ringward as it does on the bare emulator, with few exits."""
import json
import re

import pytest

import machine
import machines

WHERE = machines.ALL
SMALL = """
echo "RWTEST: cpus $(grep -c ^processor /proc/cpuinfo)"
echo "RWTEST: uid $(id -u)"
"""
IDLE_SECONDS = 10
# Three readings in one boot, because a boot's exits depend on the speed of the host. The difference of the first
# two is the cost of a reading.
IDLE = f"""
stats() {{ /ringward/rwctl --json stats >/tmp/stats.$1; }}
stats 1
stats 2
sleep {IDLE_SECONDS}
stats 3
# Only now: each program that starts executes CPUID, and one that starts beside a reading may count in either.
for n in 1 2 3; do echo "RWTEST: stats $(tr -d '\\n' </tmp/stats.$n)"; done
"""
MARKERS = ["init", "cpus 1", "uid 0", "script 0"]


@pytest.fixture(scope="module")
def bare(where, boot):
    """Without Ringward."""
    return boot(where, SMALL, no_hv=True)


@pytest.fixture(scope="module")
def plain(where, boot):
    """Under Ringward, without the agent, to /init and off again."""
    return boot(where, SMALL, agent=False)


def test_bare_machine_boots_and_powers_off(bare):
    assert bare.status == 0, bare.explain()
    assert bare.markers == MARKERS, bare.explain()
    assert bare.stats["end"] == "poweroff"


def test_bare_machine_has_no_hypervisor_part(bare):
    assert "ringward:" not in bare.hv and "@RW" not in bare.hv
    assert "exits" not in bare.stats
    assert not bare.store.exists()


def test_guest_boots_and_powers_off_under_ringward(plain):
    assert plain.status == 0, plain.explain()
    assert plain.markers == MARKERS, plain.explain()
    assert plain.stats["end"] == "poweroff"


def test_loader_and_hypervisor_begin_with_their_version(plain):
    version = (machine.TOP / "VERSION").read_text(encoding="ascii").strip()
    # Until the loader claims the line the firmware's terminal has it, and shows the loader's text, too.
    told = [line for line in plain.hv.splitlines() if line.startswith("ringward: ")]
    assert told[0] == f"ringward: loader {version}"
    hypervisor = [line for line in told if line.startswith("ringward: hypervisor ")]
    assert len(hypervisor) == 1 and re.fullmatch(rf"ringward: hypervisor {re.escape(version)}, .*, 1 CPUs", hypervisor[0])


def test_every_cpu_is_a_guest(plain):
    cpus = plain.stats["cpus"]
    assert [c["cpu"] for c in cpus] == [0]
    assert all(sum(c["exits"].values()) > 0 for c in cpus), cpus


def test_log_of_a_run_without_agent_is_sound(plain):
    out = plain.rwlog("verify")
    assert out.returncode == 0, out.stdout + out.stderr


def test_few_exits_up_to_init(plain):
    assert 0 < plain.stats["exits_total"] <= 2500, plain.stats["exits"]


def test_idle_guest_is_left_alone(where, boot):
    """With the agent, which has nothing to report."""
    run = boot(where, IDLE)
    told = [json.loads(m.removeprefix("stats "))["total"]["exits_total"] for m in run.markers if m.startswith("stats ")]
    first, second, last = told
    # A beat a second, and at most ten looks, by a timer that does not wake an idle CPU.
    assert (last - second) - (second - first) < 12 * IDLE_SECONDS, told
