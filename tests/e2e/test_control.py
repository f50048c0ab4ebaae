# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Control state is pinned at the lock: a kernel module that changes it is refused, on each CPU, also after hotplug.
Page tables still lead to what was locked: a module that makes them lead elsewhere is noticed soon, at every level."""
import re

import pytest

import attacked as attacked_run
from attacked import SHELL, Attacked

# Register of tests/attacks/kmod/control.c -> the record's symbol; how the write ends.
MOVES = {"cr0.wp": "CR0.WP", "cr4.smep": "CR4.SMEP", "cr4.smap": "CR4.SMAP", "cr4.umip": "CR4.UMIP",
         "cr4.fsgsbase": "CR4.FSGSBASE"}
MSRS = {"efer.nxe": "EFER.NXE", "efer.sce": "EFER.SCE", "star": "STAR", "lstar": "LSTAR", "cstar": "CSTAR",
        "sfmask": "SFMASK", "sysenter_cs": "SYSENTER_CS", "sysenter_esp": "SYSENTER_ESP",
        "sysenter_eip": "SYSENTER_EIP"}
TABLES = {"idtr": "IDTR", "gdtr": "GDTR", "tr": "TR"}
NAMES = {**MOVES, **MSRS, **TABLES}

# How tests/attacks/kmod/remap.c makes page tables lead elsewhere -> level of the entry; what they led to -> the record's target.
WAYS = {"pte": 1, "pmd": 2, "pud": 3, "pgd": 4, "root": 4, "large": 2}
MEMORY = {"text": "kernel_text", "syscalls": "kernel_rodata", "lsm": "kernel_rodata", "agent": "agent_rodata", "idt": "idt"}
REMAPS = [("pmd", "text"), ("pud", "text"), ("pgd", "text"), ("root", "text"), ("pmd", "syscalls"), ("large", "syscalls"),
          ("large", "lsm"), ("pte", "agent"), ("pmd", "agent"), ("pgd", "agent"), ("pte", "idt"), ("pmd", "idt"),
          ("pud", "idt"), ("pgd", "idt")]
NOTICED_MS, LATEST_MS = 200, 1100  # mostly; and if preemption is off since the CPU was idle, as in these attacks
SOAK_ON = {("intel", "6.12")}  # two CPUs on Bochs take minutes
PLUG = """
echo 0 >/sys/devices/system/cpu/cpu1/online && echo 1 >/sys/devices/system/cpu/cpu1/online ||
	echo "RWTEST: trouble hotplug"
