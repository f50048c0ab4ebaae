# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Turns measurements into results: rows, targets, and the printed table."""
from dataclasses import asdict, dataclass

from .lines import LINES

EXIT_TICKS = 1500        # modelled cost of an exit on a real CPU
COST_LIMIT = 1.005
BOOT_LIMIT = 1.05
IMAGE_LIMIT = 1 << 20
UNITS = {"intel": "ticks (Bochs)", "amd": "instructions (QEMU -icount)"}
NAMES = {"intel": "Intel, VMX/EPT, Bochs", "amd": "AMD, SVM/NPT, QEMU TCG"}


@dataclass
class Row:
    """One line of one machine; all numbers are per operation."""

    name: str
    title: str
    bare: float
    ringward: float
    agent: float
    exits: float          # Ringward without agent
    agent_exits: float
    agent_records: float
    shown: str            # why it has no target; "": it has one

    @property
    def cost(self):
        """Ringward without agent, modelled, against bare."""
        return (self.ringward + self.exits * EXIT_TICKS) / self.bare

    @property
    def agent_cost(self):
        """Ringward with the agent, modelled, against bare."""
        return (self.agent + self.agent_exits * EXIT_TICKS) / self.bare

    @property
    def met(self):
        """Whether the target is met; None without a target."""
        return None if self.shown else self.cost <= COST_LIMIT and self.exits == 0

    def as_json(self):
        """For bench.json."""
        return {**asdict(self), "cost": self.cost, "agent_cost": self.agent_cost, "met": self.met}


@dataclass
class Limit:
    """One number with a limit."""

    title: str
    value: float
    limit: float
    unit: str

    @property
    def met(self):
        """Whether it is within its limit."""
        return self.value <= self.limit

    def text(self):
        """One line of the table."""
        form = "{:.4f}" if isinstance(self.value, float) else "{:,}"
        return (f"{self.title:<50} {form.format(self.value):>12} {self.unit:<6} at most "
                f"{form.format(self.limit):>12}  {verdict(self.met)}")


def verdict(met):
    """A word for met."""
    return {True: "met", False: "MISSED", None: "-"}[met]


def rows(boots, exits):
    """Rows of one machine. boots: how -> Boot; exits: name -> count of the boot "ringward"."""
    made = []
    for line in LINES:
        if line.name not in boots["bare"].operations:
            continue
        found = {how: boot.operations[line.name] for how, boot in boots.items()}
        less = {how: boot.operations[line.minus].ticks if line.minus else 0 for how, boot in boots.items()}
        plain, agent = found["ringward"], found["agent"]
        # The warm-up batch makes exits, too.
        per_op = exits[line.name] / (plain.ops * (plain.batches + 1))
        made.append(Row(line.name, line.title, *(found[how].ticks - less[how] for how in
                                                ("bare", "ringward", "agent")),
                        per_op, agent.per_op(agent.exits), agent.per_op(agent.records), line.shown))
    return made


HEADER = (f"{'operation':<40} {'bare':>11} {'Ringward':>11} {'w. agent':>11} {'exits':>7} {'w. agent':>8} "
          f"{'cost':>7} {'w. agent':>8}  target")


def text(cpu, made):
    """The printed table of one machine."""
    out = [f"{NAMES[cpu]}: {UNITS[cpu]} an operation; cost: against bare, with {EXIT_TICKS:,} for each exit",
           HEADER]
    for r in made:
        out.append(f"{r.title:<40} {r.bare:>11,.1f} {r.ringward:>11,.1f} {r.agent:>11,.1f} {r.exits:>7.2f} "
                   f"{r.agent_exits:>8.3f} {r.cost:>7.4f} {r.agent_cost:>8.4f}  {verdict(r.met)}")
    out += [f"  {r.title}: no target: {r.shown}" for r in made if r.shown]
    return "\n".join(out)
