# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""More than one CPU: each is a guest, also after hotplug, and none uses a stale translation."""
import re

import machine
import pytest

# Machine, CPUs.
MACHINES = [("intel", 2), ("amd", 2), ("amd", 4), ("amd", 8), ("amd-bochs", 2)]
ATTACKS = machine.BUILD / "attacks"
KMOD = machine.BUILD / "kmod"

SCRIPT = """
for cpu in /sys/devices/system/cpu/cpu[1-9]*; do
    [ $(cat $cpu/online) = 1 ] || echo 1 >$cpu/online || echo "RWTEST: late failed"
done
/root/cpusig | sed 's/^/RWTEST: sig /'
n={rounds}
while [ $n -gt 0 ]; do
    for cpu in /sys/devices/system/cpu/cpu[1-9]*; do
        echo 0 >$cpu/online || echo "RWTEST: offline failed"
    done
    for cpu in /sys/devices/system/cpu/cpu[1-9]*; do
        echo 1 >$cpu/online || echo "RWTEST: online failed"
    done
    n=$((n - 1))
done
echo "RWTEST: online $(cat /sys/devices/system/cpu/online)"
/root/cpusig | sed 's/^/RWTEST: again /'
dmesg | grep -E "WARNING: CPU|BUG:|lockup|rcu.*stall" | sed 's/^/RWTEST: trouble /'
"""
STALE = """
insmod /root/rwstale.ko 2>/dev/null
dmesg | grep rwstale: | sed 's/.*rwstale/RWTEST: rwstale/'
"""


def name(parameter):
    return f"{parameter[0]}-{parameter[1]}"


@pytest.fixture(scope="module", params=MACHINES, ids=name)
def smp(request, boot):
    """Boots several CPUs and the agent, takes all but one offline and online again. Where there are two, the second starts after the lock."""
    which, cpus = request.param
    late = cpus == 2
    run = boot(which, SCRIPT.format(rounds=3 if cpus == 2 else 1), smp=cpus, files={"/root/cpusig": ATTACKS / "cpusig"},
               append="maxcpus=1" if late else "")
    run.cpus = cpus
    return run


def test_boots_and_powers_off(smp):
    assert smp.status == 0, smp.explain()
    assert f"online 0-{smp.cpus - 1}" in smp.markers, smp.explain()
    assert not [m for m in smp.markers if "failed" in m or m.startswith("trouble")], smp.explain()


def test_every_cpu_is_a_guest(smp):
    for prefix in ("sig", "again"):
        lines = [m for m in smp.markers if m.startswith(prefix + " ")]
        assert lines == [f"{prefix} cpu {i} signature RingwardRing vmx 0 svm 0" for i in range(smp.cpus)], smp.explain()


def test_every_cpu_is_counted(smp):
    cpus = smp.stats["cpus"]
    assert [c["cpu"] for c in cpus] == list(range(smp.cpus))
    assert all(c["exits"]["cpuid"] > 0 for c in cpus)
    # Started at least once by the firmware, and again by each hotplug.
    assert all(c["exits"]["sipi"] > 1 for c in cpus[1:]), cpus


def test_lock_reached_every_cpu(smp):
    assert sum(c["shootdowns"] for c in smp.stats["cpus"]) >= 1


def test_cpu_that_linux_has_not_started_waits(smp):
    """It is in the firmware's code at the lock, which nobody approved and no control state pins."""
    parked = re.findall(r"CPU (\d+) was not started by the kernel: it waits until it is", smp.hv)
    assert parked == (["1"] if smp.cpus == 2 else [])
    assert smp.of_type("violation") == []


def test_log_is_sound(smp):
    out = smp.rwlog("verify")
    assert out.returncode == 0, out.stdout + out.stderr


@pytest.fixture(scope="module", params=[("intel", 2), ("amd", 4), ("amd-bochs", 2)], ids=name)
def stale(request, boot):
    """No agent: the test's module locks a page while all other CPUs write to it."""
    which, cpus = request.param
    # The CPUs must really run in parallel: QEMU has a thread for each.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RWRUN_QEMU", "-accel tcg,thread=multi")
        # The module names one page as read-only, and no code.
        run = boot(which, STALE, smp=cpus, agent=False, conf={"agent": "yes", "kernel_code": "off"},
                   files={"/root/rwstale.ko": KMOD / machine.kernel_release() / "rwstale.ko"})
    run.cpus = cpus
    return run


def test_no_stale_translation(stale):
    assert stale.status == 0, stale.explain()
    line = next((m for m in stale.markers if m.startswith("rwstale: lock")), "")
    found = re.fullmatch(r"rwstale: lock 0, (\d+) CPUs were writing \((\d+) writes before\), (\d+) changes after", line)
    assert found, stale.explain()
    writers, before, after = map(int, found.groups())
    assert writers == stale.cpus - 1
    assert before > 0
    assert after == 0


def test_writes_after_the_lock_are_recorded(stale):
    hits = [r for r in stale.of_type("violation") if r["target"] == "kernel_rodata"]
    assert {r["cpu"] for r in hits} >= set(range(stale.cpus)) - {r["cpu"] for r in stale.of_type("lock")}
