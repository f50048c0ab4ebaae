# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The command line of rwrun, and the order of a run."""
import argparse
import difflib
import os
import shutil
import signal
import sys
import tempfile
import time

from . import bochs, monitor, outputs, payload, qemu, results, uki
from .common import STATUS_BAD_RUN, STATUS_USAGE, RunError, need_file, need_product, version

DEFAULT_TIMEOUT = 600
INPUTS = ("kernel", "initrd", "efi", "disk", "conf", "monitor", "policy", "approved")
OUTPUTS = ("serial", "hv_serial", "store", "stats")
AFTER_RUN = ("store", "stats")  # written as a whole
EPILOG = """exit status: 0 the guest powered off, or wrote to port 0xf4 (see --stats); 1 the guest was reset
once more than --reboots allows, or the hypervisor stopped the machine, or the log could not be read or an
output not written; 2 bad arguments or a missing file; 3 the emulator failed; 124 one of the time limits;
130, 143 interrupted.
environment: BOCHS=FILE and QEMU=FILE name the Bochs and the QEMU to use; RWRUN_QEMU=ARGUMENTS are added to
QEMU's; RWRUN_KEEP=1 keeps the run's temporary directory and prints its path."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, with the option nearest to an unknown one."""

    def error(self, message):
        raise RunError(STATUS_USAGE, f"{message} (see rwrun --help)")

    def parse_args(self, args=None, namespace=None):
        known = [name for action in self._actions for name in action.option_strings]
        for word in args[:args.index("--")] if "--" in args else args:
            name = word.split("=")[0]
            if name.startswith("--") and " " not in word and name not in known:
                self._unknown(name, known)
        return super().parse_args(args, namespace)

    def _unknown(self, name, known):
        begin = sorted(option for option in known if option.startswith(name))
        if len(begin) > 1:
            self.error(f"ambiguous: {name} could be {', '.join(begin[:-1])} or {begin[-1]}")
        near = begin or difflib.get_close_matches(name, known, 1)
        self.error(f"unknown option {name}" + (f"; the nearest is {near[0]}" if near else ""))


class Version(argparse.Action):
    """--version."""

    def __call__(self, parser, namespace, values, option_string=None):
        print(f"rwrun {version()} (Ringward)")
        parser.exit()


def _whole(low, high):
    def convert(text):
        value = int(text) if text.isascii() and text.isdigit() else -1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low} to {high}")
        return value
    return convert


