# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Linux finds the same machine with and without Ringward, except for the differences listed here with reasons."""
import collections
import re
from dataclasses import dataclass

import machine
import pytest

DOC = machine.TOP / "docs/differences.md"
SCRIPT = (machine.TOP / "tests/e2e/collect.sh").read_text(encoding="ascii")
BOTH = ("intel", "amd")
# Vendor, CPUs, QEMU's arguments.
MACHINES = [("intel", 2, ""), ("amd", 4, ""), ("amd", 2, "-cpu max")]
# The minimum that collect.sh must have found.
SECTIONS = {"dmesg": 250, "cpuinfo": 40, "cpuid": 100, "iomem": 15, "ioports": 15, "interrupts": 15, "mtrr": 1,
            "pat": 1, "meminfo": 3, "kernel": 30, "pci": 6, "acpi": 3, "efi": 3, "efimap": 3, "devices": 150,
            "clocks": 3, "cpus": 100}

RANGE = r"\[mem 0x[0-9a-f]+-0x[0-9a-f]+\]"


@dataclass(frozen=True)
class Difference:
    """A documented difference in a section: a fact of the bare machine only, of the guarded one only, or one of each.

    title: also in the page. The patterns match whole facts as fact() makes them.
    """

    title: str
    section: str
    bare: str = None
    guarded: str = None
    vendors: tuple = BOTH
    always: bool = True  # else the layout of memory decides

    def explains(self, vendor, side, section, line):
        """Whether this line on this side is an instance of the difference."""
        pattern = getattr(self, side)
        return vendor in self.vendors and section == self.section and pattern and re.fullmatch(pattern, line)


MEMORY = "Ringward's memory is reserved"
LESS = "Less memory"
LOADER = "The loader was there"
UART = "Ringward's serial port is not there"
VMX = "No VMX"
DEBUG_STORE = "No debug store"
SVM = "No SVM"
LEAVES = "CPUID leaves for hypervisors"
SLEEP = "No sleep state that keeps memory"

