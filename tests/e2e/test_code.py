# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Only approved code runs in kernel mode: on Bochs, which has MBEC, on a QEMU with GMET, if there is one, and on a QEMU
without, in each of the ways that exec_fallback names."""
import os
import re
import subprocess

import pytest

import attacked as attacked_run
import machine

# Where tests/attacks/kmod/code.c puts code; the last is the kernel's own area for new code.
PLACES = ("heap", "alias", "vmalloc", "data", "stack", "user", "init")
AREA = "code_area"
GMET_CPU = "EPYC,+svm,+npt,+gmet"
KERNELS = ("6.1", "6.12")
ENFORCE = {"kernel_code": "enforce"}
FALLBACKS = ("strict", "smep")

ATTACKS = "".join(f"attack exec.{place} exec {place}\n" for place in (*PLACES, AREA))
# Where the gate's code is refused only when it runs, the kernel dies of it: it has user mode's GS then.
GATE = r"""
attack gate.set gate
set -- $(tail -n 1 /proc/rwattack)
step gate callgate $2
"""
# Code that runs before or below the kernel, and a CPU that is off.
BELOW = ("trampoline", "firmware")
BELOW_ATTACKS = "".join(f"attack below.{what} below {what}\n" for what in BELOW) + """
echo 0 >/sys/devices/system/cpu/cpu1/online
attack start start
"""
BARE = attacked_run.SHELL + "insmod /root/rwattack.ko\n" + ATTACKS + GATE + BELOW_ATTACKS
# What a server does: modules come and go, tracers, kprobes, the firmware, CPUs switched off and on.
WORK = r"""
step status /ringward/rwctl --json status
step jit cat /proc/sys/net/core/bpf_jit_enable
for i in 1 2 3; do insmod /root/dummy.ko && rmmod dummy; done
insmod /root/dummy.ko && echo "RWTEST: work: modules"
mount -t tracefs tracefs /sys/kernel/tracing
cd /sys/kernel/tracing
echo vfs_read >set_ftrace_filter && echo function >current_tracer && /opt/after && echo nop >current_tracer &&
	echo "RWTEST: work: tracer"
echo 'p:inside vfs_read+0x20' >kprobe_events 2>/dev/null
echo 'p:entry vfs_read' >>kprobe_events && echo 1 >events/kprobes/entry/enable && /opt/after &&
	echo 0 >events/kprobes/entry/enable && echo "RWTEST: work: kprobe"
cd /
mount -t efivarfs efivarfs /sys/firmware/efi/efivars 2>/dev/null && cat /sys/firmware/efi/efivars/Boot* >/dev/null
cpu=/sys/devices/system/cpu/cpu1/online
[ -e $cpu ] && echo 0 >$cpu && echo 1 >$cpu && echo "RWTEST: work: hotplug"
/opt/after && echo "RWTEST: work: exec"
"""
LOAD = """
: >/tmp/step.load
insmod /root/rwattack.ko
"""
END = r"""
: >/tmp/step.end
echo 1 >/sys/devices/system/cpu/cpu1/online && echo "RWTEST: after: online"
/opt/after && echo "RWTEST: after: exec"
step final /ringward/rwctl --json status
"""


def script(which):
    """What the guest does on a machine as use() knows it."""
    return attacked_run.SHELL + WORK + LOAD + ATTACKS + (GATE if which == "strict" else "") + BELOW_ATTACKS + END


NONE = attacked_run.SHELL + r"""
: >/tmp/step.load
insmod /root/dummy.ko || echo "RWTEST: refused"
[ -d /sys/module/dummy ] || echo "RWTEST: not there"
: >/tmp/step.end
"""


def gmet_qemu():
    """The path of a QEMU with AMD's GMET: QEMU=, or the one in ../shared/qemu. None: there is none."""
    for path in (os.environ.get("QEMU"), machine.TOP.parent / "shared/qemu/qemu-system-x86_64"):
        if not path or not os.path.exists(path):
            continue
        done = subprocess.run([path, "-cpu", "help"], stdout=subprocess.PIPE, text=True, check=False)
        if re.search(r"\bgmet\b", done.stdout):
            return str(path)
    return None


