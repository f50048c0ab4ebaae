# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Makes initial RAM disks for tests, boots them with tools/rwrun, parses the results: docs/testing.md."""
import functools
import json
import lzma
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import machines

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / "build"
RWRUN = TOP / "tools/rwrun"
RWLOG = BUILD / "rwlog"
BUSYBOX = Path("/bin/busybox")
COMMAND_LINE = "console=ttyS0,115200 loglevel=4 panic=-1"
# Time limits count the guest's time: a busy host makes no run fail. A wall-clock limit is the backstop for a stalled host.
WALL_FACTOR = 10
STATUS_BY_END = {"poweroff": 0, "debug_exit": 0, "reset": 1, "stopped": 1, "timeout": 124}
DEFAULT_CONF = {"serial": "com2", "agent": "yes", "store_mib": "16", "on_violation": "skip"}

sys.path.insert(0, str(TOP / "tools"))
from rwrun_lib import initrd as rwrun_initrd  # noqa: E402


def kernel_release(linux="6.1"):
    """Release of the stock kernel that `make kernel` has fetched; linux: "6.1" or "6.12"."""
    return (BUILD / "kernels" / linux).resolve().name


def kernel(linux="6.1"):
    """The stock kernel's image."""
    return BUILD / "kernels" / kernel_release(linux) / "vmlinuz"


def kmod(name, linux="6.1"):
    """A kernel module built for the stock kernel."""
    return BUILD / "kmod" / kernel_release(linux) / f"{name}.ko"


def stock_module(path, linux="6.1"):
    """The content of a module that comes with the stock kernel; path: below kernel/, without ".ko"."""
    found, = (BUILD / "kernels" / kernel_release(linux) / "modules/kernel").glob(f"{path}.ko*")
    return lzma.decompress(found.read_bytes()) if found.suffix == ".xz" else found.read_bytes()


@functools.lru_cache(maxsize=None)
def _applets():
    return subprocess.run([BUSYBOX, "--list"], stdout=subprocess.PIPE, check=True, text=True).stdout.split()


def build_initrd(archive, script, files=None):
    """Writes an initial RAM disk with busybox, tests/initrd/init, the shell script and further files.

    files: path in the guest ("/bin/x") -> bytes, text, or the Path of a file on the host. Files that are
    executable on the host are executable in the guest, as is everything given as bytes or text.
    """
    tree = Path(archive).with_suffix(".tree")
    for folder in ("bin", "proc", "sys", "dev", "tmp", "etc", "root"):
        (tree / folder).mkdir(parents=True)
    shutil.copy(BUSYBOX, tree / "bin/busybox")
    for name in _applets():
        if name != "busybox":
            (tree / "bin" / name).symlink_to("busybox")
    contents = {"/init": TOP / "tests/initrd/init", "/test.sh": script, **(files or {})}
    for path, content in contents.items():
        target = tree / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copy(content, target)
        else:
            target.write_bytes(content.encode() if isinstance(content, str) else content)
            target.chmod(0o755)
    rwrun_initrd.pack(tree, archive)
    shutil.rmtree(tree)


def parsed(jsonl):
    """The records in what `rwlog export` writes; the object about the file that comes last is none."""
    return [r for r in map(json.loads, jsonl.splitlines()) if "seq" in r]


@dataclass
class Run:
    """The results of one boot."""

    status: int      # of rwrun
    console: str     # COM1
    hv: str          # COM2: the hypervisor's serial line
    stderr: str      # of rwrun
    folder: Path     # everything of this run: console, hv-serial, store, stats
    hv_serial: Path
    store: Path
    stats: dict      # of --stats; empty when there are none

    @property
    def markers(self):
        """The texts after "RWTEST: " on the console, in order."""
        return re.findall(r"RWTEST: (.*?)\r?$", self.console, re.MULTILINE)

    @functools.cached_property
    def records(self):
        """The log's records, as `rwlog export --format jsonl` writes them."""
        out = self.rwlog("export", "--format", "jsonl")
        assert out.returncode == 0, f"rwlog export: {out.stderr}"
        return parsed(out.stdout)

    def of_type(self, *types):
        """The records of these types."""
        return [r for r in self.records if r["type"] in types]

    def rwlog(self, *arguments, source=None):
        """Runs rwlog on the store (or another file of the run)."""
        return subprocess.run([RWLOG, *arguments, source or self.store], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)

    def explain(self):
        """The last lines of all outputs, for an assertion's message."""
        return (f"rwrun's exit status {self.status}; files in {self.folder}\n--- stderr\n{self.stderr}"
                f"--- console\n{self.console[-3000:]}\n--- hypervisor\n{self._alerts()}")

    def _alerts(self):
        return "\n".join(ln for ln in self.hv.splitlines() if "@RW2 " not in ln)[-3000:]


