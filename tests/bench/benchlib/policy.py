# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The policy table: what a decision of the access policy costs, with few rules and with many, and what AppArmor and
SELinux cost for the same system calls."""
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from .boots import BenchError
from .table import verdict

# Debian's list without the LSMs of which one can be in force: without AppArmor the kernel takes SELinux.
NO_LSM = "lsm=landlock,lockdown,yama,loadpin,safesetid,integrity"
COUNTS = (10, 100, 1_000, 10_000)
FLAT = 10  # instructions by which few and many rules may differ
SELINUX_POLICY = Path("/etc/selinux/default/policy/policy.33")  # where selinux-policy-default has it


@dataclass(frozen=True)
class Case:
    """A file of the guest (tests/bench/guest/ops_policy.c). form: rule number N about it or its neighbours; last: one more."""

    title: str
    limit: int
    form: str = ""
    last: str = ""


CASES = {
    "elsewhere": Case("no rule is about the file system", 120),
    "beside": Case("rules are about other files beside it", 120, "-rw /tmp/beside/other{} *"),
    "users": Case("rules are about other users of the file", 400, "-rw /tmp/users/file {}", "-x /tmp/users/file *"),
    "decides": Case("one allows it, others lie below the directory", 400, "-rw /tmp/decides/d{}/x 1", "+r /tmp/decides/ *"),
}
CALLS = {"read": "pread, 1 byte", "open": "open and close"}
WITH_TARGET = "read"  # an open differs by more from boot to boot than a decision costs
NAMES = [f"{call}_{case}" for call in CALLS for case in CASES]


def rules(count):
    """A policy.conf with so many lines, about all cases; the numbers of users in it are not root's."""
    forms = [case.form for case in CASES.values() if case.form]
    last = [case.last for case in CASES.values() if case.last]
    lines = [forms[i % len(forms)].format(1000 + i) for i in range(count - len(last))]
    return "\n".join(lines + last) + "\n"


def profile(count):
    """An AppArmor profile with so many rules about files: those of rules(), and all that the guest needs."""
    paths = dict.fromkeys(line.split()[1] for line in rules(count).splitlines())
    lines = [f"  {path}{'**' if path.endswith('/') else ''} rw," for path in paths]
    return "profile bench {\n" + "\n".join(lines) + "\n  /** rw,\n  / r,\n  capability,\n  mount,\n  umount,\n}\n"


def extras(folder, selinux):
    """The policies of other LSMs for the initial RAM disk. Returns {LSM: ((file, path), words of the command line)}.

    selinux: a policy's file.
    """
    found = {}
    parser = shutil.which("apparmor_parser", path="/usr/sbin:/sbin:/usr/bin")
    if parser:
        text, binary = Path(folder) / "apparmor", Path(folder) / "apparmor.bin"
        text.write_text(profile(COUNTS[-1]), encoding="ascii")
        with open(binary, "wb") as out:
            subprocess.run([parser, "-QKS", text], check=True, stdout=out, stderr=subprocess.DEVNULL)
        found["AppArmor"] = ((binary, "apparmor.bin"), "RWBENCH_APPARMOR=1")
    if selinux.exists():
        found["SELinux"] = ((selinux, "selinux.bin"), "security=selinux RWBENCH_SELINUX=1")
    return found


@dataclass
class Row:
    """Instructions that a decision adds. rules: by number of rules, above the agent without a policy; others: LSM -> the
    same above a kernel without one. limit: None: no target."""

    name: str
    title: str
    rules: dict
    others: dict
    limit: int

    @property
    def met(self):
        """Is it cheap enough, and as cheap with many rules? None: there is no target."""
        if self.limit is None:
            return None
        return max(self.rules.values()) <= self.limit and max(self.rules.values()) - min(self.rules.values()) <= FLAT

    def as_json(self):
        """For bench.json."""
        return {**asdict(self), "met": self.met}


def measure(machine, lsms, say):
    """Boots without a policy and with each number of rules, and bare with each other LSM. Returns the rows."""
    def ticks(how, words, **options):
        say(f"{machine.cpu}, 1 CPU, policy table: {words}")
        return {name: op.ticks for name, op in machine.boot(how, only=NAMES, **options).operations.items()}

    base = ticks("agent", "no policy")
    with_rules = {count: ticks("agent", f"{count} rules", policy=rules(count)) for count in COUNTS}
    bare = ticks("bare", "no other LSM", more=NO_LSM) if lsms else None
    others = {lsm: ticks("bare", lsm, more=words) for lsm, (_, words) in lsms.items()}
    if any(set(found) != set(NAMES) for found in (base, *with_rules.values())):
        raise BenchError("the guest left out operations of the policy table")
    return [Row(f"{call}_{case}", f"{title}; {CASES[case].title}",
                {count: found[f"{call}_{case}"] - base[f"{call}_{case}"] for count, found in with_rules.items()},
                {lsm: found[f"{call}_{case}"] - bare[f"{call}_{case}"] for lsm, found in others.items()},
                CASES[case].limit if call == WITH_TARGET else None)
            for call, title in CALLS.items() for case in CASES]


def text(made):
    """The printed table; times: another LSM's instructions divided by Ringward's with the most rules."""
    others = list(made[0].others)
    out = [f"{'instructions of a decision; rules:':<62}" + "".join(f"{count:>8,}" for count in COUNTS) + "   limit  target "
           + "".join(f"{lsm:>10}  times" for lsm in others)]
    for r in made:
        most = r.rules[COUNTS[-1]]
        line = f"{r.title:<62}" + "".join(f"{r.rules[count]:>8,.1f}" for count in COUNTS) + f"{r.limit or '-':>8}  {verdict(r.met):<7}"
        out.append(line + "".join(f"{cost:>10,.1f} {cost / most if most >= 1 else 0:>6.2f}" for cost in r.others.values()))
    out += [f"{lsm}: not measured" for lsm in ("AppArmor", "SELinux") if lsm not in others]
    return "\n".join(out)
