# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""rwpolicy: every error of a configuration file, before a reboot."""
import hashlib
import os
import re
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
    assert done.returncode == 2 and "not ringward.conf, monitor.conf, policy.conf or approved.conf" in done.stderr
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


def test_the_pages_have_each_line_and_door():
    listed = [line.split("  ")[0] for line in rwpolicy("lines").stdout.splitlines()]
    manual = (machine.TOP / "docs/ringward-policy.5").read_text(encoding="utf-8").replace("\\-", "-")
    page = (machine.TOP / "docs/policy.md").read_text(encoding="utf-8").replace("\\|", "|")
    doors = {line.split()[1] for line in listed if line.startswith("door ") and len(line.split()) == 2}
    lines = {line for line in listed if line not in {f"door {door}" for door in doors}}
    assert "mode enforce|audit" in lines and "kexec" in doors
    assert {line for line in lines if f".B {line}\n" not in manual or f"| `{line}` |" not in page} == set()
    assert {door for door in doors if f".B {door}\n" not in manual or f"| `{door}` |" not in page} == set()


def test_the_manual_page_is_well_formed():
    page = machine.TOP / "docs/ringward-policy.5"
    done = subprocess.run(["groff", "-man", "-ww", "-Tascii", page], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_all_errors_of_a_policy(write):
    policy = write("policy.conf", "rw /a 0\n-r /b 0\nlevel c\n+r /b 0\n-r d x\n")
    done = rwpolicy("check", policy)
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.split(": ")[0].removeprefix(policy) for line in done.stdout.splitlines()] == [
        ":1:1", ":3:8", ":5:4", ":5:6", ""]


def test_lines_that_never_decide_are_warnings(write):
    policy = write("policy.conf", "-r /b 0\n+r /b 0\n")
    done = rwpolicy("check", policy)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{policy}:2:1: warning: this rule never decides: line 1 decides first", f"{policy}: 0 errors, 1 warnings"]


def test_a_decision_by_levels_is_explained(write):
    policy = write("policy.conf", "level l 1\nlevel h 2\nsubject uid 5 level l\nobject /srv/ level h\n-w /srv/x/ *\n")
    done = rwpolicy("explain", policy, "--path", "/srv/x/y", "--uid", "5", "--access", "rwa")
    assert (done.returncode, done.stdout.splitlines()) == (0, [
        "/srv/x/y: read by uid 5: refused", f"  {policy}:4: object /srv/ level h",
        "  the level of the file; line 3 gives the user another one",
        "/srv/x/y: write by uid 5: refused", f"  {policy}:5: -w /srv/x/ *",
        "  the first line about /srv/x/ for this user and access; no path that covers the file more closely has one",
        "/srv/x/y: append by uid 5: refused", f"  {policy}:5: -w /srv/x/ *",
        "  the first line about /srv/x/ for this user and access; no path that covers the file more closely has one"])
    done = rwpolicy("explain", policy, "--path", "/srv/y", "--uid", "5", "--access", "a")
    assert done.stdout.splitlines()[0] == "/srv/y: append by uid 5: allowed"


def test_a_decision_is_explained(write):
    policy = write("policy.conf", "-w /etc/ *\n+w /etc/own/ 5\n-r /etc/own/x 5 audit\n")

    def explained(*arguments):
        done = rwpolicy("explain", policy, *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    assert explained("--path", "/etc/own/x", "--uid", "5", "--access", "w") == [
        "/etc/own/x: write by uid 5: allowed", f"  {policy}:2: +w /etc/own/ 5",
        "  the first line about /etc/own/ for this user and access; no path that covers the file more closely has one"]
    assert explained("--path", "/etc/own/x", "--uid", "6", "--access", "w")[:2] == [
        "/etc/own/x: write by uid 6: refused", f"  {policy}:1: -w /etc/ *"]
    said = explained("--path", "/etc/own/x", "--uid", "5")
    assert [line.split(": ", 1)[1] for line in said if not line.startswith(" ")] == [
        "read by uid 5: allowed and recorded (audit)", "write by uid 5: allowed", "append by uid 5: allowed",
        "execute by uid 5: allowed"]
    assert said[-1] == "  no line is about it"
    wrong = rwpolicy("explain", policy, "--path", "etc", "--uid", "5")
    assert wrong.returncode == 2 and "the path is not an absolute one without . and .." in wrong.stderr


TRUST_LINE = re.compile(r"trust (exe|lib) (\S+) sha256:([0-9a-f]{64})")


def trusted(*programs):
    """The files that `rwpolicy trust` names: {path: (use, hash)}."""
    done = rwpolicy("trust", *programs)
    assert (done.returncode, done.stderr) == (0, "")
    return {path: (use, digest) for use, path, digest in
            (TRUST_LINE.fullmatch(line).groups() for line in done.stdout.splitlines())}


@pytest.mark.parametrize("program", ["/bin/ls", "/usr/bin/python3", "/usr/bin/qemu-system-x86_64", "/bin/busybox"])
def test_a_program_is_trusted_with_all_libraries(program):
    loaded = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    libraries = {os.path.realpath(path) for path in re.findall(r"(/\S+) \(0x", loaded.stdout)}
    files = trusted(program)
    assert files.pop(os.path.realpath(program))[0] == "exe"
    # Variants for other CPUs, which this one does not load, may be there as well.
    assert {path for path in files if "glibc-hwcaps" not in path} == {p for p in libraries if "glibc-hwcaps" not in p}
    assert {use for use, _ in files.values()} <= {"lib"}


def test_a_library_can_be_named():
    libc = next(path for path in trusted("/bin/ls") if "/libc.so" in path)
    assert trusted(libc)[libc][0] == "lib"


def test_the_hash_is_that_of_the_file(tmp_path):
    script = tmp_path / "a script"
    script.write_bytes(b"#! /bin/sh -e\nexit 0\n")
    lines = rwpolicy("trust", script).stdout.splitlines()
    digest = hashlib.sha256(script.read_bytes()).hexdigest()
    assert lines[0] == f'trust exe "{script}" sha256:{digest}'
    assert lines[1].split()[:3] == ["trust", "lib", os.path.realpath("/bin/sh")] and len(lines) > 2


def test_what_is_no_program_is_not_trusted(tmp_path):
    text = tmp_path / "text"
    text.write_text("text")
    cut = tmp_path / "cut"
    cut.write_bytes(open("/bin/ls", "rb").read()[:9000])
    done = rwpolicy("trust", text, cut, tmp_path / "missing", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == f"rwpolicy: {tmp_path}/missing: No such file or directory"
    assert f"rwpolicy: {text}: neither an ELF file nor a script" in done.stderr
    assert f"rwpolicy: {cut}: its " in done.stderr and f"rwpolicy: {tmp_path}: " in done.stderr


def test_learn_wants_a_log(tmp_path):
    text = tmp_path / "text"
    text.write_text("text")
    done = rwpolicy("learn", text)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"rwpolicy: {text}: no records of Ringward in it\n"


@pytest.mark.parametrize("arguments, text", [
    ((), "no command"),
    (("learn",), "learn: no log"),
    (("trust",), "trust: no program"),
    (("explain", "x"), "explain needs --path and --uid"),
    (("chekc",), 'unknown command "chekc", the nearest is check'),
    (("check",), "check: no file"),
    (("events", "x"), 'events takes no argument: "x"'),
    (("--as", "access", "check", "x"), "--as access: not ringward, monitor, policy or approved"),
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