class BootFailed(AssertionError):
    """A boot did not end as expected."""


def checked(run, ends):
    """Returns a Run that ended as expected: "poweroff", "reset", "debug_exit", "stopped" or "timeout"."""
    if (run.status, run.stats.get("end")) != (STATUS_BY_END[ends], ends):
        raise BootFailed(f"the run ends by {run.stats.get('end')}, not by {ends}\n{run.explain()}")
    return run


def rwrun(*arguments, timeout=300):
    """Runs tools/rwrun with these arguments; timeout: in seconds of the guest's time."""
    wall = timeout * WALL_FACTOR
    argv = [RWRUN, "--guest-timeout", timeout, "--timeout", wall, *arguments]
    return subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace", timeout=wall + 120, check=False)


def on(which):
    """The arguments of rwrun for a machines.Machine or its name."""
    which = machines.find(which)
    return ["--cpu", which.cpu, "--accel", which.accel]


def boot(folder, which, script, *, files=None, agent=True, no_hv=False, conf=None, monitor="", policy=None, append="", smp=1,
         mem=512, timeout=300, extra=(), linux="6.1"):
    """Boots the stock kernel, which runs a script, under Ringward unless no_hv, and returns a Run.

    folder: an empty folder for this run. which: a machines.Machine or its name. script: shell text, run as /test.sh;
    "RWTEST: ..." lines become Run.markers. conf: keys that differ from DEFAULT_CONF, or a whole configuration's text.
    monitor: a monitor.conf's text, "" to record everything; None: no file. policy: a policy.conf's text;
    None: no file. append: added to the kernel's command
    line. timeout: in seconds of the guest's time, at least five times what the run needs. extra: further arguments of rwrun. linux: which stock kernel.
    """
    folder = Path(folder)
    build_initrd(folder / "initrd", script, files)
    store, hv_serial, stats = folder / "store", folder / "hv-serial", folder / "stats"
    argv = [*on(which), "--smp", smp, "--mem", mem, "--kernel", kernel(linux),
            "--initrd", folder / "initrd", "--append", f"{COMMAND_LINE} {append}".strip(),
            "--serial", folder / "console", "--hv-serial", hv_serial, "--stats", stats]
    if no_hv:
        argv.append("--no-hv")
    else:
        text = conf
        if not isinstance(conf, str):
            keys = {**DEFAULT_CONF, "agent": "yes" if agent else "no", **(conf or {})}
            text = "".join(f"{key} = {value}\n" for key, value in keys.items())
        (folder / "ringward.conf").write_text(text, encoding="utf-8")
        argv += ["--conf", folder / "ringward.conf", "--store", store]
        if monitor is not None:
            (folder / "monitor.conf").write_text(monitor, encoding="utf-8")
            argv += ["--monitor", folder / "monitor.conf"]
        if policy is not None:
            (folder / "policy.conf").write_text(policy, encoding="utf-8")
            argv += ["--policy", folder / "policy.conf"]
        if agent:
            argv.append("--agent")
    done = rwrun(*argv, *extra, timeout=timeout)
    (folder / "initrd").unlink()
    return collect(folder, done)


def boot_efi(folder, which, program, *, agent=True, no_hv=False, conf=None, smp=1, timeout=120):
    """Boots an EFI program under Ringward unless no_hv, with agent = yes or no in the configuration; returns a Run.

    folder: an empty folder for this run. which: as in boot(). program: its path. conf: keys that differ from
    DEFAULT_CONF. Such a program names no code but its agent's, so after a lock the firmware could not run: kernel_code = off.
    """
    folder = Path(folder)
    argv = [*on(which), "--smp", smp, "--efi", program, "--serial", folder / "console",
            "--hv-serial", folder / "hv-serial", "--stats", folder / "stats"]
    if no_hv:
        argv.append("--no-hv")
    else:
        keys = {**DEFAULT_CONF, "kernel_code": "off", "agent": "yes" if agent else "no", **(conf or {})}
        text = "".join(f"{key} = {value}\n" for key, value in keys.items())
        (folder / "ringward.conf").write_text(text, encoding="utf-8")
        argv += ["--conf", folder / "ringward.conf", "--store", folder / "store"]
    return collect(folder, rwrun(*argv, timeout=timeout))


def collect(folder, done):
    """The Run of a finished rwrun, from its folder."""
    def read(name):
        path = folder / name
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    stats = read("stats")
    return Run(status=done.returncode, console=read("console"), hv=read("hv-serial"), stderr=done.stderr,
               folder=folder, hv_serial=folder / "hv-serial", store=folder / "store",
               stats=json.loads(stats) if stats else {})
