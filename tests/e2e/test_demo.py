# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""`make run` judges a scene: it shows a burst in one line, and finds errors."""
import sys

import machine

sys.path.insert(0, str(machine.TOP / "scripts"))
import scenes  # noqa: E402  pylint: disable=wrong-import-position


def records(kind, target, count, first=1, **other):
    """Consecutive records, as rwlog exports them."""
    return [{"seq": first + i, "type": kind, "pid": 7, "comm": "sh", "target": target, "symbol": "one", "verdict": "skip",
             **other} for i in range(count)]


def attacked(targets=scenes.TARGETS, result="unchanged flow=ok", count=3):
    """A Part in which these targets were attacked."""
    said = [f"write {target} {way} mov8 {result}" for target in targets for way in scenes.WAYS]
    found = [record for target in targets for record in records("violation", target, count)]
    return scenes.Part(said, found, [], None)


def test_a_burst_is_one_line():
    found = records("patch", "kernel_text", 2) + records("patch", "kernel_text", 1, first=3, symbol="two")
    found += records("patch", "kernel_text", 1, first=9, pid=8)
    assert list(scenes.bursts(found)) == ["#1 to #3: patch x3 by sh[7]: kernel_text one, two: skip",
                                          "#9 to #9: patch x1 by sh[8]: kernel_text one: skip"]


def test_a_refused_attack_is_well():
    assert scenes.judge_attack(attacked()) == []


def test_an_attack_that_works_or_is_not_recorded_is_told():
    assert len(scenes.judge_attack(attacked(result="changed flow=ok"))) == 3
    assert len(scenes.judge_attack(attacked(count=2))) == 3
    # One target has no output and no records: the two agree.
    assert scenes.judge_attack(attacked(targets=scenes.TARGETS[1:])) == ["lsm_hooks: the attack said nothing"]
    allowed = attacked()
    allowed.records[0]["verdict"] = "allow"
    assert len(scenes.judge_attack(allowed)) == 1


def test_scenes_without_their_effect_are_told():
    nothing = scenes.Part([], [], [], None)
    for judge in (scenes.judge_lock, scenes.judge_work, scenes.judge_module, scenes.judge_code):
        assert judge(nothing) != []


def test_a_policy_that_refuses_less_is_told():
    refused = [{"type": "access", "operation": operation, "rule": rule, "verdict": "deny"}
               for _, operation, rule in scenes.REFUSED]
    assert scenes.judge_policy(scenes.Part([], refused, [], None)) == []
    refused[1]["verdict"] = "allow"
    assert scenes.judge_policy(scenes.Part([scenes.CONTENT], refused, [], None)) == [
        "not refused by -rw /etc/secret *: mv /tmp/mine /etc/secret", "the guest read /etc/secret"]


def test_a_module_that_nobody_approved_must_be_refused():
    loads = [{"type": "module_load", "name": name, "verdict": verdict}
             for name, verdict in ((scenes.OTHER, "deny"), (scenes.ATTACKER, "allow"))]
    assert scenes.judge_module(scenes.Part([scenes.REFUSAL], loads, [], None)) == []
    assert len(scenes.judge_module(scenes.Part([], loads, [], None))) == 1
    loads[0]["verdict"] = "allow"
    assert len(scenes.judge_module(scenes.Part([scenes.REFUSAL], loads, [], None))) == 1
    loads.append({"type": "module_code", "name": scenes.OTHER, "verdict": "deny"})
    assert scenes.judge_module(scenes.Part([scenes.REFUSAL], loads, [], None)) == []


def test_what_the_attacker_reaches_is_told():
    said = ["control lstar before=1 after=1 unchanged exception", "exec heap refused at 1", "remap pmd syscalls undone 9"]
    found = [*records("violation", "control_state", 1), *records("violation", "unapproved", 1),
             *records("remap", "kernel_rodata", 1)]
    assert scenes.judge_code(scenes.Part(said, found, [], None)) == []
    for i, worse in enumerate(("control lstar before=1 after=2 changed done", "exec heap ran at 1", "remap pmd syscalls held 1500")):
        assert len(scenes.judge_code(scenes.Part([*said[:i], worse, *said[i + 1:]], found, [], None))) == 1
        assert len(scenes.judge_code(scenes.Part(said, found[:i] + found[i + 1:], [], None))) == 1
