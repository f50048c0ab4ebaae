# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""rwrun itself: its arguments, and how each end of a run comes out."""
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import time

import pytest

import machine
from rwrun_lib import bochs, esp
from rwrun_lib import uki as rwrun_uki

KERNEL = machine.kernel()
NET_SECONDS = 300  # for what takes one on an idle host
BAD = {
    "nothing to boot": ((), "--kernel"),
    "missing kernel": (("--kernel", "/nonexistent/k"), "/nonexistent/k: no such file"),
    "kernel is no kernel": (("--no-hv", "--kernel", "/bin/busybox"), "/bin/busybox: not an x86 Linux kernel"),
    "missing initrd": (("--kernel", KERNEL, "--initrd", "/nonexistent/i"), "/nonexistent/i: no such file"),
    "folder as a disk": (("--disk", "/tmp"), "/tmp: is a directory"),
    "missing configuration": (("--kernel", KERNEL, "--conf", "/nonexistent/c"), "/nonexistent/c: no such"),
    "unknown vendor": (("--cpu", "arm", "--kernel", KERNEL), "arm"),
    "no CPU": (("--smp", "0", "--kernel", KERNEL), "--smp"),
    "memory is no number": (("--mem", "1G", "--kernel", KERNEL), "1G"),
    "too many CPUs": (("--cpu", "intel", "--accel", "bochs", "--smp", "3", "--efi", KERNEL), "--smp 3"),
    "TCG for intel": (("--cpu", "intel", "--accel", "tcg", "--kernel", KERNEL), "--accel tcg"),
    "initrd without kernel": (("--efi", KERNEL, "--initrd", KERNEL), "--initrd"),
    "agent without kernel": (("--efi", KERNEL, "--agent"), "--agent"),
    "two things to boot": (("--efi", KERNEL, "--kernel", KERNEL), "--kernel"),
    "unwritable store": (("--kernel", KERNEL, "--store", "/nonexistent/s"), "/nonexistent/s"),
    "empty name": (("--kernel", KERNEL, "--stats", ""), "--stats"),
    "no such number of CPUs": (("--kernel", KERNEL, "--smp", "100000"), "100000"),
    "no memory": (("--kernel", KERNEL, "--mem", "0"), "--mem"),
    "negative number of reboots": (("--kernel", KERNEL, "--reboots", "-1"), "--reboots"),
    "two outputs in one": (("--kernel", KERNEL, "--serial", "/tmp/x", "--store", "/tmp/./x"), "/tmp/x: two"),
    "no EFI program": (("--efi", "/bin/busybox"), "/bin/busybox: not an EFI program"),
    "unknown option": (("--kernel", KERNEL, "--fast"), "--fast"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_get_status_2_and_one_line(name):
    arguments, text = BAD[name]
    done = machine.rwrun(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and text in done.stderr


@pytest.mark.parametrize("output", ("--serial", "--hv-serial", "--store", "--stats"))
def test_an_input_is_never_written(tmp_path, output):
    disk, other = tmp_path / "disk", tmp_path / "other name"
    disk.write_bytes(b"precious")
    other.symlink_to(disk)
    done = machine.rwrun("--disk", disk, output, other)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1) and "cannot be an output" in done.stderr
    assert disk.read_bytes() == b"precious"


def test_empty_disk_is_refused(tmp_path):
    (tmp_path / "disk").touch()
    done = machine.rwrun("--disk", tmp_path / "disk")
    assert done.returncode == 2 and done.stderr.endswith("disk: is empty\n")


def test_agent_for_a_kernel_without_headers_says_what_is_missing(tmp_path):
    image = KERNEL.read_bytes()
    release = machine.kernel_release().encode()
    other = b"9" + release[1:]
    (tmp_path / "vmlinuz").write_bytes(image.replace(release + b" ", other + b" ", 1))
    done = machine.rwrun("--agent", "--kernel", tmp_path / "vmlinuz")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert f"linux-headers-{other.decode()}" in done.stderr


def test_kvm_without_nested_virtualization_is_refused():
    with open("/proc/cpuinfo", encoding="ascii") as f:
        flags = next(line for line in f if line.startswith("flags")).split()
    if "svm" in flags:
        pytest.skip("this machine has nested virtualization")
    done = machine.rwrun("--accel", "kvm", "--kernel", KERNEL)
    assert done.returncode == 2 and "svm" in done.stderr


def test_reset_gives_status_1(cpu, boot):
    run = boot(cpu, "stty onlcr </dev/console; reboot -f", no_hv=True, ends="reset")
    assert run.status == 1, run.explain()
    assert run.stats["end"] == "reset"
    assert run.markers == ["init"]


def test_emulator_that_does_not_start_gives_status_3(monkeypatch):
    monkeypatch.setenv("RWRUN_QEMU", "-device no-such-device")
    done = machine.rwrun("--no-hv", "--kernel", KERNEL)
    assert done.returncode == 3 and "no-such-device" in done.stderr, done.stderr
    monkeypatch.setenv("RWRUN_QEMU", '-name "no end')
    done = machine.rwrun("--no-hv", "--kernel", KERNEL)
    assert done.returncode == 2 and done.stderr.startswith("rwrun: RWRUN_QEMU: "), done.stderr


@pytest.mark.parametrize("program,text", (("/nonexistent/q", "no such program"), ("/bin/true", "not QEMU")))
def test_named_qemu_has_to_be_one(monkeypatch, program, text):
    monkeypatch.setenv("QEMU", program)
    done = machine.rwrun("--no-hv", "--kernel", KERNEL)
    assert (done.returncode, done.stderr) == (2, f"rwrun: QEMU={program}: {text}\n")


def test_named_qemu_is_used(monkeypatch, tmp_path):
    program = tmp_path / "my qemu"
    program.write_text('#!/bin/sh\n[ "$*" = --version ] && echo "QEMU emulator version 10.0.13" || '
                       '{ echo "not today" >&2; exit 7; }\n', encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("QEMU", str(program))
    done = machine.rwrun("--no-hv", "--kernel", KERNEL)
    assert (done.returncode, done.stderr) == (3, "rwrun: qemu-tcg failed (exit status 7): not today\n")


def test_full_output_gives_status_1():
    done = machine.rwrun("--no-hv", "--kernel", KERNEL, "--serial", "/dev/full")
    assert (done.returncode, done.stderr) == (1, "rwrun: No space left on device\n")


@pytest.fixture(scope="module")
def uki(tmp_path_factory):
    """An EFI program that boots to a shell and powers off."""
    folder = tmp_path_factory.mktemp("uki-")
    machine.build_initrd(folder / "archive", "true")
    return rwrun_uki.build(machine.kernel(), folder / "archive", machine.COMMAND_LINE, str(folder))


def run_from_folder(folder, *arguments):
    """Runs rwrun, bare, from a folder; returns its exit status, the counters and the console's text."""
    done = subprocess.run([machine.RWRUN, "--no-hv", "--stats", "stats", "--serial", "console", *arguments],
                          cwd=folder, check=False)
    return (done.returncode, json.loads((folder / "stats").read_text(encoding="ascii")),
            (folder / "console").read_text(encoding="utf-8", errors="replace"))


def test_efi_program_by_a_relative_path(uki, tmp_path):
    status, stats, console = run_from_folder(tmp_path, "--efi", os.path.relpath(uki, tmp_path))
    assert (status, stats["end"]) == (0, "poweroff")
    assert "RWTEST: script 0" in console


def test_disk_boots_and_is_not_written(cpu, uki, tmp_path):
    disk = tmp_path / "a,disk"
    esp.build({"EFI/BOOT/BOOTX64.EFI": uki}, disk)
    before = hashlib.sha256(disk.read_bytes()).digest()
    status, stats, console = run_from_folder(tmp_path, "--cpu", cpu, "--disk", disk)
    assert (status, stats["end"]) == (0, "poweroff")
    assert "RWTEST: script 0" in console
    assert hashlib.sha256(disk.read_bytes()).digest() == before


def processes_with(text):
    """How many processes have this text in their command line."""
    count = 0
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            count += text.encode() in path.read_bytes()
        except OSError:
            pass  # it ended in between
    return count


@pytest.mark.parametrize("cpu, number, status", (("amd", signal.SIGINT, 130), ("intel", signal.SIGTERM, 143)))
def test_interrupted_run_leaves_nothing_behind(tmp_path, cpu, number, status):
    folder = tmp_path / "with blanks, and a comma"
    folder.mkdir()
    environment = {**os.environ, "TMPDIR": str(folder)}
    with subprocess.Popen([machine.RWRUN, "--no-hv", "--cpu", cpu, "--kernel", KERNEL,
                           "--serial", folder / "console"], env=environment) as run:
        deadline = time.monotonic() + NET_SECONDS
        while not (folder / "console").exists() or (folder / "console").stat().st_size == 0:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert processes_with(str(folder)) >= 2  # rwrun and its emulator
        run.send_signal(number)
        run.send_signal(number)  # an impatient user's second one changes nothing
        assert run.wait(timeout=NET_SECONDS) == status
    assert [p.name for p in folder.iterdir()] == ["console"]
    assert processes_with(str(folder)) == 0


class Told(bochs.Bochs):
    """Not Bochs, but a process that says what it is given."""

    def command(self):
        return ["cat", "/proc/self/status"], {}


def test_bochs_does_not_get_the_signal_that_lets_it_wait_for_itself(tmp_path):
    told = Told(None, str(tmp_path))
    told.start()
    told.process.wait(timeout=NET_SECONDS)
    blocked = next(line for line in (tmp_path / "emulator.out").read_text().splitlines() if line.startswith("SigBlk:"))
    assert int(blocked.split()[1], 16) == 1 << (signal.SIGALRM - 1)
