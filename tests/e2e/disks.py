# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Makes disks with an installed Debian, and boots them: docs/loaders.md."""
import re
import subprocess
from dataclasses import dataclass

import machine

LIMIT = 600  # seconds of the guest's time
# Lines that depend on the speed of the emulator at that moment.
# If another CPU prints between the halves of "Console: switching to colour frame buffer device", the second half becomes a
# line of its own, at warning level.
HALF_LINE = re.compile(r"^(to )?colour frame buffer device")
TIMING = re.compile(r"calibrat|clock|timer|took too long|took \d+ usecs|hpet: Lost|perf: interrupt", re.IGNORECASE)


@dataclass
class DiskRun:
    """The results of one boot of a disk."""

    run: machine.Run

    @property
    def warnings(self):
        """The kernel's warnings, except those about timing and a line that may be printed in halves."""
        lines = [m.removeprefix("dmesg ") for m in self.run.markers if m.startswith("dmesg ")]
        return {ln for ln in lines if not TIMING.search(ln) and not HALF_LINE.match(ln)}

    def value(self, name):
        """The text after a marker's first word, or None."""
        return next((m.split(" ", 1)[1] for m in self.run.markers if m.startswith(name + " ")), None)

    @property
    def failed(self):
        """Names of failed units."""
        return [m.split()[1] for m in self.run.markers if m.startswith("failed ")]


def make_disk(image, kernel="6.1", *options, append=""):
    """Makes an image by scripts/make-disk, of a Debian that reports and powers off; append: to the kernel's command line."""
    argv = [machine.TOP / "scripts/make-disk", "--kernel", kernel, "--append", f"rwtest {append}".strip(), *options, image]
    subprocess.run(argv, stdin=subprocess.DEVNULL, check=True)


def boot_disk(folder, disk, *, cpu="amd", no_hv=False, smp=1, mem=1024, conf=None, monitor=None, policy=None, limit=LIMIT):
    """Boots a disk image and returns a DiskRun.

    conf, monitor, policy: the texts of a ringward.conf, a monitor.conf and a policy.conf; None: no such file. limit: in seconds
    of the guest's time.
    """
    argv = ["--cpu", cpu, "--smp", smp, "--mem", mem, "--disk", disk,
            "--serial", folder / "console", "--hv-serial", folder / "hv-serial", "--stats", folder / "stats"]
    if no_hv:
        argv.append("--no-hv")
    else:
        argv += ["--store", folder / "store"]
        for name, text in (("conf", conf), ("monitor", monitor), ("policy", policy)):
            if text is not None:
                file = folder / ("ringward.conf" if name == "conf" else f"{name}.conf")
                file.write_text(text, encoding="utf-8")
                argv += [f"--{name}", file]
    done = machine.rwrun(*argv, timeout=limit)
    return DiskRun(machine.checked(machine.collect(folder, done), "poweroff"))