"""
SCRIPT = SHELL + """
step before /ringward/rwctl --json stats
i=0
while [ $i -lt 50 ]; do (cat /proc/self/maps >/dev/null); i=$((i + 1)); done
step after /ringward/rwctl --json stats
insmod /root/rwattack.ko
step modules cat /proc/modules
on_cpu() { taskset $2 sh -c ": >/tmp/step.$1; echo $3 >/proc/rwattack"; ans $1 /proc/rwattack; }
on_cpu first 1 "control all"
on_cpu second 2 "control all"
on_cpu innocent 1 innocent
""" + PLUG + """
on_cpu again 2 "control all"
attack split remap split text
attack double write kernel_text default mov8
""" + "".join(f"attack {way}.{what} remap {way} {what}\n" for way, what in REMAPS) + """
: >/tmp/step.end
dmesg | grep -E "WARNING: CPU|BUG:|lockup|rcu.*stall|Oops" | sed 's/^/RWTEST: trouble /'
"""


@pytest.fixture(scope="module")
def control(where, linux, boot):
    """A guest with two CPUs that attacks the control state of both, and that of the second once more after hotplug."""
    return Attacked(boot(where, SCRIPT, smp=2, files=attacked_run.files(linux), linux=linux), {})


def outcome(run, step):
    """What the module says of each register: name -> (before, after, "changed" or "unchanged", "done" or "exception").

    A CPU without UMIP has no such bit.
    """
    found = {}
    for line in run.answers(step):
        if line == "control cr4.umip absent":
            continue
        m = re.fullmatch(r"control (\S+) before=(\w+) after=(\w+) (\w+) (\w+)", line)
        assert m, line
        found[m[1]] = m.groups()[1:]
    return found


@pytest.mark.parametrize("step", ["first", "second", "again"])
def test_changes_are_refused(control, step):
    said = outcome(control, step)
    assert said.pop("free")[2:] == ("changed", "done"), control.explain()
    assert set(said) | {"cr4.umip"} == set(NAMES)
    for name, (_, _, changed, how) in said.items():
        assert (changed, how) == ("unchanged", "exception" if name in MSRS else "done"), name


@pytest.mark.parametrize("step", ["first", "second", "again"])
def test_changes_are_recorded(control, step):
    records = [r for r in control.after(step, "violation") if r["target"] == "control_state"]
    said = {name: before for name, (before, *_) in outcome(control, step).items() if name != "free"}
    assert [r["symbol"] for r in records] == [NAMES[name] for name in said], records
    for record, (name, before) in zip(records, said.items()):
        if name != "tr":  # the module knows its selector, the record has its base
            assert bytes.fromhex(record["old_value"])[7::-1].hex() == before, record
        assert record["new_value"] != record["old_value"]
        assert record["verdict"] == ("fault" if name in MSRS else "skip"), record
        assert record["comm"] == "sh"


def test_nothing_exits_in_normal_operation(control, cpu):
    """On VMX not one exit; on SVM each flush of all translations, two writes of CR4."""
    before, after = (control.counters(step)["exits"] for step in ("before", "after"))
    assert after["cr"] - before["cr"] <= (0 if cpu == "intel" else 40), (before, after)
    assert after["msr_write"] == before["msr_write"], (before, after)


def test_nobody_else_is_blamed(control):
    """The attacker points GS at a task that he has made up: the record names no task, but has CR3 and RIP."""
    assert control.answers("innocent") == ["innocent unchanged"], control.explain()
    record, = control.after("innocent", "violation")
    assert record["symbol"] == "CR0.WP" and "comm" not in record and "pid" not in record, record
    start, end = control.module_text
    assert start <= int(record["rip"], 16) < end


def remapped(run, way, what):
    """What the module says of one attack: ("refused", "undone" or "held", after how many milliseconds)."""
    answer, = run.answers(f"{way}.{what}")
    m = re.fullmatch(rf"remap {way} {what} (\w+) (\d+)", answer)
    assert m, answer
    return m[1], int(m[2])


@pytest.mark.parametrize("way, what", REMAPS)
def test_page_tables_that_lead_elsewhere_are_put_back(control, way, what):
    end, after = remapped(control, way, what)
    assert end == "undone" and after <= LATEST_MS, (end, after)
    record = control.of_type("remap")[REMAPS.index((way, what))]  # one each, whichever CPU notices it
    assert (record["target"], record["table_level"], record["verdict"]) == (MEMORY[what], WAYS[way], "deny"), record
    assert record["expected_entry"] != record["found_entry"], record
    assert "ALERT page tables map" in control.hv


def test_page_tables_are_looked_at_often(control):
    after = sorted(remapped(control, way, what)[1] for way, what in REMAPS)
    assert after[len(after) * 3 // 4] <= NOTICED_MS, after


def test_page_tables_that_lead_to_the_same_memory_are_left_alone(control):
    """A table that splits a large page; and another linear address of a protected page helps no store."""
    assert control.answers("split")[0].startswith("remap split text held"), control.explain()
    assert all(" unchanged " in answer for answer in control.answers("double")), control.explain()
    assert len(control.of_type("remap")) == len(REMAPS), [r["gva"] for r in control.of_type("remap")]


def test_guest_lives(control):
    assert not [m for m in control.markers if m.startswith("trouble")], control.explain()
    stores = control.after("double", "violation")
    assert control.stats["violations"] == len(stores) + 1 + sum(
        len(outcome(control, step)) - 1 for step in ("first", "second", "again"))


def test_attacks_are_real(where, boot):
    """Without Ringward each of them changes the register, and page tables lead where an attacker wants."""
    remaps = [("pmd", "text"), ("root", "text"), ("large", "lsm"), ("pgd", "idt")]
    script = SHELL + "insmod /root/rwattack.ko\nattack bare control all\n" + "".join(
        f"attack {way}.{what} remap {way} {what}\n" for way, what in remaps)
    run = Attacked(boot(where, script, no_hv=True, files=attacked_run.files()), {})
    said = outcome(run, "bare")
    assert set(said) | {"cr4.umip"} == {*NAMES, "free"}
    unchanged = {name for name, (_, _, changed, _) in said.items() if changed != "changed"}
    assert not unchanged, said
    assert {remapped(run, *remap)[0] for remap in remaps} == {"held"}, run.explain()
