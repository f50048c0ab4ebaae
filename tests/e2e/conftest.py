# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Fixtures of the end-to-end tests: which CPU vendors, and how to boot a guest."""
import sys

sys.dont_write_bytecode = True

import pytest  # noqa: E402

import machine  # noqa: E402

BACKENDS = ("intel", "amd")


@pytest.fixture(scope="session", params=BACKENDS)
def cpu(request):
    """Each test that uses this runs on both backends: VMX/EPT and SVM/NPT."""
    return request.param


@pytest.fixture(scope="session")
def boot(tmp_path_factory):
    """machine.boot() with a fresh folder: boot(cpu, script, **options) -> machine.Run."""
    def start(cpu, script, **options):
        return machine.boot(tmp_path_factory.mktemp(f"{cpu}-"), cpu, script, **options)
    return start
