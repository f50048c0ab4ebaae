# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The policy table: what a decision of the access policy costs, with few rules and with many."""
from dataclasses import asdict, dataclass

from .table import verdict

OPERATION = "decision"  # reads the file /tmp/file, which is open, as root
FEW, MANY = 10, 10_000
FLAT = 10  # instructions by which few and many rules may differ

# What the rules are about -> (title, limit of instructions, rule number N, last rule).
CASES = {
    "elsewhere": ("no rule is about the file system", 120, "-rw /etc/no/{} *\n", ""),
    "beside": ("rules are about other files beside it", 120, "-rw /tmp/other{} *\n", ""),
    "users": ("rules are about other users of the file", 400, "-rw /tmp/file {}\n", "-x /tmp/file *\n"),
    "decides": ("a rule allows it, others lie below the directory", 400, "-rw /tmp/d{}/x 1\n", "+r /tmp/ *\n"),
}


def rules(case, count):
    """A policy.conf with so many lines; the numbers of users in it are not root's."""
    _, _, form, last = CASES[case]
    lines = [form.format(1000 + i) for i in range(count - bool(last))]
    return "".join(lines) + last


@dataclass
class Row:
    """Instructions of a decision above the agent without a policy, with few and many rules."""

    name: str
    title: str
    few: float
    many: float
    limit: int

    @property
    def met(self):
        """Is it cheap enough, and as cheap with many rules?"""
        return max(self.few, self.many) <= self.limit and abs(self.many - self.few) <= FLAT

    def as_json(self):
        """For bench.json."""
        return {**asdict(self), "met": self.met}


def measure(machine, say):
    """Boots once without a policy, and for each case with few and many rules. Returns the rows."""
    def ticks(policy, words):
        say(f"{machine.cpu}, 1 CPU, policy table: {words}")
        return machine.boot("agent", only=[OPERATION], policy=policy).operations[OPERATION].ticks

    base = ticks(None, "no policy")
    found = {case: [ticks(rules(case, count), f"{case}, {count} rules") - base for count in (FEW, MANY)] for case in CASES}
    return [Row(case, CASES[case][0], few, many, CASES[case][1]) for case, (few, many) in found.items()]


def text(made):
    """The printed table."""
    out = [f"instructions of a decision{'':<29} {FEW:>7,} {MANY:>7,} rules  limit  target"]
    out += [f"{r.title:<55} {r.few:>7,.1f} {r.many:>7,.1f} {r.limit:>12}  {verdict(r.met)}" for r in made]
    return "\n".join(out)
