# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""rwpolicy: every error of a configuration file, before a reboot."""
import subprocess

import pytest

import machine

RWPOLICY = machine.BUILD / "rwpolicy"
GOOD_RINGWARD = "next = \\EFI\\x.efi\n"


def rwpolicy(*arguments):
    return subprocess.run([RWPOLICY, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)


@pytest.fixture
def write(tmp_path):
    """write(name, text) -> path of a new file."""
    def make(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)
    return make


def test_good_files(write):
    files = [write("ringward.conf", GOOD_RINGWARD), write("monitor.conf", "exclude file_open path=/proc\n")]
    done = rwpolicy("check", *files)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"{f}: good" for f in files]


def test_every_error_is_reported(write):
    ringward = write("ringward.conf", "store_mib = 0\nbogus\nagent = maybe\n")
    monitor = write("monitor.conf", "exclude foo\ninclude file_open uid=x\nsync\n")
    done = rwpolicy("check", ringward, monitor)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        f"{ringward}:1:13: error: store_mib: 0 is not in 1..1024",
        f"{ringward}:2:1: error: bogus: = is missing; a line is: key = value",
        f"{ringward}:3:9: error: agent: maybe is not yes or no",
        f"{ringward}: error: next is missing: it names the program to boot, for example next = \\EFI\\debian\\grubx64.efi",
        f"{ringward}: 4 errors, 0 warnings",
        f"{monitor}:1:9: error: foo is not an event",
        f"{monitor}:2:23: error: uid: x is not a number or a range: N, N-M or N-",
        f"{monitor}:3:5: error: sync: no events: *, class:CLASS or names with commas between",
        f"{monitor}: 3 errors, 0 warnings"]


def test_warnings_are_no_errors(write):
    monitor = write("monitor.conf", "exclude *\ninclude exec uid=0\n")
    done = rwpolicy("check", monitor)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"{monitor}:2:1: warning: this rule can never match: line 1 already decides each of its events",
        f"{monitor}: 0 errors, 1 warnings"]


def test_kind_of_other_names(write):
    other = write("other.conf", "exclude *\n")
    done = rwpolicy("check", other)
    assert done.returncode == 2 and "not ringward.conf, monitor.conf or policy.conf" in done.stderr
    assert rwpolicy("--as", "monitor", "check", other).returncode == 0
    assert rwpolicy("--as", "ringward", "check", other).returncode == 1


def test_unreadable_file(tmp_path):
    done = rwpolicy("check", str(tmp_path / "monitor.conf"))
    assert done.returncode == 2 and "No such file or directory" in done.stderr


def test_the_built_in_rules_are_good(write):
    text = rwpolicy("default").stdout
    done = rwpolicy("check", write("monitor.conf", text))
    assert (done.returncode, done.stdout[-5:]) == (0, "good\n")


def test_events_are_listed_with_their_conditions():
    lines = {line.split()[0]: line.split()[1:] for line in rwpolicy("events").stdout.splitlines()}
    assert lines["file_open"][0] == "file" and {"path", "fs", "device", "access"} <= set(lines["file_open"])
    assert "exe" not in lines["exit"] and "violation" not in lines and "limited" not in lines


@pytest.mark.parametrize("arguments, text", [
    ((), "no command"),
    (("chekc",), 'unknown command "chekc", the nearest is check'),
    (("check",), "check: no file"),
    (("events", "x"), 'events takes no argument: "x"'),
    (("--as", "access", "check", "x"), "--as access: not ringward, monitor or policy"),
    (("--ass", "x"), "unknown option --ass; the nearest is --as"),
])
def test_wrong_usage(arguments, text):
    done = rwpolicy(*arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == f"rwpolicy: {text}; rwpolicy --help says more\n"


def test_help_and_version():
    assert rwpolicy("--help").stdout.startswith("usage: rwpolicy ")
    assert rwpolicy("--version").stdout.startswith("rwpolicy ")
    with open("/dev/full", "wb") as full:
        assert subprocess.run([RWPOLICY, "events"], stdout=full, stderr=subprocess.PIPE, check=False).returncode == 2
