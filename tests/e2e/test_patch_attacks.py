# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Attacks by the kernel's own patching: each works on a bare machine; under Ringward each but the three that the
kernel's tables allow changes nothing and is recorded. And what the kernel patches in normal life is allowed."""
import pytest

import machine

LSM = ("lsm_call", "lsm_key")
REFUSED = ("between", "site", "label", "call_own", *LSM, "probe_middle", "hook_own")
ALLOWED = ("call_kernel", "probe_entry", "hook_kernel")
ORDER = ("between", "site", "label", "call_own", "call_kernel", *LSM, "probe_entry", "probe_middle", "hook_kernel",
         "hook_own")
# What a guest does in normal life: tracepoints, both tracers, statistics of the scheduler, delay accounting.
NORMAL = """
mount -t tracefs tracefs /sys/kernel/tracing
cd /sys/kernel/tracing
echo 1 >events/sched/enable; echo 1 >events/kmem/enable; echo 0 >events/enable
echo 'vfs_*' >set_ftrace_filter; echo 'security_file_*' >>set_ftrace_filter
echo function >current_tracer; echo function_graph >current_tracer; echo nop >current_tracer
echo 'p:entry vfs_read' >kprobe_events; echo 1 >events/kprobes/enable; echo 0 >events/kprobes/enable
cd /
echo 1 >/proc/sys/kernel/sched_schedstats; echo 0 >/proc/sys/kernel/sched_schedstats
echo 1 >/proc/sys/kernel/task_delayacct; echo 0 >/proc/sys/kernel/task_delayacct
mount -t debugfs debugfs /sys/kernel/debug
for mode in none voluntary full; do echo $mode >/sys/kernel/debug/sched/preempt; done
"""
ATTACKS = """
insmod /root/rwattack.ko
for a in %s; do
	usleep 300000 # a burst of patches ends 100 ms after its last one
	: >/tmp/step.$a
	echo patch $a >/proc/rwattack
	sed 's/^/RWTEST: /' /proc/rwattack
done
# The kernel can still patch itself.
echo 1 >/sys/kernel/tracing/events/sched/enable && echo "RWTEST: alive"
""" % " ".join(ORDER)


def guest(where, boot, linux, **more):
    return boot(where, ": >/tmp/step.normal\n" + NORMAL + ATTACKS, linux=linux,
                files={"/root/rwattack.ko": machine.kmod("rwattack", linux)}, **more)


@pytest.fixture(scope="module")
def attacked(where, boot, linux):
    """A guest that patched itself, and was then attacked."""
    return guest(where, boot, linux)


@pytest.fixture(scope="module")
def bare(where, boot, linux):
    """The same on the bare machine."""
    return guest(where, boot, linux, no_hv=True)


def outcome(run, attack):
    return next(m.split()[2] for m in run.markers if m.startswith(f"patch {attack} "))


def during(run, step):
    """The records between a step's own file_open and the next step's."""
    found, inside = [], False
    for record in run.records:
        if record["type"] == "file_open" and record.get("path", "").startswith("/tmp/step."):
            inside = record["path"] == f"/tmp/step.{step}"
        elif inside:
            found.append(record)
    return found


def applies(linux, attack):
    return attack not in LSM or linux != "6.1"


def test_each_works_bare(bare, linux):
    for attack in ORDER:
        assert outcome(bare, attack) == ("changed" if applies(linux, attack) else "none"), attack
    assert "alive" in bare.markers


def test_refused_and_recorded(attacked, linux):
    for attack in filter(lambda a: applies(linux, a), REFUSED):
        assert outcome(attacked, attack) == "unchanged", (attack, attacked.explain())
        found = [r for r in during(attacked, attack) if r["type"] == "violation"]
        assert found, attack
        assert all(r["target"] == "kernel_text" and r["verdict"] == "skip" and r["text"] for r in found)


def test_targets_are_named(attacked, linux):
    own = [r for r in during(attacked, "call_own") if r.get("text") == "leads to no function of the kernel"]
    assert own and own[0]["symbol"] and own[0]["new_target"].startswith("0x"), own
    assert any("old_target" in r for r in own)
    hook = [r for r in during(attacked, "hook_own") if r["type"] == "violation"]
    assert hook[0]["symbol"] == "kernel_restart"
    assert hook[0]["text"] == "leads to no tracing code of the kernel"
    if linux != "6.1":
        lsm = [r for r in during(attacked, "lsm_key") if r["type"] == "violation"]
        assert lsm[0]["symbol"] == "security_file_open" and lsm[0]["text"] == "frozen at the lock"


def test_allowed_and_recorded(attacked):
    """The promise for these: code leads to a function of the kernel, and the log says so."""
    for attack in ALLOWED:
        assert outcome(attacked, attack) == "changed", attack
        found = during(attacked, attack)
        assert [r for r in found if r["type"] in ("patch", "patches")], attack
        assert not [r for r in found if r["type"] == "violation"], attack


def test_normal_life_is_no_violation(attacked):
    found = during(attacked, "normal")
    assert not [r for r in found if r["type"] == "violation"], found
    assert [r for r in found if r["type"] == "patch"]


def test_machine_lives(attacked):
    assert "alive" in attacked.markers, attacked.explain()
    assert "BUG" not in attacked.console, attacked.explain()
