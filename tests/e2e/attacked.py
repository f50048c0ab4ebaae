# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Runs a guest that attacks itself step by step, and finds each step's answers and records.

A step first opens /tmp/step.NAME, so that a file_open record precedes the step's own records in the log.
Its answers are printed as "RWTEST: NAME: ..." lines.
"""
import functools
import json
import re
import subprocess

import machine

STEP = "/tmp/step."
U64 = 1 << 64
KERNEL_SYMBOLS = ("_text", "linux_banner", "security_hook_heads", "idt_table", "__start_rodata",
                  "ftrace_call", "ftrace_regs_call")
TARGETS = ("kernel_text", "kernel_rodata", "lsm_hooks", "agent_text", "agent_rodata", "idt")

SHELL = f"""
ans() {{ sed "s/^/RWTEST: $1: /" "$2"; }}
attack() {{ s=$1; shift; : >{STEP}$s; echo "$*" >/proc/rwattack; ans $s /proc/rwattack; }}
step() {{ s=$1; shift; : >{STEP}$s; "$@" >/tmp/out 2>&1; ans $s /tmp/out; }}
# The largest reserved piece of memory below the end of RAM, as "start end" in decimal.
region() {{
	most=0
	while read -r range colon name; do
		start=$((0x${{range%-*}})) end=$((0x${{range#*-}} + 1))
		[ "$name" = Reserved ] && [ $end -le $((512 << 20)) ] && [ $((end - start)) -gt $most ] || continue
		most=$((end - start)) found="$start $end"
	done </proc/iomem
	echo $found
}}
"""


def files(linux="6.1"):
    """The files that the attacks need in the guest."""
    return {"/root/rwattack.ko": machine.kmod("rwattack", linux),
            "/bin/callgate": machine.BUILD / "attacks/callgate",
            "/bin/hvmem": machine.BUILD / "attacks/hvmem",
            "/bin/uhypercall": machine.BUILD / "attacks/uhypercall",
            "/opt/after": machine.BUILD / "tests/tiny"}


def agent_symbols():
    """The agent's symbols: name -> (section, offset)."""
    path = machine.kmod("ringward")
    table = subprocess.run(["objdump", "-t", path], stdout=subprocess.PIPE, check=True, text=True).stdout
    found = re.findall(r"^([0-9a-f]{16}) .{7} (\.\S+)\t[0-9a-f]{16} (\S+)$", table, re.MULTILINE)
    return {name: (section, int(offset, 16)) for offset, section, name in found if not name.startswith(".")}


def kernel_offsets(run):
    """Offsets of this kernel's symbols from _text, from a run of attack_script.BARE_SCRIPT."""
    lines = [answer.split() for answer in Attacked(run, {}).answers("kallsyms")]
    found = {name: int(address, 16) for address, _, name in lines}
    return {name: address - found["_text"] for name, address in found.items()}


class Attacked:
    """A machine.Run whose script used the functions of SHELL; offsets as from kernel_offsets()."""

    def __init__(self, run, offsets):
        self.run = run
        self._offsets = offsets

    def __getattr__(self, name):
        return getattr(self.run, name)

    def answers(self, step):
        """A step's output, line by line."""
        prefix = f"{step}: "
        return [m[len(prefix):] for m in self.run.markers if m.startswith(prefix)]

    @functools.cached_property
    def _by_step(self):
        found, current = {}, None
        for record in self.run.records:
            if record["type"] == "file_open" and record["path"].startswith(STEP):
                current = found.setdefault(record["path"][len(STEP):], [])
            elif current is not None:
                current.append(record)
        return found

    def after(self, step, *types):
        """Records of these types from the start of a step to the start of the next."""
        return [r for r in self._by_step[step] if r["type"] in types]

    @functools.cached_property
    def symbols(self):
        """Addresses in the guest: the kernel's by name, the agent's as "ringward:name"."""
        text = int(self.answers("text")[0].split()[0], 16)
        sections = dict(line.split() for line in self.answers("sections"))
        found = {name: text + offset for name, offset in self._offsets.items()}
        for name, (section, offset) in agent_symbols().items():
            if section in sections:
                found[f"ringward:{name}"] = int(sections[section], 16) + offset
        return found

    @functools.cached_property
    def kernel_gpa(self):
        """Guest-physical address of _text."""
        line = next(ln for ln in self.answers("iomem") if ln.endswith(": Kernel code"))
        return int(line.split("-")[0], 16)

    def kernel_to_gpa(self, gva):
        """Guest-physical address of a linear address in the kernel's image."""
        return gva - self.symbols["_text"] + self.kernel_gpa

    @functools.cached_property
    def module_text(self):
        """The address range of rwattack.ko: (start, end)."""
        words = next(ln for ln in self.answers("modules") if ln.startswith("rwattack ")).split()
        return int(words[5], 16), int(words[5], 16) + int(words[1])

    @functools.cached_property
    def region(self):
        """The hypervisor's memory as the script saw it: (start, end)."""
        return tuple(map(int, self.answers("region")[0].split()))

    @functools.cached_property
    def store_gpa(self):
        """The address of the store, as the loader printed it."""
        return int(re.search(r"store \d+ MiB at (0x[0-9a-f]+)", self.run.console).group(1), 16)

    def counters(self, step):
        """The answer of a step that ran `rwctl --json stats`."""
        return json.loads("\n".join(self.answers(step)))["total"]


def number(text):
    """A 64-bit number of a record."""
    return int(text, 16)
