# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""--version, --help and the answer to a wrong command line, of every program. Boots nothing."""
import subprocess

import pytest

import machine

VERSION = (machine.TOP / "VERSION").read_text(encoding="ascii").strip()
PROGRAMS = {"rwlog": machine.RWLOG, "rwctl": machine.BUILD / "rwctl", "rwrun": machine.RWRUN,
            "rwpolicy": machine.BUILD / "rwpolicy", "ringward-start": machine.BUILD / "ringward-start"}
WRONG = {
    ("rwctl",): "rwctl: no command; ",
    ("rwctl", "statuss"): 'rwctl: unknown command "statuss", the nearest is status; ',
    ("rwctl", "frobnicate"): 'rwctl: unknown command "frobnicate"; ',
    ("rwctl", "lock", "now"): 'rwctl: lock takes no argument: "now"; ',
    ("rwctl", "--json", "lock"): "rwctl: lock has no option --json; ",
    ("rwctl", "--jsno", "status"): "rwctl: unknown option --jsno; the nearest is --json; ",
    ("rwctl", "--json=yes", "status"): "rwctl: option --json takes no value; ",
    ("rwctl", "tial"): 'rwctl: unknown command "tial", the nearest is tail; ',
    ("rwctl", "--json", "flush"): "rwctl: flush has no option --json; ",
    ("rwctl", "-n", "5", "events"): "rwctl: events has no option -n or --type; ",
    ("rwctl", "-n", "-5", "tail"): 'rwctl: -n: "-5" is not a number; ',
    ("rwctl", "-n", "99999999999999999999", "tail"): 'rwctl: -n: "99999999999999999999" is not a number; ',
    ("rwctl", "tail", "-n"): "rwctl: option -n needs a value; ",
    ("rwctl", "tail", "--type", "exit,exce"): 'rwctl: --type: unknown type "exce", the nearest is exec; ',
    ("rwctl", "tail", "--type", ""): 'rwctl: --type: unknown type ""; ',
    ("rwctl", "-j", "status"): "rwctl: unknown option -j; ",
    ("ringward-start",): "ringward-start: runs as process 1 only",
    ("ringward-start", "--colour"): "ringward-start: runs as process 1 only",
    ("rwlog", "export", "--format", "jsno", "f"): "rwlog: --format: wrong value "
        '"jsno", the nearest is jsonl: it takes jsonl, ecs, csv or auditd; ',
    ("rwlog", "shwo", "file"): 'rwlog: unknown subcommand "shwo", and no file has that name; the nearest is show; ',
}


def run(name, *arguments):
    """Runs one of the programs."""
    return subprocess.run([PROGRAMS[name], *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)


@pytest.mark.parametrize("name", PROGRAMS)
def test_version_and_help(name):
    done = run(name, "--version")
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith(f"{name} {VERSION} (Ringward)")
    texts = [run(name, option) for option in ("-h", "--help")]
    assert all(done.returncode == 0 and done.stdout.lower().startswith("usage: ") for done in texts)
    assert texts[0].stdout == texts[1].stdout


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_command_line(words):
    done = run(*words)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert done.stderr.startswith(WRONG[words])


def test_the_manual_page_is_well_formed():
    done = subprocess.run(["groff", "-man", "-ww", "-Tascii", machine.TOP / "docs/rwlog.1"], capture_output=True,
                          text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_module_has_the_version():
    module = machine.BUILD / "kmod" / machine.kernel_release() / "ringward.ko"
    done = subprocess.run(["/sbin/modinfo", "-F", "version", module], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.strip() == VERSION
