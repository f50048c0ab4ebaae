# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The benchmark's guest runs and prints plausible numbers; `make bench` makes the real ones."""
import json
import sys

import pytest

import machine

sys.path.insert(0, str(machine.TOP / "tests/bench"))
from benchlib import boots, chart, events, lines, policy, table  # noqa: E402

FEW = ["null", "page_fault", "pipe_self", "fork_exec", "fork_exec_libc"]

MAX_PATCH = 100000  # instructions, on TCG
PATCHES = """
stats() { echo "RWTEST: stats $(/ringward/rwctl --json stats | tr -d '\\n')"; }
mount -t tracefs tracefs /sys/kernel/tracing
cd /sys/kernel/tracing
echo 'vfs_*' >set_ftrace_filter
stats
echo function >current_tracer
echo nop >current_tracer
stats
"""


@pytest.fixture(scope="module")
def booted(tmp_path_factory):
    """One boot under Ringward with a few operations, not in counted instructions."""
    folder = tmp_path_factory.mktemp("bench")
    archive = boots.build_initrd(folder)
    return boots.Machine("amd", archive, folder, timeout=300).boot("ringward", only=FEW, icount=False)


def test_guest_measures_what_was_asked_for(booted):
    assert list(booted.operations) == FEW


def test_numbers_are_sane(booted):
    for found in booted.operations.values():
        assert 0 < found.min <= found.middle <= found.total, found
        assert found.total >= found.min * found.batches, found
    ticks = {name: found.ticks for name, found in booted.operations.items()}
    assert ticks["null"] < ticks["pipe_self"] < ticks["fork_exec"] < ticks["fork_exec_libc"], ticks
    assert booted.init > 0
    assert 300 << 20 < booted.ram < boots.MEM_MIB << 20


def test_a_patch_is_cheap(boot):
    """The function tracer patches 36,000 sites, three times each: Linux must not report a lockup meanwhile."""
    run = boot("amd", PATCHES, extra=("--icount",))
    assert run.status == 0, run.explain()
    before, after = (json.loads(m.removeprefix("stats "))["cpus"][0] for m in run.markers if m.startswith("stats "))
    patches, cycles = (after[key] - before[key] for key in ("patches", "hv_cycles"))
    assert patches > 300 and cycles / patches < MAX_PATCH, (patches, cycles)


def test_table_knows_every_operation_of_the_guest():
    sources = (machine.TOP / "tests/bench/guest").glob("ops_*.c")
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert [line.name for line in lines.LINES + events.EVENTS if f'{{ "{line.name}", ' not in text] == []


def test_audit_costs(tmp_path):
    """The kernel's audit subsystem takes the rules of the events table, and a system call costs more then."""
    machine_ = boots.Machine("amd", boots.build_initrd(tmp_path), tmp_path, timeout=300)
    plain, audited = (machine_.boot(how, only=["ev_name"], icount=False).operations["ev_name"].ticks
                      for how in ("bare", "audit"))
    assert audited > 2 * plain


def test_events_table():
    """For one record in two operations each: costs above bare are divided, and each target is judged."""
    def found(total, **agent):
        return boots.Operation("ev_open", 10, 10, total * 10, total * 10, total * 100, **agent)

    event = events.Event("ev_open", "file_open", 2, 600)
    one = events.row(event, {"bare": found(1000), "filtered": found(1130), "audit": found(6000),
                             "agent": found(2000, exits=1, cycles=30000, records=200, bytes=40000)})
    assert (one.records, one.guest, one.hypervisor, one.size) == (2, 350, 150, 200)
    assert (one.filtered, one.audit, one.factor, one.missed) == (65, 5000, 5, ["filtered"])
    assert "MISSED: filtered" in events.text("amd", [one])


def test_policy_table():
    """There are as many rules as it says; a target is missed by costs, and by costs that grow with the rules."""
    for count in policy.COUNTS:
        assert len(policy.rules(count).splitlines()) == len(set(policy.rules(count).splitlines())) == count
    assert all(case.last in policy.rules(10) for case in policy.CASES.values())
    profile = policy.profile(100)
    assert all(line.split()[1] in profile for line in policy.rules(100).splitlines())

    def row(costs, limit, others=None):
        return policy.Row("users", "users", dict(zip(policy.COUNTS, costs)), others or {}, limit)

    assert row((390, 392, 391, 395), 400).met and row((390, 700, 391, 395), None).met is None
    assert not row((390, 390, 390, 401), 400).met and not row((100, 100, 120, 100), 400).met
    shown = policy.text([row((130, 130, 130, 130), 120, {"AppArmor": 260})])
    assert "MISSED" in shown and " 2.00" in shown and "SELinux: not measured" in shown


def test_other_lsms_are_looked_for(tmp_path):
    """Without a policy for SELinux it is not measured; AppArmor's is compiled."""
    lsms = policy.extras(tmp_path, tmp_path / "none")
    assert list(lsms) == ["AppArmor"] and lsms["AppArmor"][0][0].stat().st_size > 1000
    (tmp_path / "some").touch()
    assert "security=selinux" in policy.extras(tmp_path, tmp_path / "some")["SELinux"][1]


def test_targets_and_chart():
    good = table.Row("null", "null", 100.0, 100.4, 110.0, 0.0, 0.5, 1.0, "")
    slow = table.Row("read", "a <b>", 100.0, 101.0, 100.0, 0.0, 0.0, 0.0, "")
    leaves = table.Row("stat", "stat", 100.0, 100.0, 100.0, 0.001, 0.0, 0.0, "")
    shown = table.Row("pipe", "pipe", 100.0, 100.0, 100.0, 3.0, 3.0, 0.0, "why")
    assert [row.met for row in (good, slow, leaves, shown)] == [True, False, False, None]
    assert shown.cost == pytest.approx(46)
    drawn = chart.draw({"amd": [good, slow, leaves, shown]})
    assert drawn.startswith("<svg") and "a &lt;b&gt;" in drawn


def test_guest_that_fails_is_told():
    with pytest.raises(boots.BenchError, match="mounting /tmp"):
        boots.parse("RWBENCH: error mounting /tmp: No such device\r\n", {})
    with pytest.raises(boots.BenchError, match="did not come to its end"):
        boots.parse("RWBENCH: init 5\r\nRWBENCH: ram 6\r\n", {})
