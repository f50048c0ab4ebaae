# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The attacks that the guest of the session fixture `attacked` makes on itself, with on_violation = skip."""
from attacked import KERNEL_SYMBOLS, SHELL, TARGETS, U64

CALLS = 20  # RW_HC_COUNT
OUTSIDE_CALLS = (*range(CALLS), 1 << 32, U64 - 1)
USER_CALLS = tuple(range(1, CALLS))
HV_VALUE = 0x1122334455667788
HV_STEP_MIB = 2
REPEATS = 10000
RINGS = [(kind, seed) for kind in ("random", "index", "sizes", "fields", "mixed") for seed in (1, 2, 3, 4)]
RING_DRAINS = 60

# Records that tests/attacks/kmod/rings.c can spoil: name -> why each is refused (abi/record.h, enum rw_malformed).
TYPE_CASES = ("type_0", "type_190", "type_last", "type_violation", "type_255")
FIELD_CASES = ("type_fork", "verdict", "flag_unknown", "flag_time", "no_task", "no_file", "no_path", "twice", "path_twice",
               "id_0", "foreign", "foreign_rip", "unknown", "unknown_last", "flags_short", "flags_long", "task_short",
               "task_long", "path_long", "past_end", "past_all", "padding", "end")
RECORD_CASES = {**{name: "type" for name in TYPE_CASES}, **{name: "field" for name in FIELD_CASES}}

# Calls by the agent's own code after the lock: name -> (number, A1, A2, answer). Addresses are shell text.
AGENT_CALLS = {
    "register": (1, "$ram", 0, "ELOCKED"),
    "symbols": (2, "$ram", 0, "ELOCKED"),
    "protect": (3, "$ram", 0, "ELOCKED"),
    "ring": (4, "$ram", 0, "ELOCKED"),
    "lock": (5, 0, 0, "ELOCKED"),
    "module_odd": (14, "$((ram + 4))", 0, "EINVAL"),
    "module_code": (14, "$text", 0, "EINVAL"),  # the kernel's code as a list: no number of ranges
    "beat_kind": (15, 2, 0, "EINVAL"),
    "beat_64bit": (15, 0, 1 << 32, "EINVAL"),
    "patching": (16, "$ram", 0, "ELOCKED"),
    "sites": (17, "$ram", 0, "ELOCKED"),
    "module_file_odd": (18, "$((ram + 4))", 0, "EINVAL"),
    "module_file_any": (18, "$ram", 0, "EINVAL"),  # modules = any
    "module_check_odd": (19, "$((ram + 4))", 0, "EINVAL"),
    "nr20": (20, 0, 0, "ENOSYS"),
    "nr_32bit": (1 << 32, 0, 0, "ENOSYS"),
    "nr_sign": (1 << 63, 0, 0, "ENOSYS"),
    "nr_last": (U64 - 1, 0, 0, "ENOSYS"),
    "status_odd": (8, "$((ram + 1))", 0, "EINVAL"),
    "status_by4": (8, "$((ram + 4))", 0, "EINVAL"),
    "status_crossing": (8, "$((ram + 0xff8))", 0, "EINVAL"),
    "status_last": (8, U64 - 8, 0, "EINVAL"),
    "status_last_page": (8, U64 - 4096, 0, "EFAULT"),
    "status_apic": (8, 0xfee00000, 0, "EFAULT"),
    "status_beyond": (8, 1 << 40, 0, "EFAULT"),
    "status_hv_first": (8, "$hv", 0, "EFAULT"),
    "status_hv_last": (8, "$((hv_end - 4096))", 0, "EFAULT"),
    "status_text": (8, "$text", 0, "EFAULT"),
    "status_rodata": (8, "$rodata", 0, "EFAULT"),
    "status_hooks": (8, "$hooks", 0, "EFAULT"),
    "status_idt": (8, "$idt", 0, "EFAULT"),
    "stats_odd": (9, "$((ram + 1))", 0, "EINVAL"),
    "stats_crossing": (9, "$((ram + 0xff8))", 0, "EINVAL"),
    "stats_text": (9, "$text", 0, "EFAULT"),
    "stats_hv": (9, "$hv", 0, "EFAULT"),
    "stats_no_cpu": (9, "$ram", 1, "EINVAL"),
    "stats_cpu_32bit": (9, "$ram", 1 << 32, "EINVAL"),
    "stats_cpu_last": (9, "$ram", U64 - 1, "EINVAL"),
    "read_odd": (13, "$((ram + 1))", 0, "EINVAL"),
    "read_crossing": (13, "$((ram + 0xfe0))", 0, "EINVAL"),
    "read_last": (13, U64 - 8, 0, "EINVAL"),
    "read_last_page": (13, U64 - 4096, 0, "EFAULT"),
    "read_apic": (13, 0xfee00000, 0, "EFAULT"),
    "read_hv": (13, "$hv", 0, "EFAULT"),
    "read_hv_last": (13, "$((hv_end - 4096))", 0, "EFAULT"),
    "read_code": (13, "$((text + 64))", 0, "EINVAL"),  # the kernel's code as a request: no addresses of pages
}
# Places that a refused call could have written: each is read before and after.
WATCHED = ("text", "rodata", "hooks", "idt")

