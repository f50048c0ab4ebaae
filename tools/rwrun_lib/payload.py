# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The contents of the EFI system partition: Ringward, its configuration, and the program to boot."""
import os

from . import esp, initrd, uki
from .common import DEBUG_EXIT_PORT, STATUS_USAGE, RunError, need_product

GUEST = "EFI/ringward/guest.efi"
BOOT = "EFI/BOOT/BOOTX64.EFI"
DEFAULT_CONF = "serial = com2\nagent = {agent}\nstore_mib = 16\non_violation = skip\n"


def _efi(path):
    return "\\" + path.replace("/", "\\")


def _configuration(machine, following, tmp):
    """Path of the ringward.conf to use; keys that a run needs are added to a user's file if it lacks them."""
    wanted = {"next": following, "exit_port": f"{DEBUG_EXIT_PORT:#x}"}
    if machine.efi:
        wanted["watch_resets"] = "start"  # such programs end by a reset, mostly without a lock
    text = DEFAULT_CONF.format(agent="yes" if machine.agent else "no")
    if machine.conf:
        try:
            with open(machine.conf, encoding="utf-8", newline="") as f:
                text = f.read()
        except UnicodeDecodeError:
            return machine.conf  # the loader says what is wrong with it
        if text and not text.endswith("\n"):
            text += "\n"
    there = {line.split("=")[0].strip("\ufeff \t") for line in text.splitlines() if "=" in line}
    text += "".join(f"{key} = {value}\n" for key, value in wanted.items() if key not in there)
    return esp.write_text(os.path.join(tmp, "ringward.conf"), text)


def _guest_program(machine, tmp):
    """The EFI program to boot: the user's, or a UKI of kernel, initrds and command line. None: a disk."""
    if machine.efi:
        return machine.efi
    if not machine.kernel:
        return None
    release = initrd.kernel_release(machine.kernel)
    archives = [machine.initrd] if machine.initrd else []
    append = machine.append
    if machine.agent:
        archives.append(initrd.agent_archive(release, tmp))
        append = initrd.agent_command_line(append)
    archive = None
    if archives:
        archive = os.path.join(tmp, "initrd")
        initrd.concatenate(archives, archive)
    return uki.build(machine.kernel, archive, append, tmp)


def build_esp(machine, tmp):
    """Returns the image of the EFI system partition, or None to boot only the user's disk."""
    on_bochs = machine.accel == "bochs"
    guest = _guest_program(machine, tmp)
    if guest is None and machine.no_hv and not on_bochs:
        return None
    files = {}
    following = f"other:{_efi(BOOT)}"
    if guest is not None:
        files[GUEST] = guest
        following = _efi(GUEST)
    start, first = guest, following
    if not machine.no_hv:
        start = files["EFI/ringward/ringward.efi"] = need_product("ringward.efi")
        first = "\\EFI\\ringward\\ringward.efi"
        files["EFI/ringward/ringward.conf"] = _configuration(machine, following, tmp)
        if machine.monitor:
            files["EFI/ringward/monitor.conf"] = machine.monitor
        if machine.policy:
            files["EFI/ringward/policy.conf"] = machine.policy
        if machine.approved:
            files["EFI/ringward/approved.conf"] = machine.approved
    if on_bochs:
        # OVMF has no ACPI tables there: a test fixture provides them and starts what the file names.
        files["EFI/acpi/next"] = esp.write_text(os.path.join(tmp, "next"), first + "\n")
        start = need_product("tests/acpi-fixture.efi")
    files[BOOT] = start
    image = os.path.join(tmp, "esp.img")
    try:
        esp.build(files, image)
    except OSError as e:
        raise RunError(STATUS_USAGE, f"{image}: {e.strerror}") from e
    return image
