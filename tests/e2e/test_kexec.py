# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Another kernel replaces a locked one: refused, however loaded; or allowed, and locked again."""
import re
import subprocess
from pathlib import Path

import pytest

import attacked as attacked_run
import machine
from attacked import SHELL

KEXEC = Path("/usr/sbin/kexec")
ROOT_COMMAND_LINE = f"{machine.COMMAND_LINE} rdinit=/ringward/start RINGWARD_INIT=/init"
CRASH_MEMORY = "crashkernel=96M"
EPERM, EBUSY = -1, "Device or resource busy"
ALLOW = {"kexec": "allow"}
STORES = 33  # by rwattack.ko to one target
MACHINES = [("amd", 1), ("amd", 4), ("intel", 2)]

# load NAME OPTIONS...: tries to load a kernel, and prints kexec's status and output.
LOAD = SHELL + f"""
kernel=/root/vmlinuz initrd=/root/initrd line="{machine.COMMAND_LINE} rdinit=/init"
load() {{
	s=$1; shift
	kexec "$@" $kernel --initrd=$initrd --command-line="$line" >/tmp/said 2>&1
	echo "RWTEST: $s: status $?"
	grep -v segment /tmp/said | sed "s/^/RWTEST: $s: said /"
}}
start() {{
	stty onlcr </dev/console
	kexec -e >/tmp/said 2>&1
	echo "RWTEST: start: status $?"
	sed "s/^/RWTEST: start: said /" /tmp/said
}}
loaded() {{ cd /sys/kernel; echo "RWTEST: loaded $1: $(cat kexec_loaded) $(cat kexec_crash_loaded)"; cd /; }}
"""

REFUSED = LOAD + """
for flag in l p; do
	load syscall.$flag -c -$flag
	load file.$flag -s -$flag
done
loaded then
start
/ringward/rwctl status | sed 's/^/RWTEST: status: /'
"""

# Loaded before the agent starts; then the agent locks.
EARLIER = LOAD + """
load early -c -l
load early.crash -c -p
loaded before
if [ -e /ringward/ringward.ko ]; then
	insmod /ringward/ringward.ko
	/ringward/rwctl lock && echo "RWTEST: locked"
	dmesg | grep ringward: | sed 's/.*ringward/RWTEST: dmesg: ringward/'
fi
start
loaded behind
/ringward/rwctl flush
stty onlcr </dev/console
echo c >/proc/sysrq-trigger
"""
# A load that has passed its check when the lock comes.
RACE = LOAD + """
kexecrace /tmp/go >/tmp/race 2>&1 &
until [ -s /tmp/race ]; do :; done
insmod /ringward/ringward.ko
/ringward/rwctl lock && echo "RWTEST: locked"
loaded before
: >/tmp/go
until grep -q load: /tmp/race; do :; done
ans race /tmp/race
loaded behind
stty onlcr </dev/console
wait
ans race /tmp/race
"""

SECOND = """
echo "RWTEST: the other kernel runs"
[ -e /proc/vmcore ] && echo "RWTEST: as a crash kernel"
if [ -e /ringward/ringward.ko ]; then
	insmod /ringward/ringward.ko 2>&1 | sed 's/^/RWTEST: insmod: /'
	dmesg | grep ringward: | sed 's/.*ringward/RWTEST: dmesg: ringward/'
fi
"""

CRASH = LOAD + """
load crash -s -p
stty onlcr </dev/console
echo c >/proc/sysrq-trigger
"""

