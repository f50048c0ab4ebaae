# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Load on all CPUs, repeated boots, CPU hotplug, agent loaded and kernel locked. Most of it is for `make soak`."""
import re
import shutil
import subprocess
from pathlib import Path

import machine
import pytest

SOAK = pytest.mark.soak
CPUSIG = {"/root/cpusig": machine.BUILD / "attacks/cpusig"}
STRESS_SECONDS = 120
BOOTS = 20
TROUBLE = (r"BUG|WARNING|Oops|Call Trace|lockup|LOCKUP|rcu.*(stall|INFO)|unstable|hrtimer: interrupt took|"
           r"blocked for more than|general protection|segfault")
# TCG's CPUs wait while others use the host's: delays up to 100 ms are not Ringward's.
WAITED = re.compile(r"hrtimer: interrupt took \d{1,8} ns")

# test_invisible.py checks the kernel's messages during boot. TCG has no counter for the NMI watchdog.
STRESS = """
dmesg -c >/dev/null
echo "RWTEST: watchdogs soft $(cat /proc/sys/kernel/soft_watchdog) nmi $(cat /proc/sys/kernel/nmi_watchdog)"
begin=$(cut -d. -f1 /proc/uptime)
stress-ng --cpu 4 --vm 2 --vm-bytes 64M --fork 2 --futex 2 --signal 2 --timer 2 --timeout {seconds}s --temp-path /tmp \\
    --metrics-brief >/tmp/out 2>&1
echo "RWTEST: stress-ng $? after $(($(cut -d. -f1 /proc/uptime) - begin)) s"
sed 's/^/RWTEST: says /' /tmp/out
/root/cpusig | sed 's/^/RWTEST: sig /'
if [ -x /ringward/rwctl ]; then
    /ringward/rwctl flush
    /ringward/rwctl status | sed 's/^/RWTEST: rwctl /'
fi
dmesg | sed 's/^\\[[^]]*\\] //' | grep -E '{trouble}' | sed 's/^/RWTEST: trouble /'
"""
SHORT = """
/root/cpusig | sed 's/^/RWTEST: sig /'
"""
HOTPLUG = """
dmesg -c >/dev/null
n=$(grep -c ^processor /proc/cpuinfo)
i=0
while [ $i -lt $n ]; do
    (while [ ! -e /tmp/stop ]; do
        turns=200
        while [ $turns -gt 0 ]; do turns=$((turns - 1)); done
        (:)
    done) &
    i=$((i + 1))
done
round=0
while [ $round -lt {rounds} ]; do
    for way in 0 1; do
        for cpu in /sys/devices/system/cpu/cpu[1-9]*; do
            echo $way >$cpu/online || echo "RWTEST: failed: $way to $cpu in round $round"
        done
    done
    round=$((round + 1))
done
echo "RWTEST: rounds $round online $(cat /sys/devices/system/cpu/online)"
touch /tmp/stop
wait
/root/cpusig | sed 's/^/RWTEST: sig /'
dmesg | sed 's/^\\[[^]]*\\] //' | grep -E '{trouble}' | sed 's/^/RWTEST: trouble /'
"""


def with_libraries(program):
    """files= for machine.boot(): a program of the host with the shared libraries that it needs."""
    path = shutil.which(program)
    assert path, f"no {program}: make packages"
    listed = subprocess.run(["ldd", path], stdout=subprocess.PIPE, check=True, text=True).stdout
    libraries = re.findall(r"(?:=> |^\s*)(/\S+) \(", listed, re.MULTILINE)
    return {f"/bin/{program}": Path(path), **{library: Path(library) for library in libraries}}


def trouble(run):
    """The kernel's complaints."""
    lines = {m.removeprefix("trouble ") for m in run.markers if m.startswith("trouble ")}
    return {re.sub(r"\d+", "N", line) for line in lines if not WAITED.fullmatch(line)}


def assert_no_trouble(run, boot_bare):
    """No complaints from the kernel, or, if the emulator is to blame, no more than without Ringward."""
    if trouble(run):
        bare = boot_bare()
        assert trouble(run) <= trouble(bare), run.explain()


