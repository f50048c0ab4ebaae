# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""A hostile kernel module writes to everything protected, in every way: nothing changes, all is recorded."""
import collections
import re
import struct

import pytest

import machines
from attack_script import REPEATS
from attacked import TARGETS, number

WHERE = machines.ALL
VALUE = struct.pack("<Q", 0xa5c35a3ca5c35a3c)  # what rwattack.ko stores
WAYS = ("alias", "direct", "own")
# Form of the store -> (start of its disassembly, bytes that it stores).
FORMS = {
    "mov1": ("mov byte ptr [", VALUE[:1]),
    "mov2": ("mov word ptr [", VALUE[:2]),
    "mov4": ("mov dword ptr [", VALUE[:4]),
    "mov8": ("mov qword ptr [", VALUE),
    "xchg": ("xchg qword ptr [", VALUE),
    "lockadd": ("lock add qword ptr [", None),
    "stosb": ("rep stosb", VALUE[:1] * 16),
    "movsb": ("rep movsb", VALUE * 2),
    "movdqu": ("movdqu xmmword ptr [", VALUE * 2),
    "straddle": ("mov qword ptr [", VALUE[:4]),
    "straddle_stosb": ("rep stosb", VALUE[:1] * 4),
}
PLACES = {  # where rwattack.ko writes by default: symbol, offset
    "kernel_text": ("_text", 0),
    "kernel_rodata": ("linux_banner", 0),
    "lsm_hooks": ("security_hook_heads", 0),
    "agent_text": ("ringward:on_panic", 0),
    "agent_rodata": ("ringward:compat_lsm_table_name", 0),
    "idt": ("idt_table", 0xe00),
}
PAGE = 4096

Shot = collections.namedtuple("Shot", "way form rest record")


def shots(run, target):
    """Each store to a target: its form, the module's line, and its record."""
    answers = [a.split() for a in run.answers(target)]
    records = run.after(target, "violation")
    assert len(records) == len(answers), (len(records), answers)
    return [Shot(words[2], words[3], words[4:], record) for words, record in zip(answers, records)]


@pytest.fixture(name="target_shots", params=TARGETS)
def fixture_target_shots(request, attacked):
    """(target, its shots)."""
    return request.param, shots(attacked, request.param)


def test_machine_survives_all_attacks(attacked):
    assert attacked.status == 0, attacked.explain()
    assert attacked.markers[-1] == "script 0", attacked.explain()
    assert attacked.stats["end"] == "poweroff"


def test_log_of_all_attacks_is_sound(attacked):
    for source in (attacked.store, attacked.hv_serial):
        out = attacked.rwlog("verify", source=source)
        assert out.returncode == 0, out.stdout + out.stderr


def test_every_form_is_tried_in_every_way(target_shots):
    target, found = target_shots
    wanted = {(w, f) for w in WAYS for f in FORMS if target != "idt" or not f.startswith("straddle")}
    missing = wanted - {(s.way, s.form) for s in found}
    # A module's pages are in another order in the direct map: no store crosses from one to the next.
    if target.startswith("agent_"):
        missing -= {("direct", "straddle"), ("direct", "straddle_stosb")}
    assert missing == set()
    assert len(found) == len({(s.way, s.form) for s in found})


def test_no_write_changes_anything_or_disturbs_the_flow(target_shots):
    _, found = target_shots
    for shot in found:
        assert shot.rest[:2] == ["unchanged", "flow=ok"], shot
        if "stosb" in shot.form or shot.form == "movsb":
            assert shot.rest[2:] == ["rcx=0", "rdi=+16"], shot


def test_exchange_gives_what_stands(target_shots):
    _, found = target_shots
    for shot in found:
        if shot.form == "xchg":
            register = struct.pack("<Q", number(shot.rest[2].removeprefix("reg=")))
            # The value ends with the last byte that the store would have changed.
            last = max(i for i in range(8) if register[i] != VALUE[i])
            assert shot.record["old_value"] == register[:last + 1].hex(), shot


def test_record_says_what_was_hit_and_by_whom(attacked, target_shots):
    target, found = target_shots
    start, end = attacked.module_text
    for shot in found:
        record = shot.record
        kinds = {target}
        if target == "lsm_hooks" and shot.form.startswith("straddle"):
            kinds = {"lsm_hooks", "kernel_rodata"}  # the table does not fill its last page
        assert record["target"] in kinds, shot
        assert (record["access"], record["cpl"], record["verdict"]) == ("write", 0, "skip"), shot
        assert start <= number(record["rip"]) < end, shot
        assert record["insn"].startswith(FORMS[shot.form][0]) and len(record["bytes"]) == 32, shot
        assert (record["pid"], record["tgid"], record["comm"]) == (found[0].record["pid"],) * 2 + ("sh",)
        assert record["pid"] > 1
        assert number(record["cr3"]) == number(found[0].record["cr3"]) != 0