def use(which, patch):
    """Sets up the environment for a machine, "intel", "gmet" or one without, which is named by its exec_fallback; returns
    rwrun's name of it."""
    if which == "intel":
        return "intel"
    if which in FALLBACKS:
        patch.delenv("QEMU", raising=False)
        return "amd"
    qemu = gmet_qemu()
    if qemu is None:
        pytest.skip("no QEMU with GMET: neither QEMU= nor ../shared/qemu/qemu-system-x86_64")
    patch.setenv("QEMU", qemu)
    patch.setenv("RWRUN_QEMU", f"-cpu {GMET_CPU}")
    return "amd"


def enforce(which):
    """The configuration for a machine as use() knows it."""
    return {**ENFORCE, "exec_fallback": which} if which in FALLBACKS else ENFORCE


def files(linux):
    """The files of these guests."""
    return {**attacked_run.files(linux), "/root/dummy.ko": machine.stock_module("drivers/net/dummy", linux)}


# The work takes Bochs, with two CPUs and the function tracer, many minutes.
GUESTS = [pytest.param((w, k), id=f"{w}-{k}", marks=[pytest.mark.soak] if w == "intel" or (w in FALLBACKS and k != "6.1") else [])
          for w in ("intel", "gmet", *FALLBACKS) for k in KERNELS]


@pytest.fixture(name="run", scope="module", params=GUESTS)
def fixture_run(request, boot):
    """A guest that worked, and then attacked itself; an attacked.Attacked."""
    which, linux = request.param
    with pytest.MonkeyPatch.context() as patch:
        return attacked_run.Attacked(boot(use(which, patch), script(which), files=files(linux), linux=linux, smp=2, conf=enforce(which)), {})


@pytest.fixture(name="none", scope="module", params=["intel", "gmet"])
def fixture_none(request, boot):
    """A guest that approves no modules."""
    with pytest.MonkeyPatch.context() as patch:
        run = boot(use(request.param, patch), NONE, files=files("6.1"), conf={**ENFORCE, "modules": "none"})
        return attacked_run.Attacked(run, {})


def by_attack(run, kind, place):
    """The records that an attack's own thread made: a step's mark may wait in the ring of another CPU."""
    return [r for r in run.of_type(kind) if r["comm"] == f"rwexec_{place}"[:15]]


def test_ordinary_work_is_no_violation(run):
    assert run.answers("work") == ["modules", "tracer", "kprobe", "hotplug", "exec"], run.explain()
    attack = next(r["seq"] for r in run.of_type("module_code") if r["name"] == "rwattack")
    assert all(r["seq"] > attack for r in run.of_type("violation")), run.explain()


def gate_records(run):
    """What the records say about descriptor tables."""
    return [(r["symbol"], r["verdict"]) for r in run.of_type("violation") if r["target"] == "control_state"]


def test_gates_lead_nowhere(run):
    """With exec_fallback = strict: elsewhere the code that a gate leads to is refused like other code."""
    strict = "exec_fallback = strict" in run.hv
    assert run.answers("gate") == (["gate SIGSEGV"] if strict else []), run.explain()
    found = gate_records(run)
    assert set(found) == ({("GDT", "skip")} if strict else set())
    assert len(found) <= 2  # each CPU makes one


def test_bpf_jit_is_off(run):
    assert run.answers("jit") == ["0"]


def test_modules_have_records(run):
    records = run.of_type("module_code")
    assert [r["name"] for r in records] == ["dummy"] * 4 + ["rwattack"]
    assert all(r["verdict"] == "allow" and r["pages"] >= 1 for r in records)


def test_code_that_nobody_approved_is_refused(run):
    for place in PLACES:
        answer, = run.answers(f"exec.{place}")
        words = answer.split()
        assert words[:3] == ["exec", place, "refused"], run.explain()
        record, = by_attack(run, "violation", place)
        assert (record["target"], record["access"], record["verdict"]) == ("unapproved", "exec", "fault"), record
        assert attacked_run.number(record["gva"]) == int(words[4], 16), record
        assert record["cpl"] == 0, record
        if place != "init":  # that page is somebody else's by now, who may have cleared it
            assert bytes.fromhex(record["bytes"])[4:10] == b"\xb8\x2a\x00\x00\x00\xc3", record


