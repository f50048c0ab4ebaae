# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The scenes of `make run`, in the order in which one guest runs them.

A new scene is one more entry in SCENES: the guest's script, the lines that show its outcome, and the judgement.
"""
import itertools
import re
from dataclasses import dataclass, field
from typing import Callable

TARGETS = ("lsm_hooks", "kernel_text", "agent_text")
WAYS = ["alias", "direct", "own"]  # rwattack.ko's ways: a mapping of its own, the direct map, the kernel's own mapping
PROGRAMS = ("uname", "id", "ls")
SYSLOG_LINES = ["the daemon lives", "the daemon is stopped", "another has its place"]
SYSLOG_FILE = "file: "  # before each line of the daemon's file
SYSLOG_SCRIPT = f"""
syslogd -n -O /tmp/messages & daemon=$!
until [ -S /dev/log ]; do :; done
logger -p auth.notice '{SYSLOG_LINES[0]}'
until grep -q '{SYSLOG_LINES[0]}' /tmp/messages; do :; done
kill -STOP $daemon
logger -p auth.warn '{SYSLOG_LINES[1]}'
kill -9 $daemon; wait $daemon
syslogd -n -O /dev/null & daemon=$!
until grep -q ' /dev/log$' /proc/net/unix; do :; done
logger -p auth.crit '{SYSLOG_LINES[2]}'
kill $daemon; wait $daemon
sed -n 's/.* auth/{SYSLOG_FILE}auth/p' /tmp/messages
"""

SECRET = "/etc/secret"
CONTENT = "the secret"
# The access policy of the whole run. The modules are nobody's that the kernel knows: approved.conf decides.
POLICY = f"-rw {SECRET} *\ndoor modules open\n"
CONF = {"modules": "approved", "exec_fallback": "strict"}  # for an AMD CPU as Debian's QEMU has it
ATTACKER = "rwattack"  # its operator has approved it, by mistake
OTHER = "dummy"
REFUSAL = "root's module is refused"
STOCK = "stock "  # before the name of one of the kernel's own modules, as the source of a file
# The command, the operation that the log has, and what decides: a line of the policy, one it has of itself, or a door.
REFUSED = (
    (f"cat {SECRET}", "open", f"-rw {SECRET} *"),
    (f"mv /tmp/mine {SECRET}", "rename", f"-rw {SECRET} *"),
    (f"mount -o bind /tmp/mine {SECRET}", "mount", f"-rw {SECRET} *"),
    (f"echo '+r {SECRET} 0' >/boot/efi/EFI/ringward/policy.conf", "open", "-w /boot/efi/EFI/ringward/ *"),
    ("head -c 1 /dev/mem", "door devmem", None),
)


@dataclass
class Part:
    """The traces of one scene: the guest's lines, the log's records, the hypervisor's text lines of the whole run."""

    said: list
    records: list
    alerts: list
    rwlog: Callable  # machine.Run.rwlog

    def of_type(self, *types):
        """The scene's records of these types."""
        return [r for r in self.records if r["type"] in types]


@dataclass(frozen=True)
class Scene:
    """name: a word, also a file's name in the guest. title: what happens, in one line. script: shell text for the guest.

    show: Part -> lines as (speaker, text). judge: Part -> errors, one text each; empty if there are none.
    files: for the script, path in the guest -> path below build/ (RELEASE stands for the kernel's), STOCK and the name of a module
    of the kernel's, or bytes.
    """

    name: str
    title: str
    script: str
    show: Callable
    judge: Callable
    files: dict = field(default_factory=dict)


def someone(record):
    """The process that did it, as rwlog show writes it."""
    return f"{record['comm']}[{record['pid']}]"


def bursts(records):
    """Joins consecutive records of the same process, target and verdict: one line per burst."""
    def key(record):
        return record["type"], record["pid"], record["target"], record["verdict"]

    for (kind, _, target, verdict), group in itertools.groupby(records, key):
        found = list(group)
        symbols = list(dict.fromkeys(r.get("symbol") or "?" for r in found))
        yield (f"#{found[0]['seq']} to #{found[-1]['seq']}: {kind} x{len(found)} by {someone(found[0])}: "
               f"{target} {', '.join(symbols)}: {verdict}")


def show_lock(part):
    """The locked kernel, as the hypervisor and the agent's tool report it."""
    yield from (("COM2", line) for line in part.alerts if re.match(r"ringward: (CPU|locked)", line))
    yield from (("guest", line) for line in part.said if re.match(r"(locked|protected|exits) ", line))


def judge_lock(part):
    """Is the kernel locked?"""
    return [] if any(re.match(r"locked +yes", line) for line in part.said) else ["the kernel is not locked"]