DIFFERENCES = [
    Difference(SLEEP, "dmesg", r"ACPI: PM: \(supports S0 S3 S4 S5\)", r"ACPI: PM: \(supports S0 S4 S5\)", ("amd",)),
    # Linux lets the keyboard wake a machine that has no sleep but s2idle.
    Difference(SLEEP, "devices", None, r"/sys/devices/platform/i8042/serio0/wakeup/wakeup/uevent", ("amd",)),
    Difference(SLEEP, "acpi", r"\w{32}  \S+/DSDT", r"\w{32}  \S+/DSDT", ("amd",)),
    # test_memory_map checks the map's contents exactly.
    Difference(MEMORY, "dmesg", rf"BIOS-e820: {RANGE} usable", rf"BIOS-e820: {RANGE} (usable|reserved)"),
    Difference(MEMORY, "dmesg", rf"  node   0: {RANGE}", rf"  node   0: {RANGE}"),
    Difference(MEMORY, "dmesg", None, rf"PM: hibernation: Registered nosave memory: {RANGE}"),
    Difference(MEMORY, "dmesg", None, rf"e820: reserve RAM buffer {RANGE}"),
    Difference(MEMORY, "dmesg", rf"reserve setup_data: {RANGE} usable",
               rf"reserve setup_data: {RANGE} (usable|reserved)", ("amd",)),
    Difference(MEMORY, "iomem", r"\S+ : System RAM", r"\S+ : (System RAM|Reserved)"),
    Difference(LESS, "dmesg", None, r"On node 0, zone DMA32: \d+ pages in unavailable ranges"),
    Difference(LESS, "dmesg", None, r"On node 0, zone DMA: 1 pages in unavailable ranges", ("amd",)),
    Difference(LESS, "dmesg", r"Built 1 zonelists, .* Total pages: \d+", r"Built 1 zonelists, .* Total pages: \d+"),
    Difference(LESS, "dmesg", r"Memory: \d+K/\d+K available .*", r"Memory: \d+K/\d+K available .*"),
    Difference(LESS, "meminfo", r"(MemTotal|DirectMap\w+): +\d+ kB", r"(MemTotal|DirectMap\w+): +\d+ kB"),
    Difference(LOADER, "dmesg", rf"RAMDISK: {RANGE}", rf"RAMDISK: {RANGE}", always=False),
    Difference(LOADER, "dmesg", r"efi: Freeing EFI boot services memory: \d+K",
               r"efi: Freeing EFI boot services memory: \d+K", always=False),
    Difference(LOADER, "dmesg", r"efi: .*INITRD=\S+", r"efi: .*INITRD=\S+", always=False),
    Difference(LOADER, "dmesg", rf"e820: (update|reserve RAM buffer) {RANGE}.*",
               rf"e820: update {RANGE} usable ==> usable", ("amd",), always=False),
    Difference(LOADER, "efimap", r"\S+ \S+ 0x4 0x800000000000000f", r"\S+ \S+ 0x4 0x800000000000000f", always=False),
    Difference(UART, "dmesg", r"\S+ ttyS1 at I/O 0x2f8 .*", None),
    Difference(UART, "ioports", r"  02f8-02ff : serial", None),
    Difference(VMX, "cpuid", r"cpu\d+ 00000001.00 ecx bit 5", None, ("intel",)),
    Difference(VMX, "cpuinfo", r"flags: (vmx|tpr_shadow|flexpriority|ept|vpid|ept_ad|vnmi)", None, ("intel",)),
    Difference(VMX, "cpuinfo", r"vmx flags: \w+", None, ("intel",)),
    Difference(VMX, "cpus", r"modalias feature (0085|010[0-4]|0111)", None, ("intel",)),
    Difference(VMX, "cpus", r"\S+/itlb_multihit: KVM: Mitigation: VMX disabled",
               r"\S+/itlb_multihit: KVM: Mitigation: VMX unsupported", ("intel",)),
    Difference(DEBUG_STORE, "cpuid", r"cpu\d+ 00000001.00 (ecx bit [24]|edx bit 21)", None, ("intel",)),
    Difference(DEBUG_STORE, "cpuinfo", r"flags: (dts|dtes64|ds_cpl|pebs|bts)", None, ("intel",)),
    Difference(DEBUG_STORE, "cpus", r"modalias feature (0015|006[CD]|008[24])", None, ("intel",)),
    Difference(DEBUG_STORE, "dmesg", r"Performance Events: PEBS fmt0-, .*", r"Performance Events: (?!PEBS).*", ("intel",)),
    Difference(SVM, "cpuid", r"cpu\d+ 80000001.00 ecx bit 2", None, ("amd",)),
    Difference(SVM, "cpuid", r"cpu\d+ 8000000a.00 \w+ bit \d+", None, ("amd",)),
    Difference(SVM, "cpuinfo", r"flags: (svm|npt|vgif|svme_addr_chk)", None, ("amd",)),
    # Linux' word 15 (01E0 to 01FF) is all of CPUID 8000000A.EDX, which depends on QEMU's version.
    Difference(SVM, "cpus", r"modalias feature (00C2|01[EF][0-9A-F])", None, ("amd",)),
    Difference(LEAVES, "cpuid", r"cpu\d+ 400000..\.00 \w+ bit \d+", r"cpu\d+ 4000000[01]\.00 \w+ bit \d+"),
]

