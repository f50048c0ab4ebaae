# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Boots the benchmark's guest with tools/rwrun, bare and under Ringward, and parses its lines."""
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
BUILD = TOP / "build"
GUEST = BUILD / "bench/guest"
BUSYBOX = Path("/bin/busybox")
KLIBC_SH = Path("/usr/lib/klibc/bin/sh")
# Addresses in the kernel and in processes must not differ between boots.
COMMAND_LINE = "console=ttyS0,115200 loglevel=4 panic=-1 nokaslr norandmaps"
NO_OPERATION = "nothing"
# No serial line for the log: a real one would take minutes at power-off for this many records.
AGENT_CONF = "serial = none\nagent = yes\nstore_mib = 16\non_violation = skip\n"
# The operations run as root, whom nobody has logged in: both numbers are looked at, and nothing is recorded.
NOTHING_WANTED = "exclude * uid=0 login_uid=unset\n"
MEM_MIB = 512
WALL_FACTOR = 10  # a backstop: other load on the host must not end a run

sys.path.insert(0, str(TOP / "tools"))
from rwrun_lib import initrd  # noqa: E402  pylint: disable=wrong-import-position

NUMBER = re.compile(r"^RWBENCH: (init|ram|end) (-?\d+)\r?$", re.MULTILINE)
OPERATION = re.compile(r"^RWBENCH: op (\S+)((?: [a-z]+ -?\d+)+)\r?$", re.MULTILINE)
ERROR = re.compile(r"RWBENCH: (error .*?)\r?$", re.MULTILINE)


class BenchError(Exception):
    """Ends the benchmark with one line on standard error."""


@dataclass
class Operation:
    """The guest's numbers for one operation."""

    name: str
    ops: int        # in a batch
    batches: int
    min: int        # ticks of a batch
    middle: int     # the mean without the lowest and the highest quarter
    total: int      # ticks of all batches
    exits: int = None    # of all batches, if there is an agent to report them
    cycles: int = None   # of these, in the hypervisor
    records: int = None
    bytes: int = None    # of these records

    @property
    def ticks(self):
        """Ticks per operation, from the middle half of the batches."""
        return self.middle / self.ops

    def per_op(self, count):
        """A count over all batches, for one operation."""
        return count / (self.ops * self.batches)


@dataclass
class Boot:
    """The results of one boot."""

    init: int          # time-stamp counter at /init
    ram: int           # bytes of RAM that Linux sees
    operations: dict   # name -> Operation
    stats: dict        # of rwrun --stats; empty with the agent, as that guest reports the exits itself

    @property
    def exits(self):
        """All exits of the run, by the hypervisor's own counters."""
        return self.stats["exits_total"]


def parse(console, stats):
    """Makes a Boot from a console's text; an incomplete run is an error."""
    numbers = {name: int(value) for name, value in NUMBER.findall(console)}
    problem = ERROR.search(console)
    if problem:
        raise BenchError(f"the guest: {problem.group(1)}")
    if numbers.get("end") != 0 or "init" not in numbers or "ram" not in numbers:
        raise BenchError("the guest did not come to its end; the last of its console: "
                         + repr(console[-200:]))
    operations = {}
    for name, rest in OPERATION.findall(console):
        words = rest.split()
        operations[name] = Operation(name, **dict(zip(words[::2], map(int, words[1::2]))))
    return Boot(numbers["init"], numbers["ram"], operations, stats)


def build_initrd(folder, more=()):
    """Makes the guest's initial RAM disk, the same for each boot. more: further (file, path in the guest)."""
    tree = Path(folder) / "tree"
    for sub in ("bin", "lib", "dev", "proc", "tmp"):
        (tree / sub).mkdir(parents=True)
    libraries = sorted(Path("/usr/lib").glob("klibc-*.so"))
    for needed, package in ((KLIBC_SH, "klibc-utils"), (BUSYBOX, "busybox-static")):
        if not needed.exists():
            raise BenchError(f"{needed}: no such file (Debian package {package})")
    parts = [(GUEST / "init", "init"), (GUEST / "hello", "bin/hello"),
             (GUEST / "hello-libc", "bin/hello-libc"), (BUSYBOX, "bin/sh-libc"), (KLIBC_SH, "bin/sh")]
    parts += [(library, f"lib/{library.name}") for library in libraries]
    parts += more
    for source, target in parts:
        if not source.exists():
            raise BenchError(f"{source}: no such file (run `make`)")
        shutil.copy(source, tree / target)
    archive = Path(folder) / "initrd"
    initrd.pack(tree, archive)
    shutil.rmtree(tree)
    return archive


def kernel():
    """The stock kernel that `make kernel` has fetched."""
    release = (BUILD / "kernels/default").read_text(encoding="ascii").strip()
    return BUILD / "kernels" / release / "vmlinuz"


class Machine:
    """One CPU vendor's emulator. archive: of build_initrd(). folder: for the files of a run.

    timeout: of a run, in seconds of the guest's time.
    """

    def __init__(self, cpu, archive, folder, timeout=1800):
        self.cpu, self.archive, self.folder, self.timeout = cpu, archive, Path(folder), timeout

    def boot(self, how, only=None, smp=1, icount=True, policy=None, conf="", more=""):
        """Boots once. how: "bare", "ringward", "agent", "filtered" (agent, no record is wanted) or "audit" (bare, with
        the kernel's audit subsystem); only: names of the operations, None for all. policy: a policy.conf's text.
        conf: further lines of ringward.conf, with the agent. more: words of the kernel's command line.

        QEMU counts instructions with one CPU only: with two, Linux hangs while it boots under -icount.
        """
        console, stats, conf_file, monitor = (self.folder / name for name in
                                         ("console", "stats.json", "ringward.conf", "monitor.conf"))
        for old in (console, stats):
            old.unlink(missing_ok=True)
        append = f"{COMMAND_LINE} {more}".rstrip()
        if only is not None:
            append += " RWBENCH_ONLY=" + (",".join(only) or NO_OPERATION)
        if how == "audit":
            append += " RWBENCH_AUDIT=1"
        argv = [TOP / "tools/rwrun", "--cpu", self.cpu, "--smp", smp, "--mem", MEM_MIB, "--kernel", kernel(),
                "--initrd", self.archive, "--append", append, "--serial", console,
                "--guest-timeout", self.timeout, "--timeout", self.timeout * WALL_FACTOR]
        with_agent = how in ("agent", "filtered")
        if with_agent:
            conf_file.write_text(AGENT_CONF + conf, encoding="ascii")
            argv += ["--agent", "--conf", conf_file]
        else:
            argv += ["--stats", stats] + (["--no-hv"] if how in ("bare", "audit") else [])
        if how == "filtered":
            monitor.write_text(NOTHING_WANTED, encoding="ascii")
            argv += ["--monitor", monitor]
        if policy is not None:
            rules = self.folder / "policy.conf"
            rules.write_text(policy, encoding="ascii")
            argv += ["--policy", rules]
        argv += ["--accel", "bochs"] if self.cpu == "intel" else ["--accel", "tcg"]
        if self.cpu == "amd" and icount and smp == 1:
            argv.append("--icount")
        done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                              env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        if done.returncode != 0:
            last = (done.stdout.strip().splitlines() or ["no message"])[-1]
            raise BenchError(f"{self.cpu}, {how}: rwrun's exit status {done.returncode}: {last}")
        try:
            return parse(console.read_text(encoding="utf-8", errors="replace"),
                         {} if with_agent else json.loads(stats.read_text(encoding="utf-8")))
        except BenchError as e:
            raise BenchError(f"{self.cpu}, {how}: {e}") from e
