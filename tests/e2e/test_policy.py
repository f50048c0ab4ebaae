# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""policy.conf: the loader accepts it or shows each error; rwctl shows what the agent got, and what it decides."""
import json
import subprocess

import pytest

import machine

GOOD = """
mode audit
-r /tmp/log 1000        # the line of the field
-w /etc/ *
+w /etc/ *
"""
ASK = r"""
ask() { echo "RWTEST: ask $(/ringward/rwctl --json policy "$@" 2>&1 | tr -d '\n')"; }
say() { echo "RWTEST: said $(/ringward/rwctl policy "$@" 2>&1 | tr '\n' '|')"; }
ln -s /etc /tmp/link
: >/tmp/log
ask
ask /tmp/log 1000 rx
ask /tmp/link/new 7 w
say /tmp/log 1000 r
say /no/such/place 0
say /tmp/log root
say
"""
BAD = """rw /etc 0
-r /etc 0
-q etc x
mode maybe
"""


@pytest.fixture(scope="module")
def good(cpu, boot):
    return boot(cpu, ASK, policy=GOOD)


def answers(run, word):
    """What ask() or say() said, in order."""
    return [m.removeprefix(word + " ") for m in run.markers if m.startswith(word + " ")]


def test_the_loader_accepts_a_policy(good):
    assert "access: policy.conf, 3 rules, audit only, 1 warnings" in good.hv, good.explain()


def test_rwctl_shows_the_policy_in_force(good):
    policy = json.loads(answers(good, "ask")[0])
    assert policy["mode"] == "audit"
    assert [line for line in policy["lines"] if line["line"]] == [{"line": 3, "text": "-r /tmp/log 1000"}, {"line": 4, "text": "-w /etc/ *"},
                               {"line": 5, "text": "+w /etc/ *"}]
    assert {"line": 0, "text": "-w /var/lib/ringward/ *"} in policy["lines"]
    assert policy["doors"]["kexec"] == "audit"
    assert answers(good, "said")[3].startswith("mode     audit|")


def test_rwctl_says_which_line_decides(good):
    by_access = json.loads(answers(good, "ask")[1])
    assert by_access == [{"access": "read", "verdict": "recorded", "line": 3, "text": "-r /tmp/log 1000",
                          "path": "/tmp/log"}, {"access": "execute", "verdict": "allowed"}]
    # By the file's own name, not by that of a link.
    assert json.loads(answers(good, "ask")[2])[0]["path"] == "/etc/"
    said = answers(good, "said")
    assert said[0].startswith("/tmp/log: read by uid 1000: allowed and recorded (audit)|  line 3: -r /tmp/log 1000|")
    assert said[1] == "rwctl: policy: /no/such/place: No such file or directory|"
    assert said[2] == 'rwctl: policy: "root" is not a uid; see rwctl --help|'


def test_the_learnt_policy_allows_what_the_log_shows(good, tmp_path):
    rwpolicy = machine.BUILD / "rwpolicy"
    learnt = tmp_path / "policy.conf"
    done = subprocess.run([rwpolicy, "learn", good.store], capture_output=True, text=True, check=True)
    learnt.write_text(done.stdout, encoding="utf-8")
    checked = subprocess.run([rwpolicy, "check", learnt], capture_output=True, text=True, check=False)
    assert checked.stdout == f"{learnt}: good\n"
    assert {"mode audit", "-rwax / *", "+w /tmp/log 0", "+x /ringward/rwctl 0"} <= set(done.stdout.splitlines())
    explain = [rwpolicy, "explain", learnt, "--uid", "0", "--path"]
    for path in {r["path"] for r in good.of_type("exec")}:
        said = subprocess.run([*explain, path, "--access", "x"], capture_output=True, text=True, check=True).stdout
        assert "execute by uid 0: allowed\n" in said, path
    other = subprocess.run([*explain, "/bin/other"], capture_output=True, text=True, check=True).stdout
    assert other.count(": allowed and recorded (audit)\n") == 4


def test_without_a_file_there_is_no_policy(cpu, boot):
    run = boot(cpu, ASK, policy=None)
    assert set(answers(run, "ask")) == {"rwctl: policy: there was no policy.conf when this machine started"}


def test_the_loader_shows_each_error(cpu, boot):
    run = boot(cpu, "", policy=BAD, ends="stopped")
    # The firmware shows its console on the same line: each message comes twice.
    said = list(dict.fromkeys(line.removeprefix("ringward: ").rstrip() for line in run.hv.splitlines()
                              if "policy.conf" in line))
    assert [line.split(": ")[0] for line in said[:-1]] == [f"policy.conf:{place}" for place in
                                                          ("1:1", "3:2", "3:4", "3:8", "4:6")], run.explain()
    assert said[-1] == "stopped: policy.conf: 5 errors"
