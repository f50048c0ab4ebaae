# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Files that rwrun writes: never an input, and never replacing a device, a pipe or a link."""
import fcntl
import os
import stat
import tempfile

from .common import STATUS_BAD_RUN, STATUS_USAGE, RunError

LINKS_MAX = 40  # as many as the kernel follows


def own_descriptor(path):
    """The number of our own descriptor that path names (/dev/stdout, /proc/self/fd/N), or None."""
    for _ in range(LINKS_MAX):
        folder, name = os.path.split(path)
        folder = os.path.realpath(folder or ".")
        if folder == f"/proc/{os.getpid()}/fd" and name.isdecimal():
            return int(name)
        here = os.path.join(folder, name)
        if not os.path.islink(here):
            return None
        path = os.path.join(folder, os.readlink(here))
    return None


def _status(path):
    """The status of path, links followed, or None if there is nothing yet."""
    try:
        descriptor = own_descriptor(path)
        return os.stat(path) if descriptor is None else os.fstat(descriptor)
    except FileNotFoundError:
        return None
    except OSError as e:
        raise RunError(STATUS_USAGE, f"{path}: {e.strerror}") from e


def _same(one, other):
    """Whether two files are one. Devices (terminals, /dev/null) may serve twice."""
    if one is None:
        return False
    return (stat.S_ISREG(one.st_mode) or stat.S_ISFIFO(one.st_mode)) and os.path.samestat(one, other)


def check(path, whole):
    """Refuses, before the run, an output that cannot be written. whole: it is replaced as a whole."""
    status = _status(path)
    if status is None or stat.S_ISREG(status.st_mode):
        _check_file(path, status, whole)
    elif stat.S_ISDIR(status.st_mode):
        raise RunError(STATUS_USAGE, f"{path}: is a directory")
    elif not (stat.S_ISFIFO(status.st_mode) or stat.S_ISCHR(status.st_mode)):
        raise RunError(STATUS_USAGE, f"{path}: is neither a file, a pipe nor a character device")
    descriptor = own_descriptor(path)
    if descriptor is not None and fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise RunError(STATUS_USAGE, f"{path}: this descriptor is open for reading only")


def _check_file(path, status, whole):
    if own_descriptor(path) is not None:
        return
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise RunError(STATUS_USAGE, f"{path}: no such directory")
    if not os.access(path if status else folder, os.W_OK):
        raise RunError(STATUS_USAGE, f"{path}: not writable")
    if whole and not os.access(folder, os.W_OK):
        raise RunError(STATUS_USAGE, f"{path}: {folder} is not writable, which its replacement needs")
    if whole and status and os.geteuid() not in (0, status.st_uid):
        raise RunError(STATUS_USAGE, f"{path}: belongs to another user, so its owner could not be kept")


def check_distinct(inputs, outputs, stdout):
    """Refuses an output that is an input or another output's file. stdout: standard output counts, too."""
    given = [os.stat(path) for path in inputs]
    files, new = [], set()
    for path in (["/dev/stdout"] if stdout else []) + outputs:
        status, own, place = _status(path), own_descriptor(path) is not None, os.path.realpath(path)
        name = "standard output" if path == "/dev/stdout" else place
        if status and any(_same(status, other) for other in given):
            raise RunError(STATUS_USAGE, f"{name}: cannot be both an input and an output")
        # Inherited descriptors append in turn; a newly opened file would be overwritten.
        clash = any(_same(status, other) and not (own and other_own) for other, other_own in files)
        if place in new or clash:
            raise RunError(STATUS_USAGE, f"{name}: named as two outputs")
        if status is None:
            new.add(place)
        elif stat.S_ISREG(status.st_mode):
            files.append((status, own))


def open_stream(path):
    """A descriptor to write to: a file is truncated, our own descriptor is written at its position."""
    try:
        descriptor = own_descriptor(path)
        if descriptor is not None:
            return os.dup(descriptor)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOCTTY, 0o666)
    except OSError as e:
        raise RunError(STATUS_USAGE, f"{path}: {e.strerror}") from e


def _new_mode():
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _replace(path, status, data):
    """Replaces the file that path resolves to by a new one with its owner and mode."""
    target = os.path.realpath(path)
    descriptor, temp = tempfile.mkstemp(prefix=os.path.basename(target) + ".", dir=os.path.dirname(target))
    try:
        with os.fdopen(descriptor, "wb") as f:
            f.write(data)
            if status:
                os.fchown(descriptor, status.st_uid, status.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(status.st_mode) if status else _new_mode())
        os.replace(temp, target)
    except BaseException:
        os.unlink(temp)
        raise


def write_whole(path, data):
    """Writes bytes to an output after the run. After an error a file keeps its old contents."""
    try:
        status = _status(path)
        if own_descriptor(path) is None and (status is None or stat.S_ISREG(status.st_mode)):
            _replace(path, status, data)
            return
        with os.fdopen(open_stream(path), "wb") as f:
            f.write(data)
    except OSError as e:
        raise RunError(STATUS_BAD_RUN, f"{path}: {e.strerror}") from e