def assert_guests(run, cpus):
    """Every CPU reports that it is a guest."""
    lines = [m for m in run.markers if m.startswith("sig ")]
    assert lines == [f"sig cpu {i} signature RingwardRing vmx 0 svm 0" for i in range(cpus)], run.explain()


def assert_log(run):
    """The log is intact, the kernel locked once, and lost records were counted."""
    out = run.rwlog("verify")
    assert out.returncode == 0, out.stdout + out.stderr
    store, cpus = run.stats["store"], run.stats["cpus"]
    assert store["end"] == "poweroff"
    assert store["evicted"] == sum(c["evicted"] for c in store["classes"].values())
    assert store["records"] + store["evicted"] == store["next_seq"] - 1
    assert store["records"] == len(run.records)
    assert [c["malformed"] for c in cpus] == [0] * len(cpus)
    assert run.of_type("violation") == []
    assert len(run.of_type("lock")) == 1
    told = {r["ring_cpu"]: r["total"] for r in run.of_type("drop") if r["reason"] == "ring_full"}
    for cpu in cpus:
        # The last record about a ring gives its total of lost records. It may have been evicted.
        default = cpu["lost"] if store["classes"]["loss"]["evicted"] else 0
        assert told.get(cpu["cpu"], default) == cpu["lost"], (told, cpu)
    print(f"{run.stats['records']} records taken, lost by CPU {[c['lost'] for c in cpus]}, {store['evicted']} evicted, "
          f"{run.stats['wall_seconds']:.0f} s")


@pytest.fixture(scope="module")
def stressed(boot):
    """stress-ng on four CPUs; a call with no_hv=True boots it without Ringward."""
    def start(**options):
        return boot("amd", STRESS.format(seconds=STRESS_SECONDS, trouble=TROUBLE), smp=4, mem=1024, timeout=1500,
                    files={**CPUSIG, **with_libraries("stress-ng")}, **options)
    return start


@SOAK
def test_stress(stressed):
    run = stressed()
    assert run.status == 0, run.explain()
    said = next(m for m in run.markers if m.startswith("stress-ng "))
    found = re.fullmatch(r"stress-ng 0 after (\d+) s", said)
    assert found and int(found[1]) >= STRESS_SECONDS, run.explain()
    assert any(re.search("successful run completed", m) for m in run.markers), run.explain()
    assert any(m.startswith("watchdogs soft 1 ") for m in run.markers), run.explain()
    assert_guests(run, 4)
    assert_log(run)
    assert_no_trouble(run, lambda: stressed(no_hv=True))


@SOAK
@pytest.mark.parametrize("number", range(1, BOOTS + 1))
def test_boots_in_a_row(cpu, boot, number):
    run = boot(cpu, SHORT, smp=2, files=CPUSIG)
    assert run.status == 0, run.explain()
    assert run.markers[0] == "init" and run.markers[-1] == "script 0", run.explain()
    assert_guests(run, 2)
    assert_log(run)


@pytest.mark.parametrize("vendor,cpus,rounds", [
    ("intel", 2, 2), ("amd", 4, 4),
    pytest.param("intel", 2, 10, marks=SOAK), pytest.param("amd", 4, 30, marks=SOAK)])
def test_hotplug_under_load(boot, vendor, cpus, rounds):
    script = HOTPLUG.format(rounds=rounds, trouble=TROUBLE)
    run = boot(vendor, script, smp=cpus, files=CPUSIG, timeout=900)
    assert run.status == 0, run.explain()
    assert f"rounds {rounds} online 0-{cpus - 1}" in run.markers, run.explain()
    assert not [m for m in run.markers if m.startswith("failed")], run.explain()
    assert_no_trouble(run, lambda: boot(vendor, script, smp=cpus, files=CPUSIG, timeout=900, no_hv=True))
    assert_guests(run, cpus)
    assert all(c["exits"]["sipi"] > rounds for c in run.stats["cpus"][1:])
    assert_log(run)
