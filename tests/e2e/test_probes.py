# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The probe program finds no differences under Ringward except for the rows of docs/differences.md."""
import fnmatch
import re
from dataclasses import dataclass

import pytest

import machine
import machines

WHERE = machines.ALL
PROGRAM = machine.BUILD / "tests/probes/probe.efi"
TABLE = machine.TOP / "docs/differences.md"
LEAST_LINES = 100  # so that a program that ends early is noticed
ROW = re.compile(r"^\| `(?P<line>[^`]+)` \| (?P<where>[^|]+) \| (?P<why>[^|]+) \|$", re.MULTILINE)
PLACES = {"intel", "amd", "bochs", "tcg", "qemu<10", "smp", "agent"}


@dataclass(frozen=True)
class Documented:
    """A row of the table: the name of a line, or a pattern; where the line differs; why."""

    line: str
    where: frozenset  # from PLACES: the run must match all of them
    why: str

    def applies_to(self, run, agent):
        """Is the difference expected on this run's machine?"""
        return self.where <= places(run, agent)


def places(run, agent):
    """The PLACES that a run matches: the emulator reports its name and version."""
    emulator = run.stats["emulator"]
    facts = {"bochs": emulator == "bochs", "tcg": emulator == "qemu-tcg", "smp": run.stats["smp"] > 1, "agent": agent,
             "qemu<10": emulator == "qemu-tcg" and int(run.stats["emulator_version"].split(".")[0]) < 10}
    return {run.stats["cpu"]} | {place for place, true in facts.items() if true}


def documented():
    """The rows of docs/differences.md."""
    rows = []
    for row in ROW.finditer(TABLE.read_text(encoding="utf-8")):
        where = frozenset() if row["where"] == "all" else frozenset(row["where"].split())
        assert where <= PLACES, row[0]
        rows.append(Documented(row["line"], where, row["why"]))
    return rows


def results(run):
    """Name -> result of each line of a whole run."""
    assert (run.status, run.stats.get("end")) == (0, "poweroff"), run.explain()
    lines = re.findall(r"^PROBE (.*?): (.*?)\r?$", run.console, re.MULTILINE)
    names = [name for name, _ in lines]
    assert names[-1] == "done", run.explain()
    assert len(set(names)) == len(names), {name for name in names if names.count(name) > 1}
    assert int(lines[-1][1]) == len(lines) - 1 > LEAST_LINES, run.explain()
    return dict(lines[:-1])


@pytest.fixture(scope="module")
def probed(boot_efi):
    """probed(which, smp, agent) -> machine.Run; agent: None for the bare machine. Each boots once."""
    known = {}

    def get(which, smp, agent):
        key = (which, smp, agent)
        if key not in known:
            known[key] = boot_efi(which, PROGRAM, smp=smp, agent=bool(agent), no_hv=agent is None)
        return known[key]
    return get


@pytest.mark.parametrize("smp,agent", ((1, False), (2, False), (1, True)))
def test_only_documented_differences(where, smp, agent, probed):
    run = probed(where, smp, agent)
    bare, guarded = results(probed(where, smp, None)), results(run)
    if smp > 1:
        assert bare["ap x.start"] == "stage 5", "the second CPU never came: there is nothing to compare"
    found = {name: (bare.get(name), guarded.get(name)) for name in bare.keys() | guarded.keys()
             if bare.get(name) != guarded.get(name)}
    rows = [row for row in documented() if row.applies_to(run, agent)]
    unknown = {name: values for name, values in found.items()
               if not any(fnmatch.fnmatchcase(name, row.line) for row in rows)}
    assert unknown == {}, "not in docs/differences.md (bare, guarded)"
    # With more than one CPU the program omits probes that concern one CPU only.
    gone = [row.line for row in rows if not fnmatch.filter(found, row.line)
            and (smp == 1 or fnmatch.filter(bare, row.line))]
    assert gone == [], "in docs/differences.md, but the same"


@pytest.mark.parametrize("version,revision,root", (("1.0", 0, "RSDT"), ("2.0", 2, "XSDT")))
def test_firmware_has_acpi_tables_of_both_versions(where, version, revision, root, probed):
    """ACPI tables: OVMF's own on QEMU, the fixture's on Bochs. EFI programs may look for either GUID."""
    found = results(probed(where, 1, None))[f"acpi {version}"]
    assert re.fullmatch(rf"revision {revision}, sum ok, {root} ok:(?: \w{{4}})* FACP(?: \w{{4}})* APIC(?: \w{{4}})*", found)


@pytest.mark.parametrize("kind,status,end",
                         (("Cold", 1, "reset"), ("Warm", 1, "reset"), ("Shutdown", 0, "poweroff")))
def test_runtime_services_end_the_machine(where, kind, status, end, boot_efi):
    run = boot_efi(where, machine.BUILD / f"tests/probes/reset-{kind}.efi", agent=False, ends=end)
    assert (run.status, run.stats["end"]) == (status, end), run.explain()
