# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""One boot that runs all cases of tests/events/, and the records of each case."""
import functools
import json
import lzma

import machine

KERNELS = ("6.1", "6.12")
# What the cases need in the guest: path there -> content, or a function of the kernel's version that returns it.
FILES = {
    "/opt/events": machine.BUILD / "tests/events",
    "/opt/tiny": machine.BUILD / "tests/tiny",
    "/opt/rwattack.ko": lambda linux: machine.kmod("rwattack", linux),
    "/opt/rwevent.ko": lambda linux: machine.kmod("rwevent", linux),
    "/opt/rwevent.ko.xz": lambda linux: compressed(machine.kmod("rwevent", linux)),
    "/opt/overlay.ko": lambda linux: machine.stock_module("fs/overlayfs/overlay", linux),
    "/opt/binfmt_misc.ko": lambda linux: machine.stock_module("fs/binfmt_misc", linux),
    **{f"/opt/{name}.ko": functools.partial(machine.stock_module, f"net/vmw_vsock/{name}")
       for name in ("vsock", "vmw_vsock_virtio_transport_common", "vsock_loopback")},
}
SCRIPT = """/opt/events
echo "RWTEST: rwctl events $(/ringward/rwctl --json events | tr -d '\\n')"
"""


def compressed(path):
    """A file as the kernel can decompress it."""
    return lzma.compress(path.read_bytes(), check=lzma.CHECK_CRC32)


def files(linux):
    """FILES for a version of the kernel."""
    return {path: content(linux) if callable(content) else content for path, content in FILES.items()}


class Events:
    """The log of one machine with one kernel, on which all cases ran."""

    def __init__(self, run):
        self.run = run
        lines = [m.removeprefix("case ") for m in run.markers if m.startswith("case ")]
        self.cases = {case["case"]: case for case in map(json.loads, lines)}
        assert "cases done" in run.markers, run.explain()

    @functools.cached_property
    def known(self):
        """What `rwctl events` said in the end: name -> object."""
        line = next(m for m in self.run.markers if m.startswith("rwctl events "))
        return {event["name"]: event for event in json.loads(line.removeprefix("rwctl events "))}

    def facts(self, case):
        """What the case reported, with its "pid" and wait "status"; the case has not failed."""
        facts = self.cases[case]
        assert facts["status"] == 0, facts
        return facts

    @functools.cached_property
    def _children(self):
        children = {}
        for record in self.run.of_type("fork"):
            if not record["thread"]:
                children.setdefault(record["tgid"], set()).add(record["child_tgid"])
        return children

    def processes(self, case):
        """The process ids of the case and of all its descendants."""
        found, waiting = set(), [self.cases[case]["pid"]]
        while waiting:
            tgid = waiting.pop()
            if tgid not in found:
                found.add(tgid)
                waiting += self._children.get(tgid, ())
        return found

    def records(self, case, *types):
        """The records of these types (without any: all) that the case's processes made, in the log's order."""
        tgids = self.processes(case)
        return [r for r in self.run.records if r.get("tgid") in tgids and (not types or r["type"] in types)]

    def record(self, case, kind):
        """The only record of a type that the case's processes made."""
        found = self.records(case, kind)
        assert len(found) == 1, f"{len(found)} records {kind} of {self.facts(case)}: {found}"
        return found[0]
