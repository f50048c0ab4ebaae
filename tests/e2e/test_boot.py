# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""A stock kernel boots, works and ends under Ringward as on the bare emulator, with few exits."""
import pytest

SMALL = """
echo "RWTEST: cpus $(grep -c ^processor /proc/cpuinfo)"
echo "RWTEST: uid $(id -u)"
sleep {seconds}
"""
IDLE_SECONDS = 10
MARKERS = ["init", "cpus 1", "uid 0", "script 0"]


@pytest.fixture(scope="module")
def bare(cpu, boot):
    """Without Ringward."""
    return boot(cpu, SMALL.format(seconds=0), no_hv=True)


@pytest.fixture(scope="module")
def plain(cpu, boot):
    """Under Ringward, without the agent, to /init and off again."""
    return boot(cpu, SMALL.format(seconds=0), agent=False)


@pytest.fixture(scope="module")
def idle(cpu, boot):
    """The same with a guest that then sleeps."""
    return boot(cpu, SMALL.format(seconds=IDLE_SECONDS), agent=False)


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


def test_every_cpu_is_a_guest(plain):
    cpus = plain.stats["cpus"]
    assert [c["cpu"] for c in cpus] == [0]
    assert all(sum(c["exits"].values()) > 0 for c in cpus), cpus


def test_log_of_a_run_without_agent_is_sound(plain):
    out = plain.rwlog("verify")
    assert out.returncode == 0, out.stdout + out.stderr


def test_few_exits_up_to_init(plain):
    assert 0 < plain.stats["exits_total"] <= 2500, plain.stats["exits"]


def test_idle_guest_is_left_alone(plain, idle):
    assert idle.status == 0, idle.explain()
    more = {reason: count - plain.stats["exits"][reason] for reason, count in idle.stats["exits"].items()}
    assert sum(more.values()) / IDLE_SECONDS < 10, more
