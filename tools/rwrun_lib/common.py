# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""What every part of rwrun needs: paths, errors, running a program."""
import os
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
BUILD = os.path.join(TOP, "build")

DEBUG_EXIT_PORT = 0xf4  # of QEMU's isa-debug-exit: a write to one of its ports ends the run, on Bochs too
DEBUG_EXIT_PORTS = 4

STATUS_BAD_RUN = 1
STATUS_USAGE = 2
STATUS_EMULATOR = 3
STATUS_TIMEOUT = 124


class RunError(Exception):
    """Ends rwrun with one line on standard error and this exit status."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def version():
    """The project's version."""
    with open(os.path.join(TOP, "VERSION"), encoding="ascii") as f:
        return f.read().strip()


def need_file(path, hint=""):
    """Returns the absolute path; a missing or unreadable file is an error that names it."""
    if not os.path.isfile(path):
        reason = "is a directory" if os.path.isdir(path) else "no such file"
        raise RunError(STATUS_USAGE, f"{path}: {reason}{hint}")
    if not os.access(path, os.R_OK):
        raise RunError(STATUS_USAGE, f"{path}: not readable")
    return os.path.abspath(path)


def need_product(name):
    """Returns the path of something that `make` builds; if it is missing, the error says so."""
    return need_file(os.path.join(BUILD, name), f" (run `make` in {TOP})")


def tool(*argv, **kwargs):
    """Runs a helper program; its failure is an error with the program's last line."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, **kwargs)
    except OSError as e:
        raise RunError(STATUS_USAGE, f"{argv[0]}: {e.strerror}") from e
    if done.returncode != 0:
        lines = done.stdout.decode(errors="replace").strip().splitlines() or ["no message"]
        # make's own last line only names the rule that failed.
        told = [line for line in lines if not line.startswith("make")] or lines
        raise RunError(STATUS_USAGE, f"{os.path.basename(argv[0])} failed: {told[-1]}")
    return done.stdout
