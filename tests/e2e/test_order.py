# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Many records from several CPUs at once: none is lost, out of order, or has another event's time."""
import subprocess

import machine
import pytest

CPUS, RECORDS = 4, 500_000
TYPES = ("file_open", "file_unlink")
RULES = "include file_open,file_unlink path=/tmp/flood\nexclude *\n"
FILES = {"/opt/flood": machine.BUILD / "tests/flood"}
FEW = 8_000  # files of all CPUs together
FLAT = 1.25


def script(count):
    """Each CPU makes and removes this many files."""
    return f'/opt/flood order {count} && echo "RWTEST: done"; /ringward/rwctl flush\n'


def read(run):
    """The records that the flood caused, as rwlog writes them, one after another."""
    argv = [machine.RWLOG, "export", "--path", "/tmp/flood/", "--type", ",".join(TYPES), run.store]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as rwlog:
        for line in rwlog.stdout:
            yield from machine.parsed(line)
    assert rwlog.returncode == 0


class Cpu:
    """What the records of one CPU have shown so far: they must alternate between the two types."""

    def __init__(self):
        self.count = 0
        self.time = self.tsc = 0
        self.lowest, self.highest = float("-inf"), float("inf")

    def take(self, record, hz):
        """Checks the next record in the log's order, and narrows down the TSC's value at the time 0."""
        name = record["path"].removeprefix("/tmp/flood/")
        _, number, tsc = map(int, name.split("."))
        assert (number, record["type"]) == (self.count // 2, TYPES[self.count % 2]), (self.count, record)
        assert record["time_ns"] > self.time, record
        if self.count % 2 == 0:
            # The name was made after all earlier events of the CPU, and before this one.
            self.lowest = max(self.lowest, tsc - record["time_ns"] * hz / 1e9)
            if self.count:
                self.highest = min(self.highest, tsc - self.time * hz / 1e9)
        self.count, self.time = self.count + 1, record["time_ns"]
        return self


def tsc_hz(run):
    """The TSC's frequency, as the hypervisor knows it: in the store's header (docs/log-format.md)."""
    with open(run.store, "rb") as store:
        return int.from_bytes(store.read(64)[56:64], "little")


def follow(run, cpus):
    """The Cpu of each, after all records."""
    found, hz = [Cpu() for _ in range(cpus)], tsc_hz(run)
    for record in read(run):
        cpu = int(record["path"].removeprefix("/tmp/flood/").split(".")[0])
        assert record["cpu"] == cpu, record
        found[cpu].take(record, hz)
    return found


def check(run, cpus, each):
    """Nothing is lost, out of order, or has another event's time."""
    out = run.rwlog("verify")
    assert "done" in run.markers and out.returncode == 0, run.explain() + out.stdout + out.stderr
    assert [c["lost"] for c in run.stats["cpus"]] == [0] * cpus and run.stats["store"]["evicted"] == 0
    found = follow(run, cpus)
    assert [c.count for c in found] == [each] * cpus
    # One clock explains all: had a record the time of another event, it would lie outside its two neighbours' names.
    assert max(c.lowest for c in found) <= min(c.highest for c in found) + 1


@pytest.mark.soak
def test_half_a_million_records(boot):
    run = boot("amd", script(RECORDS // CPUS // 2), smp=CPUS, mem=1024, files=FILES, monitor=RULES, timeout=3000,
               conf={"store_mib": 192}, append="cgroup_disable=memory")
    check(run, CPUS, RECORDS // CPUS)


def test_some_records(boot):
    run = boot("amd", script(2500), smp=CPUS, files=FILES, monitor=RULES)
    check(run, CPUS, 5000)


@pytest.mark.soak
def test_exits_do_not_grow_with_the_number_of_cpus(boot):
    """The same records, made by more CPUs. Instructions cannot be counted here: QEMU's icount hangs with two CPUs."""
    calls = {}
    for cpus in (1, 2, 4, 8):
        run = boot("amd", script(FEW // cpus), smp=cpus, files=FILES, monitor=RULES)
        check(run, cpus, 2 * FEW // cpus)
        calls[cpus] = run.stats["exits"]["hypercall"]
    print(calls)
    assert max(calls.values()) <= FLAT * calls[1], calls