# Lines that differ between two runs of one machine: ignored.
NOISE = {
    "dmesg": r"audit: type=2000 .*|.* setting system clock to .*|sched_clock: Marking stable .*|"
             r"node 0 deferred pages initialised in .*|smpboot: Total of \d+ processors activated .*|"
             r"(Console: switching )?(to )?colour frame buffer device.*|Console: switching|random: crng init done|"
             r"hrtimer: interrupt took .*|perf: interrupt took .*|Freeing (unused )?.*memory: .*",
    "cpuinfo": r"(cpu MHz|bogomips): .*",
    "iomem": r"  \S+ : Kernel (code|rodata|data|bss)",  # at a random address
}
# TCG's time is wall-clock time, on a host with other work.
TCG_NOISE = {
    "dmesg": r"tsc: .*|Calibrating delay loop.*|calibrate_delay_direct.*|Probably due to long.*|"
             r"APIC (calibration not|delta adjusted).*|\.\.MP-BIOS bug.*|\.\.\.+ ?(trying|\(found|failed|works|APIC).*|"
             r"hpet: Lost \d+ RTC interrupts|.*\+0x\w+/0x\w+ took \d+ usecs|"
             r"TSC synchronization .*|Measured \d+ cycles TSC.*|clocksource: .*|.*x86/tsc.*",
    "interrupts": r"0: timer \S+ .*",
}


def sections(console):
    """The sections of collect.sh: name -> lines."""
    found, lines = {}, []
    for line in console.splitlines():
        if line.startswith("@@ "):
            lines = found.setdefault(line[3:], [])
        else:
            lines.append(line)
    return found


def cpuid_facts(line):
    """One fact per set bit, so that a masked bit is visible."""
    if not re.match(r"\d+ [0-9a-f]{8}\.", line):
        return [line]
    cpu, leaf, *registers = line.split()
    return [f"cpu{cpu} {leaf} {name} bit {bit}" for name, value in zip(("eax", "ebx", "ecx", "edx"), registers)
            for bit in range(32) if int(value, 16) >> bit & 1] + [f"cpu{cpu} {leaf}"]


def fact(section, line):
    """The facts in a line, without details that vary from run to run."""
    line = re.sub(r"\b(input|wakeup)\d+", r"\1", line).rstrip()  # numbered in order of discovery
    if section == "cpuid":
        return cpuid_facts(line)
    if section == "dmesg":
        return [re.sub(r"^\[ *\d+\.\d+\] ", "", line)]
    if section == "cpuinfo":
        name, _, value = (part.strip() for part in line.partition(":"))
        return [f"{name}: {word}" for word in value.split()] if name.endswith("flags") else [f"{name}: {value}"]
    if section == "interrupts":
        words = [w for w in line.split() if not w.isdigit()]
        return [" ".join(words[:1] + words[:0:-1])]
    if section == "cpus" and "/modalias: " in line:
        head, features = line.split("feature:,")
        return [head] + [f"modalias feature {number}" for number in features.split(",")]
    return [line]


def facts(vendor, section, lines):
    """The section as a multiset of facts; their order depends on the timing of the CPUs."""
    noise = [table[section] for table in (NOISE, TCG_NOISE if vendor == "amd" else {}) if section in table]
    return collections.Counter(f for line in lines for f in fact(section, line)
                               if not any(re.fullmatch(pattern, f) for pattern in noise))


def memory_map(lines):
    """The firmware's memory map as Linux received it: (first, end, type), adjacent ranges joined."""
    joined = []
    for line in lines:
        found = re.search(r"BIOS-e820: \[mem 0x(\w+)-0x(\w+)\] (.*)", line)
        if not found:
            continue
        first, last, kind = int(found[1], 16), int(found[2], 16) + 1, found[3]
        if joined and joined[-1][1:] == (first, kind):
            first = joined.pop()[0]
        joined.append((first, last, kind))
    return joined


def changed_ranges(old, new):
    """Where two maps differ: (first, end, old type, new type)."""
    def kind_at(entries, at):
        return next((kind for first, last, kind in entries if first <= at < last), None)

    edges = sorted({edge for first, last, _ in old + new for edge in (first, last)})
    return [(a, b, kind_at(old, a), kind_at(new, a)) for a, b in zip(edges, edges[1:])
            if kind_at(old, a) != kind_at(new, a)]