def test_code_below_the_kernel_is_not_changed(run):
    for what, target in zip(BELOW, ("trampoline", "firmware_code")):
        words = run.answers(f"below.{what}")[0].split()
        assert words[:3] == ["below", what, "unchanged"], run.explain()
        record = next(r for r in run.of_type("violation") if r["target"] == target)
        assert (record["access"], record["verdict"]) == ("write", "skip"), record
        assert attacked_run.number(record["gpa"]) == int(words[4], 16), record


def test_no_cpu_starts_in_own_code(run):
    words = run.answers("start")[0].split()
    assert words[:3] == ["start", "own", "refused"], run.explain()
    record, = [r for r in run.of_type("violation") if attacked_run.number(r["gpa"]) == int(words[4], 16)]
    assert (record["target"], record["access"], record["verdict"]) == ("unapproved", "exec", "deny"), record


def test_code_in_the_kernels_area_is_recorded(run):
    words = run.answers(f"exec.{AREA}")[0].split()
    assert words[:3] == ["exec", AREA, "ran"], run.explain()
    assert by_attack(run, "violation", AREA) == []
    record, = by_attack(run, "dynamic_code", AREA)
    assert attacked_run.number(record["gva"]) == int(words[4], 16)


def test_machine_lives(run):
    assert run.answers("after") == ["online", "exec"], run.explain()
    assert run.stats["violations"] == len(PLACES) + len(BELOW) + 1 + len(gate_records(run))


def test_modules_none_refuses_them(none):
    assert none.markers[-3:-1] == ["refused", "not there"], none.explain()
    # insmod tries finit_module(2), then init_module(2).
    records = none.of_type("module_code")
    assert 1 <= len(records) <= 2 and {(r["name"], r["verdict"]) for r in records} == {("dummy", "deny")}
    assert none.stats["violations"] == 0


def test_attacks_are_real(boot):
    """Without Ringward this code runs, wherever it lies."""
    run = attacked_run.Attacked(boot("amd", BARE, files=files("6.1"), no_hv=True, smp=2), {})
    for place in (*PLACES, AREA):
        assert run.answers(f"exec.{place}")[0].split()[:3] == ["exec", place, "ran"], run.explain()
    assert run.answers("gate") == ["gate ran"], run.explain()
    for what in BELOW:
        assert run.answers(f"below.{what}")[0].split()[:3] == ["below", what, "changed"], run.explain()
    assert run.answers("start")[0].split()[:3] == ["start", "own", "ran"], run.explain()


@pytest.mark.soak
@pytest.mark.parametrize("fallback", FALLBACKS)
def test_intel_without_mbec(boot, monkeypatch, fallback):
    """Bochs' model of a CPU from before MBEC."""
    monkeypatch.setenv("RWRUN_BOCHS_CPU", "broadwell_ult")
    attacks = attacked_run.SHELL + LOAD + ATTACKS + (GATE if fallback == "strict" else "")
    run = attacked_run.Attacked(boot("intel", attacks, files=files("6.1"), conf=enforce(fallback)), {})
    assert f"this CPU has no mode-based execute control (MBEC): exec_fallback = {fallback}" in run.hv
    for place in PLACES:
        assert run.answers(f"exec.{place}")[0].split()[:3] == ["exec", place, "refused"], run.explain()
        record, = by_attack(run, "violation", place)
        assert (record["target"], record["access"], record["cpl"]) == ("unapproved", "exec", 0), record
    assert len(run.of_type("violation")) == len(PLACES) + (fallback == "strict"), run.explain()


def test_a_cpu_that_cannot_says_so(boot, monkeypatch):
    """Debian's QEMU has no GMET."""
    monkeypatch.delenv("QEMU", raising=False)
    monkeypatch.setenv("RWRUN_QEMU", "-cpu EPYC,+svm,+npt,-cx16")
    run = boot("amd", "true", conf={**ENFORCE, "exec_fallback": "off"})
    assert "ringward: kernel_code: this CPU has no guest mode execute trap (GMET): new kernel code is not stopped" in run.hv
