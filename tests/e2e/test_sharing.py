# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""A failed fixture makes one test fail; tests that share a fixture run in one process; run-tests counts both."""
import os
import subprocess
import sys
import xml.etree.ElementTree

import pytest

import machine

CONFTEST = """
import pytest
pytest_plugins = ["sharing"]

@pytest.fixture(scope="session", params=("one", "two"))
def where(request):
    return request.param

@pytest.fixture(scope="session")
def below():
    pass
"""
BROKEN = """
import pytest

@pytest.fixture(scope="module", params=(1, 2))
def booted(request):
    raise AssertionError(f"boot {request.param} failed")

@pytest.fixture(scope="module")
def derived(booted):
    return booted

@pytest.mark.parametrize("number", range(10))
def test_looks_at_it(booted, number):
    pass

def test_looks_at_what_comes_from_it(derived):
    pass

def test_needs_nothing():
    pass
"""
SHARING = """
import os
import pytest

@pytest.fixture(scope="module")
def booted(where, below):
    return where

@pytest.mark.parametrize("number", range(4))
def test_shares(booted, number, record_property):
    record_property("where", f"{booted} {os.getpid()}")
"""
KERNELS = """
import pytest

def pytest_generate_tests(metafunc):
    if "linux" in metafunc.fixturenames:
        metafunc.parametrize("linux", ("old", "new"), scope="session")

@pytest.fixture(scope="module")
def first(where, linux):
    pass

@pytest.fixture(scope="module")
def second(where, linux):
    pass

@pytest.mark.parametrize("number", range(2))
def test_first(first, linux, number, request, record_property):
    record_property("first", request.node.get_closest_marker("xdist_group").args[0])

@pytest.mark.parametrize("number", range(2))
def test_second(second, linux, number, request, record_property):
    record_property("second", request.node.get_closest_marker("xdist_group").args[0])
"""


def run(folder, program, jobs):
    """Runs a program of tests; returns (pytest's exit status, its report)."""
    (folder / "conftest.py").write_text(CONFTEST, encoding="ascii")
    (folder / "test_it.py").write_text(program, encoding="ascii")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n\txdist_group: one process\n", encoding="ascii")
    parallel = ["-n", str(jobs), "--dist", "loadgroup"] if jobs > 1 else ["-p", "no:xdist"]
    done = subprocess.run([sys.executable, "-m", "pytest", *parallel, f"--junitxml={folder / 'report'}", folder],
                          env={**os.environ, "PYTHONPATH": str(machine.TOP / "tests/e2e")}, cwd=folder,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, text=True)
    return done.returncode, xml.etree.ElementTree.parse(folder / "report").getroot().find("testsuite")


@pytest.mark.parametrize("jobs", (1, 2))
def test_a_failed_fixture_fails_one_test(tmp_path, jobs):
    status, report = run(tmp_path, BROKEN, jobs)
    assert status == 1
    # One error for each of the two boots; the test that needs no boot passes.
    counts = [int(report.get(kind)) for kind in ("tests", "failures", "errors", "skipped")]
    assert counts == [23, 0, 2, 20]
    for number in (1, 2):
        told, = [error.text for error in report.iter("error") if f"boot {number} failed" in error.text]
        assert "AssertionError" in told
    reasons = {skipped.get("message") for skipped in report.iter("skipped")}
    assert len(reasons) == 2 and all("what it needs failed: see " in r and "test_it.py::" in r for r in reasons), reasons


def test_tests_that_share_run_in_one_process(tmp_path):
    status, report = run(tmp_path, SHARING, 2)
    places = [p.get("value").split() for p in report.iter("property") if p.get("name") == "where"]
    assert status == 0 and len(places) == 8
    processes = {cpu: {where for name, where in places if name == cpu} for cpu in ("one", "two")}
    assert [len(found) for found in processes.values()] == [1, 1]
    assert processes["one"] != processes["two"]  # different machines are never joined


def test_the_same_kernel_joins_no_tests(tmp_path):
    """Each fixture on each machine with each kernel is a group of its own, of two tests."""
    status, report = run(tmp_path, KERNELS, 1)
    found = [(p.get("name"), p.get("value")) for p in report.iter("property")]
    assert status == 0 and len(found) == 16
    assert len({group for _, group in found}) == len(set(found)) == 8, found


def test_run_tests_counts_what_failed_and_what_was_skipped(tmp_path):
    run(tmp_path, BROKEN, 1)
    program = tmp_path / "dies"
    program.write_text("#!/bin/sh\necho 1..3\necho 'ok 1 - x'\nkill -9 $$\n", encoding="ascii")
    program.chmod(0o755)
    done = subprocess.run([machine.TOP / "scripts/run-tests", "--e2e", "--report", tmp_path / "sum",
                           f"--pytest={tmp_path}", program],
                          env={**os.environ, "PYTHONPATH": str(machine.TOP / "tests/e2e")},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, text=True)
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[-1] == "2 passed, 4 failed, 20 skipped", done.stdout
    assert [ln.startswith("slowest: ") for ln in lines[-7:]] == [False] + [True] * 5 + [False], done.stdout