# Each life attacks, then starts the next one with an initial RAM disk that holds everything it needs.
LIVES = LOAD + """
life=$(sed -n 's/.*life=\\([0-9]\\).*/\\1/p' /proc/cmdline)
life=${life:-1}
echo "RWTEST: life $life"
/ringward/rwctl status | sed "s/^/RWTEST: status.$life: /"
echo "RWTEST: online $life: $(cat /sys/devices/system/cpu/online)"
insmod /root/rwattack.ko
for target in kernel_text lsm_hooks agent_text; do attack $target.$life write $target; done
attack out.$life hypercall 11 0 0 0
if [ $life -lt LIVES ]; then
	line="LINE life=$((life + 1)) $(grep -o 'crashkernel=[^ ]*' /proc/cmdline)"
	initrd=/root/base
	if [ $((life + 1)) -lt LIVES ]; then
		initrd=/tmp/initrd
		(cd / && printf 'root/base\\nroot/vmlinuz\\n' | cpio -o -H newc 2>/dev/null) >/tmp/more
		cat /root/base /tmp/more >$initrd
		rm /tmp/more
	fi
	load load.$life HOW -l
	: >/tmp/step.start.$life
	start
fi
"""


def kexec_files():
    """kexec(8) and the libraries that it needs."""
    text = subprocess.run(["ldd", KEXEC], stdout=subprocess.PIPE, check=True, text=True).stdout
    names = re.findall(r"(/\S+) \(0x", text)
    return {"/bin/kexec": KEXEC, "/root/vmlinuz": machine.kernel(), **{n: Path(n).resolve() for n in names}}


def agent_files():
    """The agent's files as `rwrun --agent` would add them, for a script that starts the agent itself."""
    return {"/ringward/ringward.ko": machine.kmod("ringward"),
            "/ringward/rwctl": machine.BUILD / "rwctl", "/ringward/start": machine.BUILD / "ringward-start"}


def small_initrd(folder, script, files=None):
    """An initial RAM disk for the other kernel."""
    machine.build_initrd(folder / "inner", script, files)
    data = (folder / "inner").read_bytes()
    return data + bytes(-len(data) % 4)


def lives_boot(boot, folder, vendor, cpus, lives, how="-c"):
    """A guest that starts one kernel after another until this number is reached."""
    script = LIVES.replace("LIVES", str(lives)).replace("LINE", ROOT_COMMAND_LINE).replace("HOW", how)
    attack = {"/root/rwattack.ko": attacked_run.files()["/root/rwattack.ko"]}
    tools = {**kexec_files(), **attack}
    inner = attack
    if lives > 2:
        inner = {name: content for name, content in tools.items() if name != "/root/vmlinuz"}
    base = small_initrd(folder, script, {**inner, **agent_files()})
    files = {**tools, "/root/base": base}
    run = boot(vendor, script, files=files, conf=ALLOW, smp=cpus, mem=768, timeout=900)
    return attacked_run.Attacked(run, {})


@pytest.fixture(scope="module")
def refused(boot, tmp_path_factory):
    """kexec = refuse, the default: every way to load a kernel. The agent refuses, so one backend is enough."""
    initrd = small_initrd(tmp_path_factory.mktemp("kexec"), SECOND)
    return boot("amd", REFUSED, files={**kexec_files(), "/root/initrd": initrd}, append=CRASH_MEMORY)


@pytest.fixture(scope="module", params=("bare", "guarded"))
def earlier(request, boot, tmp_path_factory):
    """A kernel and a crash kernel, loaded before the lock and started after it; also bare."""
    initrd = small_initrd(tmp_path_factory.mktemp("kexec"), SECOND)
    files = {**kexec_files(), "/root/initrd": initrd}
    bare = request.param == "bare"
    if not bare:
        files |= agent_files()
    conf = {"agent": "yes"}  # which the script starts itself
    return bare, boot("amd", EARLIER, files=files, append=CRASH_MEMORY, agent=False, no_hv=bare, conf=conf,
                      ends="poweroff" if bare else "reset")


@pytest.fixture(scope="module")
def raced(boot):
    """RACE, on one backend."""
    files = {**agent_files(), "/bin/kexecrace": machine.BUILD / "attacks/kexecrace"}
    return boot("amd", RACE, files=files, agent=False, conf={"agent": "yes"}, ends="reset")


