# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The guest can neither read nor write the hypervisor's memory, and garbage in a ring does no harm."""
import pytest

import attack_script
import machines
from attacked import number

WHERE = machines.ALL
ONES = "ff"
MIB = 1 << 20
STEPS = [f"ring.{kind}.{seed}" for kind, seed in attack_script.RINGS]
MALFORMED = {"index", "size", "magic", "type", "field"}


def hv_steps(run):
    """The steps that read the hypervisor's memory from the kernel: name -> guest-physical address."""
    start, end = run.region
    found = {f"hvread.{gpa}": gpa for gpa in range(start, end, attack_script.HV_STEP_MIB * MIB)}
    return {**found, "hvread.last": end - 64, "hvread.again": start}


def accesses(run, step, access):
    """Number of accesses of a kind to the hypervisor's memory that a step's records count."""
    return [(r, 1 + r.get("repeat", 0)) for r in run.after(step, "violation")
            if (r["target"], r["access"]) == ("hypervisor", access)]


def offender(record):
    """The process; a kernel with page-table isolation hides it while user mode runs."""
    return record["comm"] if record["cpl"] == 0 else record.get("comm", "hvmem")


def test_attacks_hit_the_hypervisors_memory(attacked):
    start, end = attacked.region
    assert start < attacked.store_gpa and attacked.store_gpa + 16 * MIB < end
    assert end - start >= 20 * MIB and len(hv_steps(attacked)) >= 12


def test_kernel_reads_ones(attacked):
    for step, gpa in hv_steps(attacked).items():
        assert attacked.answers(step) == [f"hvread {gpa + i:#x} {ONES * 32}" for i in (0, 32)]


def test_kernels_reads_are_recorded(attacked):
    for step, gpa in hv_steps(attacked).items():
        records = accesses(attacked, step, "read")
        assert sum(count for _, count in records) == 64, step
        assert len(records) <= 4, "a burst of reads is joined"
        for record, _ in records:
            assert (record["verdict"], record["cpl"], record["comm"]) == ("skip", 0, "sh")
            assert gpa <= number(record["gpa"]) < gpa + 64
            assert number(record["gva"]) % 4096 == number(record["gpa"]) % 4096


def test_kernels_writes_have_no_effect_and_are_recorded(attacked):
    start, end = attacked.region
    for step, gpa in (("hvwrite.first", start), ("hvwrite.last", end - 8)):
        assert attacked.answers(step) == [
            f"hvwrite {gpa:#x} before={ONES * 8} after={ONES * 8} unchanged"]
        (record, count), = accesses(attacked, step, "write")
        assert (record["verdict"], record["cpl"], number(record["gpa"]), count) == ("skip", 0, gpa, 1)
        assert record["old_value"] == ONES * 8
        assert int.from_bytes(bytes.fromhex(record["new_value"]), "little") == attack_script.HV_VALUE


def test_user_mode_reads_ones(attacked):
    gpa = attacked.region[0] + 4096
    assert attacked.answers("user.read") == [f"{way} {gpa:#x} {ONES * 64}" for way in ("read", "mmap-read")]
    records = accesses(attacked, "user.read", "read")
    assert {offender(record) for record, _ in records} == {"hvmem"}
    by_level = {level: sum(n for r, n in records if r["cpl"] == level) for level in (0, 3)}
    assert by_level[0] >= 1 and by_level[3] == 64, by_level
    assert all(gpa <= number(record["gpa"]) < gpa + 64 for record, _ in records)


def test_user_mode_writes_have_no_effect(attacked):
    gpa = attacked.region[0] + 8192
    assert attacked.answers("user.write") == [
        f"read {gpa:#x} {ONES * 8}", f"write {gpa:#x} unchanged",
        f"mmap-read {gpa:#x} {ONES * 8}", f"mmap-write {gpa:#x} unchanged"]
    records = [record for record, _ in accesses(attacked, "user.write", "write")]
    assert {r["cpl"] for r in records} == {0, 3}
    assert {(offender(r), r["verdict"]) for r in records} == {("hvmem", "skip")}
    assert all(gpa <= number(r["gpa"]) < gpa + 8 for r in records)


def test_sound_record_is_stored(attacked):
    assert attacked.answers("record.good") == ["record good: 1 stored"]
    assert attacked.after("record.good", "drop") == []
    assert "rrrrrrrrr" in [r["path"] for r in attacked.after("record.good", "file_open")]


@pytest.mark.parametrize("name,reason", attack_script.RECORD_CASES.items())
def test_spoilt_record_is_refused(attacked, name, reason):
    assert attacked.answers(f"record.{name}") == [f"record {name}: 0 stored"]
    drops = [(r["reason"], r["count"], r["first"]) for r in attacked.after(f"record.{name}", "drop")]
    assert drops == [("malformed", 1, reason)]


@pytest.mark.parametrize("step", STEPS)
def test_garbage_in_the_ring_is_taken_without_harm(attacked, step):
    _, kind, seed = step.split(".")
    answer, = attacked.answers(step)
    assert answer.startswith(f"ring {kind} seed={seed}: {attack_script.RING_DRAINS} drains, "), answer
    assert answer.endswith(" 0 calls refused"), answer


def test_garbage_is_counted_and_described(attacked):
    before, behind = attacked.counters("stats.behind"), attacked.counters("stats.garbage")
    drops = [r for r in attacked.of_type("drop") if r["reason"] == "malformed"]
    assert before["malformed"] == 0 and behind["malformed"] >= 300
    assert sum(r["count"] for r in drops) == sum(c["malformed"] for c in attacked.stats["cpus"])
    assert drops[-1]["total"] >= behind["malformed"]
    assert {r["first"] for r in drops} == MALFORMED
    assert {r["ring_cpu"] for r in drops} == {0}


def test_records_arrive_again_behind_the_garbage(attacked):
    assert "/opt/after" in [r["path"] for r in attacked.after("end", "exec")]