# On the bare machine: shows that the attacks are real, and gives the offsets of the kernel's symbols.
BARE_SCRIPT = SHELL + """
insmod /root/rwattack.ko
""" + "\n".join(f"attack {t} write {t}" for t in TARGETS if not t.startswith("agent_")) + r"""
cat /proc/kallsyms >/tmp/symbols
sym() { echo $((0x$(grep " $1\$" /tmp/symbols | cut -d' ' -f1))); }
# All symbols of the pages that are written to, too.
pages=
for name in _text linux_banner security_hook_heads; do
	pages="$pages|$(printf %016x $(sym $name) | cut -c1-13)"
done
step kallsyms grep -E " (KERNEL_SYMBOLS)\$|^(${pages#|})" /tmp/symbols
""".replace("KERNEL_SYMBOLS", "|".join(KERNEL_SYMBOLS))

FACTS = r"""
step iomem cat /proc/iomem
step cpuinfo grep -m 1 ^flags /proc/cpuinfo
step uarts cat /proc/tty/driver/serial
step insmod insmod /root/rwattack.ko
step modules cat /proc/modules
# The first symbols of all, but for those of the CPUs' own data.
step text grep -m 1 ' _text$' /proc/kallsyms
sections() { for name in .text .rodata; do echo "$name $(cat /sys/module/ringward/sections/$name)"; done; }
step sections sections
text=$((0x$(grep ': Kernel code' /proc/iomem | sed 's/^ *//; s/-.*//')))
step region region
set -- $(region); hv=$1 hv_end=$2 ram=$text
"""

# Everything else must still work after these.
WRITES = "\n".join(f"attack {t} write {t}" for t in TARGETS) + f"""
attack repeat repeat {REPEATS}
attack unhook unhook
attack poke poke
attack vmx vmx
"""

AFTERMATH = r"""
: >/tmp/step.after
/opt/after && echo "RWTEST: after: exec"
echo content >/tmp/file && mv /tmp/file /tmp/moved && [ "$(cat /tmp/moved)" = content ] && rm /tmp/moved &&
	echo "RWTEST: after: files"
i=0
while [ $i -lt 20 ]; do (exit 3); [ $? -eq 3 ] || echo "RWTEST: after: lost fork"; i=$((i + 1)); done
: >/tmp/step.tcp
ip link set lo up
nc -l -p 7777 </dev/null >/tmp/got &
until cat /proc/net/tcp* | grep -q :1E61; do :; done
echo hello | nc 127.0.0.1 7777
wait
echo "RWTEST: tcp: $(cat /tmp/got)"
"""

HYPERVISOR_MEMORY = f"""
gpa=$hv
while [ $gpa -lt $hv_end ]; do
	attack "hvread.$gpa" hvread $gpa 64
	gpa=$((gpa + ({HV_STEP_MIB} << 20)))
done
attack hvread.last hvread $((hv_end - 64)) 64
attack hvwrite.first hvwrite $hv {HV_VALUE}
attack hvwrite.last hvwrite $((hv_end - 8)) {HV_VALUE}
attack hvread.again hvread $hv 64
step user.read hvmem read $((hv + 4096)) 64
step user.write hvmem write $((hv + 8192)) {HV_VALUE}
"""

HYPERCALLS = "\n".join(f"attack outside.{n} hypercall {n} 1 2 3" for n in OUTSIDE_CALLS) + "\n" + "\n".join(
    f"attack before.{w} hvread ${w} 256" for w in WATCHED) + "\n" + "\n".join(
    f"attack agent.{name} agentcall {nr} {a1} {a2} 0" for name, (nr, a1, a2, _) in AGENT_CALLS.items()) + """
attack agent.cpu_index agentcall 10 0 0 0
attack agent.kexec agentcall 11 0 0 0
""" + "\n".join(
    f"attack behind.{w} hvread ${w} 256" for w in WATCHED) + """
step stats.before /ringward/rwctl --json stats
""" + "\n".join(f"step user.{n} uhypercall {n} $ram 0 0" for n in USER_CALLS) + """
step stats.behind /ringward/rwctl --json stats
step user.0 uhypercall 0 1
"""

RECORDS = "attack record.good record good\n" + "\n".join(
    f"attack record.{name} record {name}" for name in RECORD_CASES) + "\n"

# Last, as a spoiled ring may lose a step's records, even those that mark where the next step begins.
GARBAGE = RECORDS + ": >/tmp/step.garbage\n/opt/after\n" + "\n".join(
    f"attack ring.{kind}.{seed} ring {kind} {seed} {RING_DRAINS}" for kind, seed in RINGS) + """
step stats.garbage /ringward/rwctl --json stats
: >/tmp/step.end
/opt/after
step dmesg dmesg
"""


def script(offsets):
    """The whole script; offsets: of the kernel's symbols from _text (attacked.kernel_offsets())."""
    places = {"rodata": "__start_rodata", "hooks": "security_hook_heads", "idt": "idt_table"}
    known = "".join(f"{word}=$((text + {offsets[name] & ~0xfff}))\n" for word, name in places.items())
    return SHELL + FACTS + known + WRITES + AFTERMATH + HYPERVISOR_MEMORY + HYPERCALLS + GARBAGE
