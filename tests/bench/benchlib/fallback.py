# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The fallback table: what approved code costs on a CPU without MBEC and GMET, for each exec_fallback."""
from dataclasses import asdict, dataclass

from .lines import LINES
from .table import EXIT_TICKS

OPERATIONS = ("null", "read", "stat", "open_close", "signal_deliver", "mmap", "page_fault", "pipe", "switch_2", "fork_exit",
              "fork_exec", "fork_sh")
FALLBACKS = ("smep", "strict")
OFF = "kernel_code = off\n"


@dataclass
class Row:
    """Instructions and exits of an operation, without approved code and with each fallback."""

    name: str
    title: str
    off: float
    instructions: dict  # by fallback
    exits: dict         # of an operation

    def cost(self, fallback):
        """Against no approved code, with EXIT_TICKS for each exit: as the main table counts."""
        return (self.instructions[fallback] + EXIT_TICKS * self.exits[fallback]) / (self.off + EXIT_TICKS * self.exits["off"])

    def as_json(self):
        """For fallback.json."""
        return {**asdict(self), "cost": {f: self.cost(f) for f in FALLBACKS}}


def measure(machine, say):
    """Boots once for each fallback, and once without approved code. Returns the rows."""
    boots = {}
    for how in ("off", *FALLBACKS):
        say(f"{machine.cpu}, 1 CPU, fallback table: {how}")
        conf = OFF if how == "off" else f"kernel_code = enforce\nexec_fallback = {how}\n"
        boots[how] = machine.boot("filtered", only=OPERATIONS, conf=conf).operations
    titles = {line.name: line.title for line in LINES}
    return [Row(name, titles[name], boots["off"][name].ticks, {f: boots[f][name].ticks for f in FALLBACKS},
                {how: boots[how][name].per_op(boots[how][name].exits) for how in boots}) for name in OPERATIONS]


def text(made):
    """The printed table."""
    out = [f"{'instructions of an operation':<40} {'off':>10}" + "".join(f" {f:>10} {'exits':>7} {'cost':>6}" for f in FALLBACKS)]
    out += [f"{r.title:<40} {r.off:>10,.0f}" + "".join(
        f" {r.instructions[f]:>10,.0f} {r.exits[f]:>7.2f} {r.cost(f):>6.2f}" for f in FALLBACKS) for r in made]
    return "\n".join(out)