def _parser():
    p = Parser(prog="rwrun", epilog=EPILOG,
               description="Boots a kernel, an EFI program or a disk under Ringward in an emulator.",
               formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    p.add_argument("--version", action=Version, nargs=0, help="show the version")
    p.add_argument("--cpu", choices=("intel", "amd"), default="amd",
                   help="CPU vendor: VMX/EPT or SVM/NPT (amd)")
    p.add_argument("--accel", choices=("auto", "bochs", "tcg", "kvm"), default="auto",
                   help="auto: kvm if nested virtualization is available, else bochs for intel, tcg for amd")
    p.add_argument("--smp", type=_whole(1, 64), default=1, metavar="N", help="number of CPUs (1)")
    p.add_argument("--mem", type=_whole(128, 1 << 20), default=512, metavar="MIB", help="memory (512)")
    p.add_argument("--no-hv", action="store_true", help="boot on the bare emulator, without Ringward")
    what = p.add_mutually_exclusive_group(required=True)
    what.add_argument("--kernel", metavar="FILE", help="Linux kernel image")
    what.add_argument("--efi", metavar="FILE", help="EFI program")
    what.add_argument("--disk", metavar="FILE",
                      help="raw disk image with \\EFI\\BOOT\\BOOTX64.EFI; never written")
    p.add_argument("--initrd", metavar="FILE", help="initial RAM disk of --kernel")
    p.add_argument("--append", metavar="STRING", default=None, help="command line of --kernel")
    p.add_argument("--agent", action="store_true", help="add the guest agent to the initial RAM disk")
    p.add_argument("--conf", metavar="FILE", help="ringward.conf (what a run needs, like `next`, is added)")
    p.add_argument("--monitor", metavar="FILE", help="monitor.conf: which events are recorded")
    p.add_argument("--policy", metavar="FILE", help="policy.conf")
    p.add_argument("--approved", metavar="FILE", help="approved.conf: modules that may be loaded, made by rwapprove")
    p.add_argument("--serial", metavar="FILE", help="guest's console, COM1 (standard output)")
    p.add_argument("--hv-serial", metavar="FILE", help="hypervisor's serial line, COM2")
    p.add_argument("--store", metavar="FILE", help="write the hypervisor's log store here after the run")
    p.add_argument("--stats", metavar="FILE", help="write counters here after the run, as JSON")
    p.add_argument("--timeout", type=_whole(1, 1000000), default=DEFAULT_TIMEOUT, metavar="SECONDS",
                   help=f"time limit in seconds of wall-clock time ({DEFAULT_TIMEOUT})")
    p.add_argument("--guest-timeout", type=_whole(1, 1000000), metavar="SECONDS",
                   help="time limit in seconds of the guest's time: the emulator's CPU time plus the time "
                        "for which it sleeps; other work of the host does not count (none)")
    p.add_argument("--reboots", type=_whole(0, 1000), default=0, metavar="N",
                   help="resets that are allowed; the next one ends the run (0)")
    p.add_argument("--icount", action="store_true",
                   help="QEMU's TCG only: one instruction per nanosecond, repeatable")
    return p


def _host_flag(flag):
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as f:
            return any(line.startswith("flags") and flag in line.split() for line in f)
    except OSError:
        return False


def _choose_accel(m):
    """Settles m.accel, and refuses what the emulator cannot do."""
    flag = "vmx" if m.cpu == "intel" else "svm"
    kvm = os.access("/dev/kvm", os.R_OK | os.W_OK) and _host_flag(flag)
    if m.accel == "auto":
        m.accel = "kvm" if kvm and not m.icount else {"intel": "bochs", "amd": "tcg"}[m.cpu]
    if m.accel == "kvm" and not kvm:
        raise RunError(STATUS_USAGE, f"--accel kvm: no usable /dev/kvm with the CPU flag {flag} here")
    if m.accel == "tcg" and m.cpu == "intel":
        raise RunError(STATUS_USAGE, "--accel tcg: QEMU's TCG has no VMX; use --cpu amd or --accel bochs")
    if m.accel == "bochs" and m.smp > bochs.MAX_CPUS:
        raise RunError(STATUS_USAGE, f"--smp {m.smp}: at most {bochs.MAX_CPUS} CPUs on Bochs")
    if m.accel == "bochs" and m.mem > bochs.MAX_MEM:
        raise RunError(STATUS_USAGE, f"--mem {m.mem}: at most {bochs.MAX_MEM} MiB on Bochs")
    if m.icount and m.accel != "tcg":
        raise RunError(STATUS_USAGE, "--icount: only with QEMU's TCG (--cpu amd --accel tcg)")


def parse(argv):
    """Returns the machine that the arguments describe, checked, with absolute paths."""
    m = _parser().parse_args(argv)
    for name in ("initrd", "append"):
        if getattr(m, name) is not None and not m.kernel:
            raise RunError(STATUS_USAGE, f"--{name}: only with --kernel")
    if m.agent and not m.kernel:
        raise RunError(STATUS_USAGE, "--agent: only with --kernel")
    for name in INPUTS:
        if getattr(m, name) is not None:
            setattr(m, name, need_file(getattr(m, name)))
    if m.disk and os.path.getsize(m.disk) == 0:
        raise RunError(STATUS_USAGE, f"{m.disk}: is empty")
    if m.efi:
        uki.check(m.efi)
    _choose_accel(m)
    if m.no_hv:
        # A comparison needs the same command line with and without Ringward.
        unused = [name for name in ("agent", "conf", "monitor", "policy", "approved", "store") if getattr(m, name)]
        for name in unused:
            setattr(m, name, None)
        if unused:
            print("rwrun: --no-hv: without effect: " + ", ".join("--" + n for n in unused), file=sys.stderr)
    m.append = m.append or ""
    for name in OUTPUTS:
        if getattr(m, name) == "":
            raise RunError(STATUS_USAGE, f"--{name.replace('_', '-')}: needs the name of a file")
    for name in OUTPUTS:
        if getattr(m, name):
            outputs.check(getattr(m, name), name in AFTER_RUN)
    outputs.check_distinct([getattr(m, n) for n in INPUTS if getattr(m, n)],
                           [getattr(m, n) for n in OUTPUTS if getattr(m, n)],
                           not m.serial and sys.stdout is not None)
    if m.store or m.stats and not m.no_hv:
        need_product("rwlog")  # else the run's results would be lost at its end
    return m


def _run(m, tmp):
    m.esp = payload.build_esp(m, tmp)
    emulator = (bochs.Bochs if m.accel == "bochs" else qemu.Qemu)(m, tmp)
    # Only now, so that a run that cannot start empties no file.
    console = outputs.open_stream(m.serial) if m.serial else sys.stdout.fileno() if sys.stdout else None
    hv_serial = outputs.open_stream(m.hv_serial) if m.hv_serial else None
    start = time.monotonic()
    try:
        emulator.start()
        outcome = monitor.watch(emulator, console, hv_serial, monitor.Limits(m.timeout, m.guest_timeout))
    finally:
        emulator.stop()
    wall_seconds = time.monotonic() - start
    status = monitor.STATUS_BY_END[outcome.end]
    if status != 0:
        after = f", after {emulator.boots} boots" if emulator.boots > 1 else ""
        says = {"reset": "the guest was reset" + after, "stopped": "the hypervisor stopped the machine",
                "timeout": outcome.limit}[outcome.end]
        print(f"rwrun: {says}", file=sys.stderr)
    if outcome.limit:
        for line in monitor.how_far(emulator, outcome, wall_seconds):
            print(f"rwrun: {line}", file=sys.stderr)
    capture = results.last_boot(emulator)
    good = not m.store or results.extract_store(capture, m.store)
    if m.stats:
        good = results.write_stats(m.stats, m, emulator, capture, outcome, wall_seconds) and good
    return status if status != 0 or good else STATUS_BAD_RUN


class Interrupted(Exception):
    """A signal that ends the run."""


def _on_signals(action):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN or number != signal.SIGHUP:
            signal.signal(number, action)


def _interrupt(number, _frame):
    _on_signals(signal.SIG_IGN)  # one is enough: nothing may interrupt the clean-up
    raise Interrupted(number)


def main(argv):
    """Runs rwrun; returns its exit status."""
    _on_signals(_interrupt)
    tmp = None
    try:
        machine = parse(argv)
        tmp = tempfile.mkdtemp(prefix="rwrun.")
        return _run(machine, tmp)
    except RunError as e:
        print(f"rwrun: {e}", file=sys.stderr)
        return e.status
    except Interrupted as e:
        return 128 + e.args[0]
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    except OSError as e:
        print(f"rwrun: {e.filename + ': ' if e.filename else ''}{e.strerror or e}", file=sys.stderr)
        return STATUS_BAD_RUN
    finally:
        _on_signals(signal.SIG_IGN)
        if tmp and os.environ.get("RWRUN_KEEP"):
            print(f"rwrun: kept {tmp}", file=sys.stderr)
        elif tmp:
            shutil.rmtree(tmp, ignore_errors=True)