def crash_boot(boot, folder):
    """kexec = allow: a kernel panics and its crash kernel starts, with an agent in its initial RAM disk."""
    initrd = small_initrd(folder, SECOND, agent_files())
    files = {**kexec_files(), "/root/initrd": initrd}
    return boot("amd", CRASH, files=files, append="crashkernel=192M", mem=768,
                conf={**ALLOW, "control_state": "off", "page_tables": "off"})


@pytest.fixture(scope="module")
def crashed(boot, tmp_path_factory):
    """crash_boot() on one backend."""
    return crash_boot(boot, tmp_path_factory.mktemp("kexec"))


@pytest.fixture(scope="module", params=MACHINES, ids=lambda m: f"{m[0]}-{m[1]}")
def lives(request, boot, tmp_path_factory):
    """kexec = allow: (Attacked, number of CPUs, number of kernels)."""
    vendor, cpus = request.param
    count = 3 if (vendor, cpus) == ("amd", 1) else 2
    how = "-s" if cpus > 1 else "-c"
    return lives_boot(boot, tmp_path_factory.mktemp("kexec"), vendor, cpus, count, how), cpus, count


def said(run, step):
    """The output of a step of the script: (exit status of kexec, its lines)."""
    prefix = f"{step}: "
    lines = [m[len(prefix):] for m in run.markers if m.startswith(prefix)]
    status = [ln for ln in lines if ln.startswith("status ")]
    return int(status[0].split()[1]), [ln.removeprefix("said ") for ln in lines if ln.startswith("said ")]


def kexec_records(run):
    """The kexec records of a run, as tuples."""
    return [(r["event"], r.get("path", ""), r["verdict"], r.get("result", 0), r["comm"]) for r in run.of_type("kexec")]


def sound(run):
    out = run.rwlog("verify")
    assert out.returncode == 0, out.stdout + out.stderr


def test_every_load_is_refused(refused):
    assert refused.status == 0 and refused.markers[-1] == "script 0", refused.explain()
    for step in ("syscall.l", "file.l", "syscall.p", "file.p"):
        status, lines = said(refused, step)
        assert status != 0 and any("Operation not permitted" in ln for ln in lines), (step, lines)
    assert "loaded then: 0 0" in refused.markers
    assert said(refused, "start")[1] == ["Nothing has been loaded!"]
    assert "status: kexec         refuse" in refused.markers


def test_every_load_is_recorded(refused):
    deny = ("deny", EPERM, "kexec")
    wanted = [("load", "", *deny), ("load", "/root/vmlinuz", *deny)] * 2
    assert kexec_records(refused) == wanted
    assert all(r["sync"] and r["uid"] == 0 for r in refused.of_type("kexec"))
    assert refused.of_type("violation") == [] and refused.of_type("unlock") == []
    sound(refused)


def test_earlier_loads_do_not_start(earlier):
    bare, run = earlier
    assert "loaded before: 1 1" in run.markers, run.explain()
    if bare:  # the attack is real
        assert "the other kernel runs" in run.markers and "locked" not in run.markers, run.explain()
        return
    assert "locked" in run.markers and "loaded behind: 0 0" in run.markers, run.explain()
    assert said(run, "start") == (1, ["Nothing has been loaded!"])
    assert "the other kernel runs" not in run.markers  # nor as a crash kernel
    assert (run.status, run.stats["end"]) == (1, "reset"), run.explain()


def test_earlier_loads_are_told(earlier):
    bare, run = earlier
    if bare:
        return
    told = [m for m in run.markers if m.startswith("dmesg: ringward: a ")]
    assert told == [f"dmesg: ringward: a {what} was loaded by kexec before the lock: it is unloaded"
                    for what in ("kernel", "crash kernel")], run.explain()
    assert [r[0] for r in kexec_records(run)] == ["earlier", "earlier_crash"]
    assert {r[2:4] for r in kexec_records(run)} == {("deny", EPERM)}
    sound(run)


