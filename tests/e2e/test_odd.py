# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""rwlog learn and rwlog score on an honest set: normal and exploited runs of the same services in one guest."""
import json
import subprocess

import pytest

import machine
import machines

RUNS, TESTS, TIMES = 30, 25, 2
ATTACKS = ["shell", "steal", "call_back", "drop", "shellcode", "persist", "become", "cover", "read_more", "forge_log"]
SERVICES = ["webd", "backupd", "maild", "jobs"]
SCRIPT = f"""
mkdir -p /srv /var/log /var/backup /var/spool
for i in 0 1 2 3; do echo page >/srv/page$i; done
echo conf >/etc/service.conf; echo root:x:0:0::/: >/etc/passwd; echo root:: >/etc/shadow; : >/etc/crontab
ip link set lo up 2>/dev/null
/opt/victim drive {RUNS} {TESTS} {TIMES}
"""

pytestmark = pytest.mark.soak


class Set:
    """The runs of the set, and what rwlog says of them."""

    def __init__(self, run, folder):
        self.run, self.folder = run, folder
        words = [m.split() for m in run.markers]
        learnt = words.index(["learnt"])
        self.tested = [(w[1], int(w[2]), int(w[3])) for w in words[learnt:] if w[0] == "run"]
        forks = {r["child_pid"]: r["seq"] for r in run.of_type("fork")}
        self.cut = forks[self.tested[0][2]]
        self.children = {}
        for r in run.of_type("fork"):
            self.children.setdefault(r["tgid"], []).append(r["child_tgid"])

    def family(self, pid):
        """A process and all below it."""
        found = [pid]
        for one in found:
            found += [c for c in self.children.get(one, []) if c not in found]
        return found

    def judge(self, *learn, score=()):
        """True and false positives and negatives, and the attacks that were missed, by name."""
        model = self.folder / "model"
        with model.open("wb") as out:
            subprocess.run([machine.RWLOG, "learn", *learn, "--seq", f"-{self.cut - 1}", self.run.store], stdout=out,
                           check=True)
        out = self.run.rwlog("score", "--model", model, "--format", "jsonl", "--seq", f"{self.cut}-", *score)
        assert out.returncode == 0, out.stderr
        flagged = {r["tgid"] for r in map(json.loads, out.stdout.splitlines())}
        counts = {"tp": 0, "fp": 0, "fn": 0, "tn": 0}
        missed = {}
        for _, attack, pid in self.tested:
            odd = any(p in flagged for p in self.family(pid))
            counts[("t" if odd == bool(attack) else "f") + ("p" if odd else "n")] += 1
            if attack and not odd:
                missed[ATTACKS[attack - 1]] = missed.get(ATTACKS[attack - 1], 0) + 1
        return counts, missed


@pytest.fixture(scope="module")
def runs(boot, tmp_path_factory):
    """One boot that has all runs."""
    victim = machine.BUILD / "tests/victim"
    files = {f"/opt/{name}": victim for name in ["victim", *SERVICES]}
    run = boot(machines.AMD, SCRIPT, files=files, timeout=600)
    assert run.status == 0, run.explain()
    return Set(run, tmp_path_factory.mktemp("odd"))


WAYS = {"objects, STIDE": ((), ()), "objects, t-STIDE": ((), ("--rare", "1")),
        "objects, 2 of 20": ((), ("--threshold", "2")), "objects, window 3": (("--window", "3"), ()),
        "events, STIDE": (("--alphabet", "events"), ()), "events, t-STIDE": (("--alphabet", "events"), ("--rare", "1"))}


def test_precision_and_recall(runs):
    """Writes the figures of docs/odd.md; the default must find nearly every attack that does something new."""
    results = {}
    for name, (learn, score) in WAYS.items():
        counts, missed = runs.judge(*learn, score=score)
        precision = counts["tp"] / max(1, counts["tp"] + counts["fp"])
        recall = counts["tp"] / max(1, counts["tp"] + counts["fn"])
        results[name] = (precision, recall)
        print(f"{name:20} precision {precision:.3f} recall {recall:.3f} {counts} missed {missed}")
    precision, recall = results["objects, STIDE"]
    assert precision >= 0.75 and recall >= 0.75, results
    # What starts a program or maps code is never missed.
    assert not runs.judge()[1].keys() & {"shell", "call_back", "drop", "shellcode"}
