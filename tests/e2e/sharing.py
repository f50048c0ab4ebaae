# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Pytest plugin: tests that share a boot run in one process, and only one of them fails if that boot fails."""
import pytest

SHARED = ("session", "module")
MACHINE = "where"
# Without state that tests share. A parameter with a scope, as the kernel has, looks like a fixture to pytest.
HOLD_NOTHING = (MACHINE, "linux", "boot", "boot_efi", "cpu", "folder", "tmp_path_factory")


def _instances(item):
    """The shared fixtures that a test uses, each with the parameters that select its instance."""
    definitions = getattr(item, "_fixtureinfo").name2fixturedefs
    # Not callspec.indices: pytest 7.2 numbers the same value differently in a test that has further parameters.
    values = item.callspec.params if hasattr(item, "callspec") else {}

    def parameters(name, found):
        """The parameters of a fixture and of those that it uses."""
        if name in definitions and name not in found:
            found[name] = repr(values.get(name))
            for other in definitions[name][-1].argnames:
                parameters(other, found)
        return found

    for name, (*_, definition) in definitions.items():
        if definition.scope in SHARED and name not in HOLD_NOTHING:
            # Tests on different machines are never joined, even by a fixture that is the same for all machines.
            yield definition.baseid, name, tuple(parameters(name, {MACHINE: repr(values.get(MACHINE))}).items())


def groups(items):
    """Joins tests that share an instance of a fixture: item -> the first item of its group."""
    above, first_with = {}, {}

    def leader(item):
        while above[item] is not item:
            item = above[item]
        return item

    for item in items:
        above[item] = item
        for instance in _instances(item):
            above[leader(item)] = leader(first_with.setdefault(instance, item))
    return {item: leader(item) for item in items}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Names the groups for pytest-xdist's --dist loadgroup; a test without a name is a group of its own."""
    found = groups(items)
    shared = {leader for item, leader in found.items() if item is not leader}
    names = {leader: f"{leader.path.stem.removeprefix('test_')}.{number}"
             for number, leader in enumerate(found) if leader in shared}
    for item, leader in found.items():
        if leader in names:
            item.add_marker(pytest.mark.xdist_group(names[leader]))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """The first test that meets a failed fixture fails; the others meet the same exception and are skipped.

    Pytest keeps the exception of a shared fixture and raises it again in every test that asks for it.
    """
    report = (yield).get_result()
    if call.when != "setup" or not report.failed:
        return
    teller = getattr(call.excinfo.value, "told_by", None)
    if teller is None:
        call.excinfo.value.told_by = item.nodeid.partition("@")[0]
        return
    report.outcome = "skipped"
    path, line, _ = item.location
    report.longrepr = (path, line, f"Skipped: what it needs failed: see {teller}")
