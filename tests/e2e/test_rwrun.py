# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""rwrun itself: its arguments, and its result for each way a run can end."""
import errno
import hashlib
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import time

import pytest

import machine
from rwrun_lib import bochs, common, esp, outputs
from rwrun_lib import uki as rwrun_uki

KERNEL = machine.kernel()
NET_SECONDS = 300  # for work that takes one second on an idle host
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
    "two outputs in one": (("--kernel", KERNEL, "--serial", "/tmp/x", "--store", "/tmp/./x"),
                           "/tmp/x: named as two outputs"),
    "no EFI program": (("--efi", "/bin/busybox"), "/bin/busybox: not an EFI program"),
    "unknown option": (("--kernel", KERNEL, "--xyzzy"), "unknown option --xyzzy (see"),
    "misspelt option": (("--kernal", KERNEL), "unknown option --kernal; the nearest is --kernel"),
    "abbreviation of many": (("--kernel", KERNEL, "--s=1"),
                             "ambiguous: --s could be --serial, --smp, --stats or --store"),
    "abbreviation of one": (("--kernel", KERNEL, "--ser", "x"), "unknown option --ser; the nearest is --serial"),
    "value that is none of a list": (("--accel", "xen", "--kernel", KERNEL), "'auto', 'bochs', 'tcg', 'kvm'"),
    "output is a folder": (("--kernel", KERNEL, "--serial", "/tmp"), "/tmp: is a directory"),
    "output below no folder": (("--kernel", KERNEL, "--hv-serial", "/nonexistent/h"), "/nonexistent/h: no such"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_get_status_2_and_one_line(name):
    arguments, text = BAD[name]
    done = machine.rwrun(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and text in done.stderr


def refused(done, text):
    """Whether rwrun ended at once with one line that says this."""
    return (done.returncode, len(done.stderr.splitlines())) == (2, 1) and text in done.stderr


@pytest.mark.parametrize("output", ("--serial", "--hv-serial", "--store", "--stats"))
def test_an_input_is_never_written(tmp_path, output):
    disk, soft, hard = tmp_path / "disk", tmp_path / "other name", tmp_path / "hard link"
    disk.write_bytes(b"precious")
    soft.symlink_to(disk)
    hard.hardlink_to(disk)
    for name in (disk, soft, hard):
        assert refused(machine.rwrun("--disk", disk, output, name), "cannot be both an input and an output")
    with open(disk, "r+b") as f:
        done = subprocess.run([machine.RWRUN, "--disk", disk, output, f"/dev/fd/{f.fileno()}"], text=True,
                              stderr=subprocess.PIPE, pass_fds=(f.fileno(),), check=False)
    assert refused(done, "cannot be both an input and an output")
    assert disk.read_bytes() == b"precious"


def test_descriptor_that_is_open_for_reading_is_no_output():
    with open("/dev/null", "rb") as f:
        done = subprocess.run([machine.RWRUN, "--kernel", KERNEL, "--store", "/dev/stdin"], stdin=f, text=True,
                              stderr=subprocess.PIPE, check=False)
    assert refused(done, "/dev/stdin: this descriptor is open for reading only")


def test_standard_output_counts_as_an_output(tmp_path):
    disk = tmp_path / "disk"
    disk.write_bytes(b"precious")
    for arguments, text in ((("--disk", disk), "cannot be both an input and an output"),
                            (("--efi", KERNEL, "--store", disk), "named as two outputs")):
        with open(disk, "ab") as f:
            done = subprocess.run([machine.RWRUN, *arguments], stdout=f, stderr=subprocess.PIPE, text=True,
                                  check=False)
        assert refused(done, text), done.stderr
    assert disk.read_bytes() == b"precious"


def test_two_outputs_are_not_one_file_by_two_names(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"old")
    second.hardlink_to(first)
    assert refused(machine.rwrun("--kernel", KERNEL, "--store", first, "--stats", second), "two outputs")
    second.unlink()
    second.symlink_to("third")
    done = machine.rwrun("--kernel", KERNEL, "--store", second, "--stats", tmp_path / "third")
    assert refused(done, "two outputs") and first.read_bytes() == b"old"


def test_run_that_cannot_start_empties_no_file(tmp_path):
    console = tmp_path / "console"
    console.write_bytes(b"old")
    assert refused(machine.rwrun("--no-hv", "--kernel", "/bin/busybox", "--serial", console), "not an x86 Linux")
    assert console.read_bytes() == b"old"


def tree_without_rwlog(folder):
    """A copy of rwrun beside products from which rwlog is missing."""
    shutil.copytree(machine.TOP / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "build").mkdir()
    for product in machine.BUILD.iterdir():
        if product.name != "rwlog":
            (folder / "build" / product.name).symlink_to(product)
    return folder / "tools/rwrun"


@pytest.mark.parametrize("output", ("--store", "--stats"))
def test_missing_rwlog_is_found_before_the_run(tmp_path, output):
    done = subprocess.run([tree_without_rwlog(tmp_path), "--efi", machine.BUILD / "tests/guests/ending.efi",
                           output, tmp_path / "out"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    assert refused(done, "build/rwlog: no such file (run `make`"), done.stderr
    assert done.stdout == "" and not (tmp_path / "out").exists()


def test_help_and_version():
    for option in ("-h", "--help"):
        done = machine.rwrun(option)
        assert done.returncode == 0 and done.stdout.startswith("usage: rwrun")
    done = machine.rwrun("--version")
    version = (machine.TOP / "VERSION").read_text(encoding="ascii").strip()
    assert (done.returncode, done.stdout) == (0, f"rwrun {version} (Ringward)\n")


def power_off(folder):
    """An EFI program that only powers off."""
    image = (machine.BUILD / "tests/guests/ending.efi").read_bytes()
    (folder / "off.efi").write_bytes(image.replace(b"RWENDING=??", b"RWENDING=Bs", 1))
    return folder / "off.efi"


def test_outputs_are_written_in_place_of_files_only(tmp_path):
    """Links, a pipe, descriptors and files with owners: each keeps its kind and gets the new contents."""
    (tmp_path / "store").write_bytes(b"old")
    (tmp_path / "store").chmod(0o640)
    (tmp_path / "link").symlink_to("store")
    (tmp_path / "stats").write_bytes(b"old")
    (tmp_path / "stats").chmod(0o604)
    os.mkfifo(tmp_path / "pipe")
    os.chown(tmp_path / "stats", os.getuid(), os.getgid())
    with open(tmp_path / "log", "wb") as log:
        log.write(b"before\n")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader, \
            open(tmp_path / "log", "ab") as log:
        done = subprocess.run([machine.RWRUN, "--efi", power_off(tmp_path), "--store", tmp_path / "link",
                               "--stats", tmp_path / "stats", "--hv-serial", tmp_path / "pipe",
                               "--serial", "/dev/stdout"], stdout=log, check=False, timeout=200)
        capture = reader.communicate()[0]
    assert done.returncode == 0
    assert b"@RW2 E" in capture and (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink() and stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o640
    verify = subprocess.run([machine.RWLOG, "verify", tmp_path / "store"], stdout=subprocess.PIPE, text=True,
                            check=False)
    assert verify.returncode == 0 and verify.stdout.startswith("OK: "), verify.stdout
    assert stat.S_IMODE((tmp_path / "stats").stat().st_mode) == 0o604
    assert json.loads((tmp_path / "stats").read_text(encoding="ascii"))["end"] == "poweroff"
    console = (tmp_path / "log").read_bytes()
    assert console.startswith(b"before\n") and b"ending" in console
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "log", "off.efi", "pipe", "stats", "store"]


def test_store_and_counters_through_descriptors(tmp_path):
    with open(tmp_path / "store", "w+b") as store:
        done = subprocess.run([machine.RWRUN, "--efi", power_off(tmp_path), "--serial", tmp_path / "console",
                               "--store", f"/proc/self/fd/{store.fileno()}", "--stats", "/dev/stdout"],
                              stdout=subprocess.PIPE, pass_fds=(store.fileno(),), check=False, timeout=200)
    assert done.returncode == 0
    assert json.loads(done.stdout)["end"] == "poweroff"
    assert subprocess.run([machine.RWLOG, "verify", tmp_path / "store"], check=False).returncode == 0


def test_counters_that_cannot_be_written_leave_the_old_ones(tmp_path, monkeypatch):
    stats = tmp_path / "stats"
    stats.write_bytes(b"old")
    outputs.write_whole(str(stats), b"new")
    assert stats.read_bytes() == b"new"

    def fail(*_):
        raise OSError(errno.EIO, "Input/output error")
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(common.RunError, match="stats: Input/output error"):
        outputs.write_whole(str(stats), b"newer")
    assert stats.read_bytes() == b"new" and len(list(tmp_path.iterdir())) == 1
    with pytest.raises(common.RunError, match="/dev/full: No space left on device"):
        outputs.write_whole("/dev/full", b"newer")


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
    """The number of processes with this text in their command line."""
    count = 0
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            count += text.encode() in path.read_bytes()
        except OSError:
            pass  # it ended meanwhile
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
        run.send_signal(number)  # an impatient user's second signal changes nothing
        assert run.wait(timeout=NET_SECONDS) == status
    assert [p.name for p in folder.iterdir()] == ["console"]
    assert processes_with(str(folder)) == 0


class Told(bochs.Bochs):
    """A process in place of Bochs that prints its own status."""

    def command(self):
        return ["cat", "/proc/self/status"], {}


def test_bochs_does_not_get_the_signal_that_lets_it_wait_for_itself(tmp_path):
    told = Told(None, str(tmp_path))
    told.start()
    told.process.wait(timeout=NET_SECONDS)
    blocked = next(line for line in (tmp_path / "emulator.out").read_text().splitlines() if line.startswith("SigBlk:"))
    assert int(blocked.split()[1], 16) == 1 << (signal.SIGALRM - 1)
