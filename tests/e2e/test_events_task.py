# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Tasks that are made and end: tests/events/task.c."""
import machines

WHERE = machines.ALL


def test_every_case_ran(events):
    failed = [case for case in events.cases.values() if case["status"]]
    assert failed == []


def test_child(events):
    facts = events.facts("task_child")
    fork = events.record("task_child", "fork")
    assert (fork["tgid"], fork["child_tgid"], fork["thread"]) == (facts["pid"], facts["child"], False)
    ends = {r["tgid"]: r["exit_code"] for r in events.records("task_child", "exit")}
    assert ends == {facts["child"]: facts["child_status"], facts["pid"]: facts["status"]}