def show_work(part):
    """The programs' output, and their records in the log."""
    yield from (("guest", line) for line in part.said)
    kinds = {kind: len(part.of_type(kind)) for kind in ("fork", "exec", "file_open", "exit")}
    yield "log", ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    for record in part.of_type("exec"):
        if record["comm"] in PROGRAMS:
            yield "log", f"#{record['seq']}: exec {someone(record)} uid {record['uid']} \"{record['path']}\""


def judge_work(part):
    """Did each program run, and does the log have it?"""
    ran = {r["comm"] for r in part.of_type("exec")}
    return [f"the log has no record that {name} ran" for name in PROGRAMS if name not in ran]


def refusals(part):
    """What the access policy refused: (operation, line or None) of each record."""
    return [(r["operation"], r.get("rule")) for r in part.of_type("access") if r["verdict"] == "deny"]


def show_policy(part):
    """What the guest says to each attempt, and the log with what decided."""
    yield from (("guest", line) for line in part.said)
    for r in part.of_type("access"):
        why = f"line {r['line']}: {r['rule']}" if "line" in r else r.get("rule", "no line opens it")
        yield "log", (f"#{r['seq']}: {someone(r)} uid {r['uid']} {r['operation']} {r['asked']} {r.get('path', '')}: "
                      f"{r['verdict']}, {why}")


def judge_policy(part):
    """Was each attempt refused, by what should, and did nobody see the secret?"""
    found = refusals(part)
    wrong = [f"not refused by {rule or operation}: {command}" for command, operation, rule in REFUSED
             if (operation, rule) not in found]
    return wrong + ([f"the guest read {SECRET}"] if any(CONTENT in line for line in part.said) else [])


def show_module(part):
    """What root said, and what became of each module."""
    yield from (("guest", line) for line in part.said)
    for r in part.of_type("module_load", "module_code"):
        listed = "approved" if r.get("listed") else "not approved"
        yield "log", f"#{r['seq']}: {r['type']} {r.get('comm', 'the hypervisor')} {r['name']}, file {listed}: {r['verdict']}"
    yield from (("log", f"{line} (the kernel's own, for a kprobe)") for line in bursts(part.of_type("patch")))


def judge_module(part):
    """Was the one refused, by the agent or the hypervisor, and the other loaded, and does the log have both?"""
    found = [(r["verdict"], r["name"]) for r in part.of_type("module_load", "module_code")]
    wrong = [] if ("deny", OTHER) in found and REFUSAL in part.said else [f"{OTHER} was loaded, or the log has no record"]
    return wrong + ([] if ("allow", ATTACKER) in found and ("deny", ATTACKER) not in found else [f"{ATTACKER} was not loaded"])


def answers(part, target):
    """What the module found after each kind of write to a target: (way, rest)."""
    found = (re.fullmatch(rf"write {target} (\w+) \w+ (.*)", line) for line in part.said)
    return [match.groups() for match in found if match]


def show_attack(part):
    """One paragraph per target: what the attacker found, what the hypervisor said live, what it recorded."""
    for target in TARGETS:
        said = answers(part, target)
        results = ", ".join(dict.fromkeys(rest for _, rest in said))
        yield "guest", f"{len(said)} writes to {target}, by {', '.join(way for way, _ in said)} address: {results}"
        live = [ln for ln in part.alerts if f"ALERT write of {target} " in ln]
        yield from (("COM2", f"x{len(live)} {line}") for line in live[:1])
        hits = [r for r in part.of_type("violation") if r["target"] == target]
        yield from (("log", line) for line in bursts(hits))


def judge_attack(part):
    """Was every write refused and recorded?"""
    wrong = []
    for target in TARGETS:
        said = answers(part, target)
        hits = [r for r in part.of_type("violation") if r["target"] == target]
        if [way for way, _ in said] != WAYS or not all(rest == "unchanged flow=ok" for _, rest in said):
            wrong.append(f"{target}: " + ("; ".join(map(" ".join, said)) or "the attack said nothing"))
        if len(hits) != len(said) or not all(r["verdict"] == "skip" for r in hits):
            wrong.append(f"{target}: {len(said)} writes, {len(hits)} of them in the log as refused")
    return wrong


def show_code(part):
    """The entry and the code that the attacker tried, live and in the log."""
    yield from (("guest", line) for line in part.said if line.startswith(("control ", "exec ", "remap ")))
    yield from (("COM2", line) for line in part.alerts if re.search("ALERT (exec of unapproved|page tables)", line))
    yield from (("log", line) for line in bursts(part.of_type("violation", "remap")))