@dataclass
class Pair:
    """The same guest without and with Ringward."""

    vendor: str
    cpus: int
    bare: machine.Run
    guarded: machine.Run

    def differences(self):
        """(side, section, line, times) for each fact that one of them has more often."""
        bare, guarded = sections(self.bare.console), sections(self.guarded.console)
        for name in [*bare, *(n for n in guarded if n not in bare)]:
            if name == "end":
                continue
            old, new = (facts(self.vendor, name, which.get(name, [])) for which in (bare, guarded))
            for line, times in (old - new).items():
                yield "bare", name, line, times
            for line, times in (new - old).items():
                yield "guarded", name, line, times


@pytest.fixture(scope="module", params=MACHINES, ids=lambda m: f"{m[0]}-{m[1]}{m[2].replace('-cpu ', '-')}")
def pair(request, boot):
    """Boots the same initial RAM disk without and with Ringward, which offers the agent's leaves."""
    vendor, cpus, arguments = request.param
    with pytest.MonkeyPatch.context() as patch:
        if arguments:
            patch.setenv("RWRUN_QEMU", arguments)
        runs = [boot(vendor, SCRIPT, smp=cpus, agent=False, conf={"agent": "yes"}, no_hv=no_hv,
                     files={"/root/cpuleaves": machine.BUILD / "tests/cpuleaves"}) for no_hv in (True, False)]
    return Pair(vendor, cpus, *runs)


def test_both_collect_everything(pair):
    for run in (pair.bare, pair.guarded):
        assert run.status == 0, run.explain()
        found = sections(run.console)
        assert "end" in found, run.explain()
        assert {n: len(found.get(n, [])) for n, least in SECTIONS.items() if len(found.get(n, [])) < least} == {}
    assert all(sum(c["exits"].values()) > 0 for c in pair.guarded.stats["cpus"])


def test_nothing_else_differs(pair):
    strange = [(side, section, line) for side, section, line, _ in pair.differences()
               if not any(d.explains(pair.vendor, side, section, line) for d in DIFFERENCES)]
    assert strange == []


def test_every_documented_difference_occurs(pair):
    found = list(pair.differences())
    gone = [(d.title, side, getattr(d, side)) for d in DIFFERENCES if d.always and pair.vendor in d.vendors
            for side in ("bare", "guarded") if getattr(d, side)
            and not any(s == side and d.explains(pair.vendor, s, n, line) for s, n, line, _ in found)]
    assert gone == []


def test_every_cpu_is_the_same(pair):
    """Bits masked in CPUID are masked on every CPU."""
    masked = collections.defaultdict(set)
    for side, section, line, _ in pair.differences():
        if section == "cpuid":
            cpu, rest = line.split(" ", 1)
            masked[side, rest].add(cpu)
    assert masked and all(len(cpus) == pair.cpus for cpus in masked.values()), masked


def test_memory_map(pair):
    """Usable memory became reserved: Ringward's region, and on SVM the page where CPUs start. Nothing else."""
    old, new = (memory_map(sections(run.console)["dmesg"]) for run in (pair.bare, pair.guarded))
    ranges = changed_ranges(old, new)
    assert {(was, becomes) for _, _, was, becomes in ranges} == {("usable", "reserved")}, ranges
    low = [r for r in ranges if r[0] < 1 << 20]
    assert [b - a for a, b, _, _ in low] == ([4096] if pair.vendor == "amd" else [])
    assert all(b <= 639 << 10 for _, b, _, _ in low)  # above it kernels look for MultiProcessor tables
    region, = (r for r in ranges if r not in low)
    assert 16 << 20 < region[1] - region[0] <= 26 << 20, region


def test_page_names_every_difference():
    page = DOC.read_text(encoding="utf-8")
    assert [d.title for d in DIFFERENCES if f"**{d.title}**" not in page] == []
