# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""policy.conf: the loader accepts it or shows each error, and the agent gets it as the loader has compiled it."""
GOOD = """
mode audit
-r /tmp/log 1000        # the line of the field
-w /etc/ *
+w /etc/ *
"""
BAD = """rw /etc 0
-r /etc 0
-q etc x
mode maybe
"""


def test_the_loader_accepts_a_policy(cpu, boot):
    run = boot(cpu, "", policy=GOOD)
    assert "access: policy.conf, 3 rules, audit only, 1 warnings" in run.hv, run.explain()


def test_the_loader_shows_each_error(cpu, boot):
    run = boot(cpu, "", policy=BAD, ends="stopped")
    # The firmware shows its console on the same line: each message comes twice.
    said = list(dict.fromkeys(line.removeprefix("ringward: ").rstrip() for line in run.hv.splitlines()
                              if "policy.conf" in line))
    assert [line.split(": ")[0] for line in said[:-1]] == [f"policy.conf:{place}" for place in
                                                          ("1:1", "3:2", "3:4", "3:8", "4:6")], run.explain()
    assert said[-1] == "stopped: policy.conf: 5 errors"
