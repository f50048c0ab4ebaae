# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""on_violation = fault and stop, a store that overflows, and machines that end in a reset or are stopped."""
import re

import pytest

import attacked as attacked_run
import machines
from attacked import SHELL, number

WHERE = machines.ALL
MIB = 1 << 20
FILL_LOOPS = 120
LONG = "d" * 200
END = """
stty onlcr </dev/console
reboot -f
"""
FILL = f"""
cd /tmp
i=0
while [ $i -lt 6 ]; do mkdir {LONG} && cd {LONG}; i=$((i + 1)); done
i=0
while [ $i -lt {FILL_LOOPS} ]; do
	for f in 0 1 2 3 4 5 6 7; do : >file$f; done
	i=$((i + 1))
done
/opt/after
""" + END
FAULTS = SHELL + """
insmod /root/rwattack.ko
for target in kernel_text lsm_hooks; do
	attack fault.$target write $target
done
step region region
set -- $(region)
: >/tmp/step.oops
stty onlcr </dev/console
# The store in hvwrite is not one that expects an exception.
(echo "hvwrite $1 1" >/proc/rwattack)
/opt/after && echo "RWTEST: lives"
step dmesg sh -c 'dmesg | tail -n 80'
""" + END


@pytest.fixture(scope="module")
def full(boot):
    """A store of 1 MiB and more records than that. On one backend: its size takes Bochs a minute to send."""
    return boot("amd", FILL, files=attacked_run.files(), conf={"store_mib": "1"}, ends="reset")


@pytest.fixture(scope="module")
def faulted(where, boot):
    """on_violation = fault, attacks, and a reset."""
    run = boot(where, FAULTS, files=attacked_run.files(), conf={"on_violation": "fault"}, ends="reset")
    return attacked_run.Attacked(run, {})


def test_reset_leaves_the_log(faulted):
    assert (faulted.status, faulted.stats["end"]) == (1, "reset"), faulted.explain()
    assert faulted.store.exists() and "the guest resets the machine" in faulted.hv
    out = faulted.rwlog("verify")
    assert out.returncode == 0 and out.stdout.rstrip().endswith("ended by reset"), out.stdout + out.stderr


def test_full_store_counts_what_it_lost(full):
    classes = full.stats["store"]["classes"]
    evicted = {name: c["evicted"] for name, c in classes.items() if c["evicted"]}
    assert list(evicted) == ["file"] and evicted["file"] > 100
    drops = [r for r in full.of_type("drop") if r["reason"] == "evicted"]
    assert {r["class"] for r in drops} == {"file"} and drops[-1]["total"] == evicted["file"]
    assert sum(r["count"] for r in drops) == evicted["file"]
    for before, after in zip(drops, drops[1:]):
        assert before["from_seq"] < before["to_seq"] < after["from_seq"] < after["to_seq"] < after["seq"]
        assert before["from_ns"] < before["to_ns"] < before["time_ns"]
    assert f"evicted {evicted['file']} (file {evicted['file']})," in full.rwlog("verify").stdout


def test_flood_of_opens_evicts_nothing_else(full):
    """The first program, the agent's start and the lock are in the log, and so is a program after the flood."""
    assert full.records[0]["seq"] == 1
    assert len(full.of_type("agent")) == len(full.of_type("lock")) == 1
    execs = [r["path"] for r in full.of_type("exec")]
    assert len(execs) == full.stats["store"]["classes"]["exec"]["records"] and "/opt/after" in execs
    numbers = [r["seq"] for r in full.records]
    assert numbers == sorted(set(numbers))
    held = {r["seq"] for r in full.records}
    lost = [(r["from_seq"], r["to_seq"]) for r in full.of_type("drop") if r["reason"] == "evicted"]
    for seq in range(1, numbers[-1]):
        assert seq in held or any(low <= seq <= high for low, high in lost), f"record {seq} is missing"
    assert full.store.stat().st_size <= 2 * MIB


@pytest.mark.parametrize("target", ("kernel_text", "lsm_hooks"))
def test_offender_gets_an_exception(faulted, target):
    answers = [a.split() for a in faulted.answers(f"fault.{target}")]
    assert len(answers) == 33
    assert all(words[4:6] == ["unchanged", "exception"] for words in answers), answers
    records = faulted.after(f"fault.{target}", "violation")
    assert len(records) == len(answers)
    for words, record in zip(answers, records):
        kinds = (target, "kernel_rodata") if words[3].startswith("straddle") else (target,)
        assert record["target"] in kinds and record["verdict"] == "fault", record
        assert (record["access"], record["cpl"], record["comm"]) == ("write", 0, "sh"), record
        assert number(record["gva"]) and "new_value" not in record, record


def test_offender_without_a_handler_is_killed_by_an_oops(faulted):
    log = "\n".join(faulted.answers("dmesg"))
    records = [r for r in faulted.after("oops", "violation") if r["access"] == "write"]
    assert [(r["target"], r["verdict"], r["cpl"]) for r in records] == [("hypervisor", "fault", 0)]
    address = f"{number(records[0]['gva']):x}"
    trouble = f"page fault for address: 0*{address}|general protection fault, maybe for address 0x{address}"
    assert re.search(trouble, log), faulted.explain()
    assert re.search(r"\[#1\].*\n(.*\n)*.*Comm: sh ", log), faulted.explain()
    assert "lives" in faulted.markers
    assert "/opt/after" in [r["path"] for r in faulted.after("oops", "exec")]


STOP = SHELL + """
insmod /root/rwattack.ko
/opt/after
stty onlcr </dev/console
echo "RWTEST: before"
: >/tmp/step.write
stty onlcr </dev/console
# A name that begins as a line of the log does on its way out.
printf '@RW1 D 00000001' >/proc/$$/comm
echo "write lsm_hooks default mov8" >/proc/rwattack
echo "RWTEST: behind"
"""


@pytest.fixture(scope="module")
def stopped(where, boot):
    """on_violation = stop, and a violation."""
    return attacked_run.Attacked(
        boot(where, STOP, files=attacked_run.files(), conf={"on_violation": "stop"}, ends="stopped"), {})


def test_machine_stops_at_the_violation(stopped):
    assert (stopped.status, stopped.stats["end"]) == (1, "stopped"), stopped.explain()
    assert stopped.markers == ["init", "before"], stopped.explain()
    assert "ringward: stopped: a violation, and on_violation = stop" in stopped.hv


def test_name_of_a_task_cannot_be_taken_for_a_part_of_the_log(stopped):
    assert re.search(r"ringward: ALERT write of lsm_hooks .* by \?RW1 D 00000001\[\d+\]: stop\r?\n", stopped.hv)
    out = stopped.rwlog("verify", source=stopped.hv_serial)
    assert out.returncode == 0 and out.stdout.rstrip().endswith("ended by stop"), out.stdout + out.stderr


def test_log_of_a_stopped_machine_ends_with_the_violation(stopped):
    out = stopped.rwlog("verify")
    assert out.returncode == 0 and out.stdout.rstrip().endswith("ended by stop"), out.stdout + out.stderr
    last = stopped.records[-1]
    assert [last] == stopped.after("write", "violation")
    assert (last["target"], last["access"], last["verdict"]) == ("lsm_hooks", "write", "stop")
    assert last["comm"] == "@RW1 D 00000001" and last["symbol"].startswith("security_hook_heads.")
    assert "/opt/after" in [r["path"] for r in stopped.of_type("exec")]
