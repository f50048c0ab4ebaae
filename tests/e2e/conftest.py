# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Fixtures of the end-to-end tests: which CPU vendors, and how to boot a guest."""
import sys

sys.dont_write_bytecode = True

import pytest  # noqa: E402

import attack_script  # noqa: E402
import attacked as attacked_run  # noqa: E402
import machine  # noqa: E402

pytest_plugins = ["sharing"]
BACKENDS = ("intel", "amd")


@pytest.fixture(scope="session", params=BACKENDS)
def cpu(request):
    """Each test that uses this runs on both backends: VMX/EPT and SVM/NPT."""
    return request.param


@pytest.fixture(scope="session")
def boot(tmp_path_factory):
    """machine.boot() with a fresh folder: boot(cpu, script, **options) -> machine.Run.

    A run that does not end as `ends` says (None: in any way) is a machine.BootFailed.
    """
    def start(cpu, script, *, ends="poweroff", **options):
        run = machine.boot(tmp_path_factory.mktemp(f"{cpu}-"), cpu, script, **options)
        return run if ends is None else machine.checked(run, ends)
    return start


@pytest.fixture(scope="session")
def boot_efi(tmp_path_factory):
    """machine.boot_efi() with a fresh folder: boot_efi(cpu, program, **options) -> machine.Run; see boot()."""
    def start(cpu, program, *, ends="poweroff", **options):
        run = machine.boot_efi(tmp_path_factory.mktemp(f"{cpu}-efi-"), cpu, program, **options)
        return run if ends is None else machine.checked(run, ends)
    return start


@pytest.fixture(scope="session")
def bare_attacked(boot):
    """The same attacks without Ringward, on one backend; an attacked.Attacked."""
    run = boot("amd", attack_script.BARE_SCRIPT, files=attacked_run.files(), no_hv=True)
    return attacked_run.Attacked(run, {})


@pytest.fixture(scope="session")
def attacked(cpu, boot, bare_attacked):
    """A guest that tried everything in attack_script, with on_violation = skip; an attacked.Attacked."""
    offsets = attacked_run.kernel_offsets(bare_attacked.run)
    run = boot(cpu, attack_script.script(offsets), files=attacked_run.files())
    return attacked_run.Attacked(run, offsets)