def judge_code(part):
    """Was the entry kept, the new code refused, and the mapping put back, each with its record?"""
    targets = {r["target"] for r in part.of_type("violation")}
    kept = any(line.startswith("control lstar") and " unchanged " in line for line in part.said)
    wrong = [] if kept and "control_state" in targets else ["LSTAR was not kept, or the log has no record"]
    refused = any(line.startswith("exec heap refused") for line in part.said)
    wrong += [] if refused and "unapproved" in targets else ["new code ran, or the log has no record"]
    undone = any(re.match(r"remap \w+ \w+ undone", line) for line in part.said)
    return wrong + ([] if undone and part.of_type("remap") else ["page tables stayed changed, or the log has no record"])


def syslog_kept(part):
    """What the daemon's own file has."""
    return [line.removeprefix(SYSLOG_FILE) for line in part.said if line.startswith(SYSLOG_FILE)]


def show_syslog(part):
    """Each line that the guest sent, and what became of it; what the daemon's own file has of them."""
    for record in part.of_type("syslog"):
        if record["comm"] == "logger":
            yield "log", (f"#{record['seq']}: {someone(record)} {record['facility']}.{record['severity']} "
                          f"{record['delivery']}: {record['message']!r}")
    for record in part.of_type("bind"):
        yield "log", f"#{record['seq']}: {someone(record)} binds {record['address']['path']}"
    kept = syslog_kept(part)
    yield "guest", f"the daemon's file has {len(kept)} of {len(SYSLOG_LINES)} lines: {'; '.join(kept) or 'none'}"


def judge_syslog(part):
    """Has the log all lines, and the daemon's file only the first?"""
    logged = [r["message"] for r in part.of_type("syslog") if r["comm"] == "logger"]
    wrong = [f"the log has not once: {line}" for line in SYSLOG_LINES
             if sum(message.endswith(line) for message in logged) != 1]
    kept = [line for line in SYSLOG_LINES if any(said.endswith(line) for said in syslog_kept(part))]
    return wrong + ([] if kept == SYSLOG_LINES[:1] else [f"the daemon's file has {kept}"])


def show_log(part):
    """The machine still works, and its log is intact."""
    yield from (("guest", line) for line in part.said)
    out = part.rwlog("verify")
    yield from (("rwlog", line) for line in (out.stdout + out.stderr).splitlines())


def judge_log(part):
    """Does the log verify, and did the guest survive to write its last line?"""
    wrong = [] if part.rwlog("verify").returncode == 0 else ["rwlog verify refuses the log"]
    return wrong + ([] if "alive" in part.said else ["the guest did not survive"])


SCENES = (
    Scene("lock", "Ringward has the machine; the agent in the kernel has locked it", "/ringward/rwctl status",
          show_lock, judge_lock),
    Scene("work", "Ordinary programs run; each is recorded", "/bin/uname -r; /bin/id; /bin/ls -d /root",
          show_work, judge_work),
    Scene("syslog", "The syslog daemon is stopped, killed and replaced: the log has the lines all the same",
          SYSLOG_SCRIPT, show_syslog, judge_syslog),
    Scene("policy", "Root reads, replaces and covers a file that policy.conf guards, and tries to change the policy",
          "echo mine >/tmp/mine\n" + "".join(f"{command}\n" for command, _, _ in REFUSED), show_policy, judge_policy,
          {SECRET: CONTENT.encode(), "/boot/efi/EFI/ringward/policy.conf": POLICY.encode()}),
    Scene("module", "The attacker is root, and loads kernel modules: one that nobody approved, and one approved by mistake",
          f"dmesg -n 1; insmod /root/{OTHER}.ko 2>/dev/null || echo \"{REFUSAL}\"; insmod /root/{ATTACKER}.ko",
          show_module, judge_module,
          {f"/root/{OTHER}.ko": STOCK + "drivers/net/dummy", f"/root/{ATTACKER}.ko": f"kmod/RELEASE/{ATTACKER}.ko"}),
    Scene("attack", "From inside the kernel it overwrites hooks, kernel and agent, through three mappings of each",
          "".join(f'echo "write {target} default 8" >/proc/rwattack; cat /proc/rwattack\n' for target in TARGETS),
          show_attack, judge_attack),
    Scene("code", "It moves the CPU's entry for system calls, runs new code, and maps the system call table elsewhere",
          # The kernel's report of an oops comes first, and not in the middle of a line.
          'for a in "control lstar" "exec heap" "remap pmd syscalls"; do echo "$a" >/proc/rwattack; cat /proc/rwattack; done >/tmp/tried; cat /tmp/tried',
          show_code, judge_code),
    Scene("log", "The machine lives on; the log left it at power-off, and verifies", "date -u >/dev/null && echo alive",
          show_log, judge_log),
)
