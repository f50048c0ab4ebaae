# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Fixtures of the end-to-end tests: which machines, and how to boot a guest."""
import sys

sys.dont_write_bytecode = True

import pytest  # noqa: E402

import attack_script  # noqa: E402
import attacked as attacked_run  # noqa: E402
import events as events_run  # noqa: E402
import machine  # noqa: E402
import machines  # noqa: E402

pytest_plugins = ["sharing"]


def pytest_generate_tests(metafunc):
    """A test that uses `where` or `cpu` runs on its module's WHERE, or else on one machine per backend.

    A test that uses `linux` or `events` runs with both stock kernels.
    """
    if "where" in metafunc.fixturenames:
        wanted = getattr(metafunc.module, "WHERE", machines.MAIN)
        metafunc.parametrize("where", wanted, indirect=True, ids=[m.name for m in wanted], scope="session")
    if "linux" in metafunc.fixturenames:
        metafunc.parametrize("linux", events_run.KERNELS, scope="session")


@pytest.hookimpl(tryfirst=True)  # before -m "not soak" chooses
def pytest_collection_modifyitems(items):
    """A module's SOAK_ON names pairs of a machine and a kernel that only `make soak` runs."""
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if "where" in params and (params["where"].name, params.get("linux")) in getattr(item.module, "SOAK_ON", ()):
            item.add_marker(pytest.mark.soak)


@pytest.fixture(scope="session")
def where(request):
    """The machines.Machine to run on, one after another."""
    return request.param


@pytest.fixture(scope="session")
def cpu(where):
    """The CPU vendor of `where`: "intel" (VMX/EPT) or "amd" (SVM/NPT)."""
    return where.cpu


@pytest.fixture(scope="session")
def boot(tmp_path_factory):
    """machine.boot() with a fresh folder: boot(which, script, **options) -> machine.Run.

    A run that does not end as `ends` says (None: any end will do) raises machine.BootFailed.
    """
    def start(which, script, *, ends="poweroff", **options):
        which = machines.find(which)
        run = machine.boot(tmp_path_factory.mktemp(f"{which.name}-"), which, script, **options)
        return run if ends is None else machine.checked(run, ends)
    return start


@pytest.fixture(scope="session")
def boot_efi(tmp_path_factory):
    """machine.boot_efi() with a fresh folder: boot_efi(which, program, **options) -> machine.Run; see boot()."""
    def start(which, program, *, ends="poweroff", **options):
        which = machines.find(which)
        run = machine.boot_efi(tmp_path_factory.mktemp(f"{which.name}-efi-"), which, program, **options)
        return run if ends is None else machine.checked(run, ends)
    return start


@pytest.fixture(scope="session")
def events(where, linux, boot):
    """A guest of each machine and kernel that ran all cases of tests/events/; an events.Events."""
    return events_run.Events(boot(where, events_run.SCRIPT, files=events_run.files(linux), linux=linux))


@pytest.fixture(scope="session")
def bare_attacked(boot):
    """The attacks without Ringward, on one backend; an attacked.Attacked."""
    run = boot("amd", attack_script.BARE_SCRIPT, files=attacked_run.files(), no_hv=True)
    return attacked_run.Attacked(run, {})


@pytest.fixture(scope="session")
def attacked(where, boot, bare_attacked):
    """A guest that ran all of attack_script, with on_violation = skip; an attacked.Attacked."""
    offsets = attacked_run.kernel_offsets(bare_attacked.run)
    run = boot(where, attack_script.script(offsets), files=attacked_run.files())
    return attacked_run.Attacked(run, offsets)