def test_start_of_a_late_load_ends_in_a_reset(raced):
    assert "locked" in raced.markers and "loaded before: 0 0" in raced.markers, raced.explain()
    assert "race: load: 0" in raced.markers and "loaded behind: 1 0" in raced.markers, raced.explain()
    assert (raced.status, raced.stats["end"]) == (1, "reset"), raced.explain()
    assert "race: start: -1" not in raced.markers and "must not start" in raced.console, raced.explain()
    assert kexec_records(raced) == [("start", "", "deny", EPERM, "kexecrace")]
    (record,) = raced.of_type("violation")
    assert (record["access"], record["hypercall"], record["verdict"]) == ("hypercall", 11, "deny")
    sound(raced)


def test_each_kernel_locks_anew(lives):
    run, cpus, count = lives
    assert (run.status, run.stats["end"]) == (0, "poweroff"), run.explain()
    for life in range(1, count + 1):
        assert f"life {life}" in run.markers, run.explain()
        assert f"status.{life}: locked        yes" in run.markers, run.explain()
        assert f"online {life}: 0-{cpus - 1}".replace("0-0", "0") in run.markers, run.explain()
    sequence = [r["type"] for r in run.of_type("agent", "lock", "unlock")]
    assert sequence == ["agent", "lock"] + ["unlock", "agent", "lock"] * (count - 1)


def test_each_life_is_protected(lives):
    run, _, count = lives
    for life in range(1, count + 1):
        for target in ("kernel_text", "lsm_hooks", "agent_text"):
            answers = run.answers(f"{target}.{life}")
            assert len(answers) >= STORES - 2 and all(" unchanged " in f"{a} " for a in answers), answers
            assert len(run.after(f"{target}.{life}", "violation")) == len(answers)
        # Only the agent can end the protection.
        assert run.answers(f"out.{life}") == ["hypercall 11: -1 EPERM"]


def test_the_change_is_in_the_log(lives):
    run, cpus, count = lives
    path = "/root/vmlinuz" if cpus > 1 else ""
    events = kexec_records(run)
    assert [e[0] for e in events if e[0] != "initramfs"] == ["load", "start"] * (count - 1), events
    assert {e[1] for e in events if e[0] == "load"} == {path}
    assert {e[2:4] for e in events} == {("allow", 0)}
    locks, unlocks = run.of_type("lock"), run.of_type("unlock")
    added = run.of_type("module_code", "dynamic_code")  # code that was approved in between
    for lock, unlock in zip(locks, unlocks):
        since = [r for r in added if lock["seq"] < r["seq"] < unlock["seq"]]
        most = sum(r.get("pages", 1) for r in since)  # what the kernel has freed meanwhile is not counted
        assert lock["pages"] <= unlock["pages"] <= lock["pages"] + most
        assert unlock["text"] == "kexec" and (since or lock["ranges"] == unlock["ranges"])
    sound(run)


def test_crash_kernel_runs_beside_the_lock(crashed):
    assert (crashed.status, crashed.stats["end"]) == (0, "poweroff"), crashed.explain()
    assert "the other kernel runs" in crashed.markers and "as a crash kernel" in crashed.markers
    assert len(crashed.of_type("lock")) == 1 and crashed.of_type("unlock") == []
    assert kexec_records(crashed)[0][:4] == ("load", "/root/vmlinuz", "allow", 0)
    sound(crashed)


def test_agent_of_a_crash_kernel_stays_outside(crashed):
    assert [m for m in crashed.markers if m.startswith("insmod: ") and "busy" in m], crashed.explain()
    assert [m for m in crashed.markers if "another kernel's agent has locked this machine" in m]
    # Its tasks are not those of the kernel that registered: nobody is named.
    calls = {(r["access"], r["hypercall"], r["verdict"], "comm" in r) for r in crashed.of_type("violation")}
    assert calls == {("hypercall", 0, "deny", False)}
