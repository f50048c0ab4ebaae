# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The events table: what a record costs in guest and hypervisor, one that is left out, and the kernel's own audit."""
from dataclasses import asdict, dataclass

from .table import NAMES, UNITS, verdict

PATH_LIMIT, PLAIN_LIMIT = 1200, 600
FILTERED_LIMIT = 60
AUDIT_FACTOR = 5
CONFIGURATIONS = ("bare", "agent", "filtered", "audit")


@dataclass(frozen=True)
class Event:
    """One line. events: hooks that decide about a record, for each operation. limit: for a record; None: none."""

    name: str
    title: str
    events: int
    limit: int


EVENTS = (
    Event("ev_open", "file_open", 1, PATH_LIMIT),
    Event("ev_read", "file_open, file_read, file_close", 3, PATH_LIMIT),
    Event("ev_create", "file_open (made), file_unlink", 2, PATH_LIMIT),
    Event("ev_rename", "file_rename, two paths", 2, None),
    Event("ev_mkdir", "mkdir, rmdir", 2, PATH_LIMIT),
    Event("ev_link", "link (two paths), file_unlink", 2, None),
    Event("ev_symlink", "symlink, file_unlink", 2, PATH_LIMIT),
    Event("ev_chmod", "chmod", 1, PATH_LIMIT),
    Event("ev_chown", "chown", 1, PATH_LIMIT),
    Event("ev_truncate", "truncate", 1, PATH_LIMIT),
    Event("ev_name", "prctl, the name", 1, PLAIN_LIMIT),
    Event("ev_socket", "socket", 1, PLAIN_LIMIT),
    Event("ev_connect", "connect, UDP", 1, PLAIN_LIMIT),
    Event("ev_setuid", "setuid, sync", 2, None),
    Event("ev_fork", "fork, exit", 2, PLAIN_LIMIT),
)


@dataclass
class Row:
    """Numbers of one line; guest, hypervisor, size, exits and filtered are for one record, audit for one operation."""

    name: str
    title: str
    records: float      # of an operation
    guest: float
    hypervisor: float
    exits: float
    size: float         # bytes
    filtered: float
    ringward: float     # an operation, above bare
    audit: float        # the same
    limit: int

    @property
    def record(self):
        """Instructions for one record, end to end."""
        return self.guest + self.hypervisor

    @property
    def factor(self):
        """How many times as much the kernel's audit subsystem costs."""
        return self.audit / self.ringward if self.ringward > 0 else 0.0

    @property
    def missed(self):
        """Names of the targets that are missed."""
        return [name for name, good in (("record", self.limit is None or self.record <= self.limit),
                                        ("filtered", self.filtered <= FILTERED_LIMIT),
                                        ("audit", self.factor >= AUDIT_FACTOR)) if not good]

    def as_json(self):
        """For bench.json."""
        return {**asdict(self), "record": self.record, "factor": self.factor, "missed": self.missed}


def measure(machine, say):
    """Boots every configuration once. Returns the rows of one machine."""
    names = [e.name for e in EVENTS]
    boots = {}
    for how in CONFIGURATIONS:
        say(f"{machine.cpu}, 1 CPU, {how}: {len(names)} operations of the events table")
        boots[how] = machine.boot(how, only=names).operations
    return [row(event, {how: boots[how][event.name] for how in CONFIGURATIONS}) for event in EVENTS]


def row(event, found):
    """One row. found: configuration -> Operation."""
    agent, bare = found["agent"], found["bare"].ticks
    records = agent.per_op(agent.records)
    above = agent.ticks - bare
    # A batch has less than one record besides its own, such as those of a timer.
    each = max(records, 0.5)
    hypervisor = agent.per_op(agent.cycles)
    return Row(event.name, event.title, records, (above - hypervisor) / each, hypervisor / each,
               agent.per_op(agent.exits) / each, agent.per_op(agent.bytes) / each,
               (found["filtered"].ticks - bare) / event.events, above, found["audit"].ticks - bare, event.limit)


HEADER = (f"{'records of an operation':<34} {'records':>7} {'guest':>7} {'hyperv.':>7} {'both':>7} {'target':>6} "
          f"{'exits':>6} {'bytes':>5} {'filtered':>8} {'Ringward':>9} {'audit':>9} {'times':>5}  target")


def text(cpu, made):
    """The printed table of one machine."""
    out = [f"{NAMES[cpu]}: {UNITS[cpu]} a record; filtered: an event that is left out; Ringward, audit: an operation, "
           "above bare", HEADER]
    for r in made:
        limit = f"{r.limit:,}" if r.limit else "-"
        missed = f"{verdict(False)}: {', '.join(r.missed)}" if r.missed else verdict(True)
        out.append(f"{r.title:<34} {r.records:>7.2f} {r.guest:>7,.0f} {r.hypervisor:>7,.0f} {r.record:>7,.0f} "
                   f"{limit:>6} {r.exits:>6.3f} {r.size:>5.0f} {r.filtered:>8.1f} {r.ringward:>9,.0f} {r.audit:>9,.0f} "
                   f"{r.factor:>5.1f}  {missed}")
    return "\n".join(out)
