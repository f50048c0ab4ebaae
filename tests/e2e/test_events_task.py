# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Tasks that are made and end: tests/events/task.c."""
import machines

WHERE = machines.ALL


def test_every_case_ran(events):
    failed = [case for case in events.cases.values() if case["status"]]
    assert failed == []


def test_rwctl_knows_how_each_event_is_handed_over(events):
    """rwctl has a table of what the hooks ask for: it must agree with each record."""
    assert {known["recorded"] for known in events.known.values()} == {"yes", "always"}
    for record in events.run.records:
        known = events.known.get(record["type"])
        if known and known["mode"] != "either":
            assert record.get("sync", False) == (known["mode"] == "sync"), record


def test_rwctl_counts_what_the_store_has(events):
    exported = events.run.rwlog("export", "--format", "jsonl").stdout
    for kind in ("module_load", "mount", "pivot_root"):
        assert events.known[kind]["in_store"] == exported.count(f'"type":"{kind}"') > 0


def test_child(events):
    facts = events.facts("task_child")
    fork = events.record("task_child", "fork")
    assert (fork["tgid"], fork["child_tgid"], fork["thread"]) == (facts["pid"], facts["child"], False)
    ends = {r["tgid"]: r["exit_code"] for r in events.records("task_child", "exit")}
    assert ends == {facts["child"]: facts["child_status"], facts["pid"]: facts["status"]}
