# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The machines that tests run on: a CPU vendor and an emulator each."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """A kind of machine, as rwrun makes it."""

    name: str   # in the names of tests
    cpu: str    # rwrun's --cpu: "intel" (VMX/EPT) or "amd" (SVM/NPT)
    accel: str  # rwrun's --accel


INTEL = Machine("intel", "intel", "auto")
AMD = Machine("amd", "amd", "auto")
# A second implementation of SVM, written independently of QEMU's.
AMD_BOCHS = Machine("amd-bochs", "amd", "bochs")

MAIN = (INTEL, AMD)         # one for each backend
ALL = (*MAIN, AMD_BOCHS)    # in this order everywhere: pytest groups tests by the position
BY_NAME = {machine.name: machine for machine in ALL}


def find(which):
    """The Machine of that name; a Machine is returned as it is."""
    return which if isinstance(which, Machine) else BY_NAME[which]
