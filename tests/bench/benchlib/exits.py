# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Finds the exits of each operation without the agent, from differences between whole boots.

Without the agent the guest cannot query the hypervisor, but the counters are dumped at power-off. So the exits of
a set of operations are those of a boot that runs the set, less those of a boot that runs nothing. Counts never go
down: if a set makes no exits, none of its operations does. If it makes some, the set is halved.

Firmware and kernel make slightly different numbers of exits before /init each time: NOISE bounds the difference.
It is far below one exit per operation on any line.
"""
from .lines import LINES

NOISE = 32


class Exits:
    """Exits by operation, for one machine. say: called with a progress line before each boot."""

    def __init__(self, machine, smp, say):
        self._machine, self._smp, self._say = machine, smp, say
        self._base = self._boot([])
        self.by_name = {}

    def _boot(self, names):
        self._say(f"{self._machine.cpu}, {self._smp} CPU, Ringward: exits of {', '.join(names) or 'nothing'}")
        return self._machine.boot("ringward", only=names, smp=self._smp).exits

    def _of(self, names):
        return self._boot(names) - self._base

    def attribute(self, names, exits):
        """Fills by_name: exits is the count of a boot that ran these operations."""
        left = exits - self._base
        names = list(names)
        expected = [line.name for line in LINES if line.shown and line.name in names]
        # Operations known to leave the guest come first, one by one.
        for name in expected if len(names) > len(expected) else expected[:-1]:
            self.by_name[name] = self._of([name])
            left -= self.by_name[name]
            names.remove(name)
        self._split(names, left)

    def _split(self, names, exits):
        if abs(exits) <= NOISE:
            self.by_name.update({name: 0 for name in names})
            return
        if len(names) == 1:
            self.by_name[names[0]] = exits
            return
        middle = len(names) // 2
        first = self._of(names[:middle])
        self._split(names[:middle], first)
        self._split(names[middle:], exits - first)