def hit_at(run, target, form):
    """Linear address, in the kernel's own mapping, of the first byte hit by a store."""
    symbol, offset = PLACES[target]
    at = run.symbols[symbol] + offset
    return (at & -PAGE) + PAGE - 4 if form.startswith("straddle") else at


def test_record_has_both_addresses(attacked, target_shots):
    target, found = target_shots
    page_offset = {number(s.record["gva"]) - number(s.record["gpa"]) for s in found if s.way == "direct"}
    assert len(page_offset) == 1 and next(iter(page_offset)) % (1 << 30) == 0, page_offset
    for shot in found:
        own = hit_at(attacked, target, shot.form)
        gva, gpa = number(shot.record["gva"]), number(shot.record["gpa"])
        if shot.way == "own":
            assert gva == own, shot
        elif shot.way == "alias":
            assert gva not in (own, gpa + next(iter(page_offset))) and gva >> 47 == 0x1ffff, shot
            assert gva % PAGE == own % PAGE, shot
        if target.startswith("agent_"):
            assert gpa % PAGE == own % PAGE, shot
        else:
            assert gpa == attacked.kernel_to_gpa(own), shot


def test_all_ways_hit_the_same_memory(target_shots):
    _, found = target_shots
    by_form = collections.defaultdict(set)
    for shot in found:
        by_form[shot.form].add(shot.record["gpa"])
    assert all(len(gpas) == 1 for gpas in by_form.values()), by_form


def test_record_names_the_symbol(attacked, target_shots):
    target, found = target_shots
    for shot in found:
        symbol, gap = shot.record["symbol"], shot.record["symbol_offset"]
        at = hit_at(attacked, target, shot.form)
        if shot.record["target"] == "lsm_hooks":
            assert symbol.startswith("security_hook_heads."), shot
            symbol, gap = "security_hook_heads", at - attacked.symbols["security_hook_heads"]
        assert symbol in attacked.symbols and attacked.symbols[symbol] + gap == at, shot


def test_record_has_old_and_new_value(target_shots):
    target, found = target_shots
    at_default = {s.record["old_value"] for s in found if s.form in ("stosb", "movsb", "movdqu")}
    longest = max(at_default, key=len)
    for shot in found:
        old, new = bytes.fromhex(shot.record["old_value"]), bytes.fromhex(shot.record["new_value"])
        wanted = FORMS[shot.form][1]
        if wanted is None:  # lockadd
            total = int.from_bytes(old, "little") + int.from_bytes(VALUE, "little")
            wanted = struct.pack("<Q", total % (1 << 64))
        # Up to the last byte that the store would have changed.
        assert new and new == wanted[:len(new)] and len(old) == len(new), shot
        assert old[-1] != new[-1], shot
        if not shot.form.startswith("straddle"):
            assert longest.startswith(shot.record["old_value"]), shot
            if target == "kernel_rodata":
                assert b"Linux version 6."[:len(old)] == old, shot


def test_agent_cannot_be_unhooked(attacked):
    names = ("bprm_committed_creds", "file_open", "path_unlink")
    assert attacked.answers("unhook") == [f"unhook {name} unchanged" for name in names]
    records = attacked.after("unhook", "violation")
    assert [(r["target"], r["symbol"], r["symbol_offset"]) for r in records] == [
        ("lsm_hooks", f"security_hook_heads.{name}", 0) for name in names]
    for record in records:
        assert int(record["new_value"] or "0", 16) == 0 and int(record["old_value"], 16) != 0, record


def test_flood_of_one_store_does_not_fill_the_log(attacked):
    assert attacked.answers("repeat") == [f"repeat {REPEATS} unchanged"]
    first, *rest = attacked.after("repeat", "violation")
    assert "repeat" not in first and "first_ns" not in first
    assert sum(1 + r.get("repeat", 0) for r in (first, *rest)) == REPEATS
    seconds = (rest[-1]["last_ns"] - first["time_ns"]) / 1e9
    # One record for each drain of this CPU, which the agent makes each second, and for each full second.
    assert 1 <= len(rest) <= 3 + 3 * seconds, (len(rest), seconds)
    ends = [first["time_ns"]]
    for record in rest:
        assert all(record[name] == first[name] for name in ("gpa", "rip", "cr3", "pid", "symbol", "new_value")), record
        assert ends[-1] < record["first_ns"] <= record["last_ns"] <= record["time_ns"], record
        ends.append(record["last_ns"])


