# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The machines that tests run on: each is a CPU vendor and an emulator."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """A kind of machine that rwrun can make."""

    name: str   # in the names of tests
    cpu: str    # rwrun's --cpu: "intel" (VMX/EPT) or "amd" (SVM/NPT)
    accel: str  # rwrun's --accel


INTEL = Machine("intel", "intel", "auto")
AMD = Machine("amd", "amd", "auto")
# A second implementation of SVM, independent of QEMU's.
AMD_BOCHS = Machine("amd-bochs", "amd", "bochs")

MAIN = (INTEL, AMD)         # one for each backend
ALL = (*MAIN, AMD_BOCHS)    # the same order everywhere: pytest groups tests by position
BY_NAME = {machine.name: machine for machine in ALL}


def find(which):
    """The Machine of that name; a Machine is returned unchanged."""
    return which if isinstance(which, Machine) else BY_NAME[which]