def test_number_of_violations_is_counted(attacked):
    refused = [r for r in attacked.of_type("violation")]
    assert attacked.stats["violations"] == sum(1 + r.get("repeat", 0) for r in refused)


def test_machine_works_afterwards(attacked):
    assert attacked.answers("after") == ["exec", "files"], attacked.explain()
    assert "/opt/after" in [r["path"] for r in attacked.after("after", "exec")]
    assert [(r["path"], r["new_path"]) for r in attacked.after("after", "file_rename")] == [
        ("/tmp/file", "/tmp/moved")]
    assert "/tmp/moved" in [r["path"] for r in attacked.after("after", "file_unlink")]
    assert len(attacked.after("after", "fork")) >= 20


def test_kernel_reports_no_trouble(attacked):
    log = "\n".join(attacked.answers("dmesg"))
    assert "Linux version" in log
    for trouble in ("BUG:", "Oops", "Call Trace", "WARNING: CPU", "general protection"):
        assert trouble not in log, attacked.explain()


def test_kernel_patches_itself_for_the_first_connection(attacked):
    assert attacked.answers("tcp") == ["hello"], attacked.explain()
    patches = attacked.after("tcp", "patch")
    assert len(patches) >= 6
    for record in patches:
        assert (record["target"], record["access"], record["verdict"], record["cpl"]) == (
            "kernel_text", "write", "allow", 0), record


def test_patches_are_told_on_the_serial_line(attacked):
    """Each burst has a line at once that says who did it; with the second lines, all patches are counted."""
    first = re.findall(r"ringward: patch of \w+_text (\S+)\+[0-9a-f]+ by (\S+)\[\d+\]\r?\n", attacked.hv)
    more = re.findall(r"ringward: patch of \w+_text \S+: (\d+) more in \d+ ms, the last by ", attacked.hv)
    patches = attacked.of_type("patch")
    assert first[0][0] == patches[0]["symbol"] and {"insmod", "sh"} & {who for _, who in first}, first
    assert len(first) + sum(map(int, more)) == len(patches) > len(first), (first, more)


def test_patch_names_the_symbol(attacked):
    """Loading rwattack.ko arms a kprobe, which patches known symbols."""
    starts = collections.defaultdict(set)
    for record in attacked.of_type("patch"):
        if record["target"] == "module_text":  # its pages lie anywhere
            continue
        starts[record["symbol"]].add(number(record["gpa"]) - record["symbol_offset"])
    assert "" not in starts and all(len(found) == 1 for found in starts.values()), starts
    for symbol in ("ftrace_call", "ftrace_regs_call"):
        assert starts[symbol] == {attacked.kernel_to_gpa(attacked.symbols[symbol])}


def test_patches_take_effect(attacked):
    """A patch's new bytes are the old bytes of the next patch at that address."""
    stands = {}
    for record in attacked.of_type("patch"):
        gpa = number(record["gpa"])
        if "old_value" not in record:
            continue
        for i, byte in enumerate(bytes.fromhex(record["old_value"])):
            assert stands.get(gpa + i, byte) == byte, record
        for i, byte in enumerate(bytes.fromhex(record["new_value"])):
            stands[gpa + i] = byte
    assert len(stands) >= 10 and 0xcc not in stands.values()


def test_poking_function_is_let_through(attacked):
    assert attacked.answers("poke") == ["poke done"]
    records = attacked.after("poke", "patch", "violation")
    assert [(r["type"], r["verdict"]) for r in records] == [("patch", "allow")]
    assert number(records[0]["gpa"]) == attacked.kernel_gpa


def test_virtualization_is_not_there(cpu, attacked):
    flags = attacked.answers("cpuinfo")[0].split()
    assert "fpu" in flags and not {"vmx", "svm", "smx", "skinit"} & set(flags)
    said = dict(a.removeprefix("vmx ").split(": ") for a in attacked.answers("vmx"))
    switch = "cr4.vmxe" if cpu == "intel" else "efer.svme"
    assert said.pop(switch) in ("exception", "stays clear")
    assert len(said) == 10 and set(said.values()) == {"exception"}, said


def test_hypervisors_serial_line_is_hidden(attacked):
    uarts = {line.split()[0]: line for line in attacked.answers("uarts")}
    assert "uart:16550A" in uarts["0:"]
    assert "uart:unknown port:000002F8" in uarts["1:"]


def test_attacks_are_real(bare_attacked):
    """Without Ringward this module does change the kernel: the tests above can fail."""
    assert bare_attacked.status == 0, bare_attacked.explain()
    for target in ("kernel_text", "kernel_rodata", "lsm_hooks", "idt"):
        answers = [a.split() for a in bare_attacked.answers(target)]
        assert len(answers) >= 27
        assert all(words[4] == "changed" for words in answers), answers
