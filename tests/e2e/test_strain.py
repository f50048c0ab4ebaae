# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The agent beside other LSMs, and under strain: the kernel has nothing to complain of, and the agent still records."""
import re

import machine
import pytest

FILES = 10_000
# Name -> kernel parameters, the LSMs that are active then. Debian's kernel has AppArmor unless told otherwise.
LSMS = {
    "apparmor": ("TOMOYO_trigger=/opt/start-tomoyo", "apparmor,tomoyo,bpf"),
    "selinux": ("lsm=landlock,lockdown,yama,selinux,tomoyo,bpf selinux=1 enforcing=0 TOMOYO_trigger=/opt/start-tomoyo",
                "selinux,tomoyo,bpf"),
}
# Kernel and LSMs of each boot; all but the first are for `make soak`.
BOOTS = [("6.1", "apparmor"), *(pytest.param(p, marks=pytest.mark.soak) for p in (
    ("6.12", "apparmor"), ("6.1", "selinux"), ("6.12", "selinux")))]
# What the agent hooks, what it calls, and what it watches.
PROBED = ("security_file_open", "security_bprm_committed_creds", "security_path_mkdir", "d_absolute_path", "wake_up_new_task",
          "do_exit", "security_task_kill", "security_socket_connect", "memcpy_orig", "__x64_sys_openat")
# What a module puts a kprobe on -> status of insmod. The kernel cannot write to the agent's locked text, so it must not try.
EINVAL = 22
MODULE_PROBES = {"security_file_open": 0, "d_absolute_path": 0, "ringward:producer_submit": EINVAL,
                 "ringward:event_submit": EINVAL, "ringward:hook_file_open": EINVAL}
TROUBLE = (r"WARNING: CPU|BUG:|Oops|general protection|lockup|rcu.*stall|page allocation failure|blocked for more than|"
           r"scheduling while atomic|unable to handle|\[ringward\]")
# TOMOYO calls it when the trigger is executed, and stops the kernel if no profile is defined.
TOMOYO = """#!/bin/sh
cd /sys/kernel/security/tomoyo
echo PROFILE_VERSION=20150505 >profile
echo '0-CONFIG={ mode=learning grant_log=no reject_log=no }' >profile
"""
SCRIPT = rf"""
echo 1 >/proc/sys/kernel/printk # no line of the kernel's in the middle of a marker: dmesg has them
mkdir -p /cg /tmp/open /tmp/sandbox
mount -t securityfs none /sys/kernel/security
mount -t tracefs none /sys/kernel/tracing
mount -t cgroup2 none /cg
echo "RWTEST: lsm $(cat /sys/kernel/security/lsm)"
/opt/start-tomoyo
echo "RWTEST: tomoyo $(grep -c learning /sys/kernel/security/tomoyo/profile)"
for hook in bpf_lsm_file_open bpf_lsm_bprm_check_security bpf_lsm_path_mkdir bpf_lsm_task_kill; do /opt/strain bpf $hook & done
: >/tmp/sandbox/allowed
/opt/strain landlock /tmp/sandbox
while :; do /opt/tiny; done &
busy=$!

cd /sys/kernel/tracing
for function in {' '.join(PROBED)}; do
	grep -q " $function\$" /proc/kallsyms || continue
	echo "p:rw/$function $function" >>kprobe_events && echo "RWTEST: probe $function"
done
echo 1 >events/rw/enable && mkdir /tmp/probed && cat /proc/version >/dev/null
echo "RWTEST: hits $(grep -c security_path_mkdir trace)"
echo 0 >events/rw/enable; : >kprobe_events
# A module that puts a kprobe on a function, as SystemTap's do.
for function in {' '.join(MODULE_PROBES)}; do
	insmod /opt/rwevent.ko probe=$function; echo "RWTEST: module's $function $?"
	rmmod rwevent
done
for pattern in 'sched_*' try_to_wake_up 'security_*' 'tick_*' 'net_rx_*'; do echo "$pattern" >>set_ftrace_filter; done
for tracer in function nop function_graph nop; do echo $tracer >current_tracer; /opt/tiny; done
: >set_ftrace_filter; : >trace
cd /

/opt/strain files {FILES}
echo +pids >/cg/cgroup.subtree_control; mkdir /cg/bomb; echo 64 >/cg/bomb/pids.max
(echo 0 >/cg/bomb/cgroup.procs; exec /opt/strain bomb 0) &
until [ $(sed 's/max //' /cg/bomb/pids.events) -gt 1000 ]; do /opt/tiny; done
echo 1 >/cg/bomb/cgroup.kill
until grep -q 'populated 0' /cg/bomb/cgroup.events; do :; done
echo "RWTEST: bomb over"
for i in 1 2; do (echo 1000 >/proc/self/oom_score_adj; exec /opt/strain hog 0) >/dev/null 2>&1; echo "RWTEST: hog $?"; done
kill $busy

mkdir /tmp/last; /opt/last
/ringward/rwctl status >/dev/null && echo "RWTEST: agent answers"
dmesg | sed 's/^\[[^]]*\] //' >/tmp/dmesg
grep -E '{TROUBLE}' /tmp/dmesg | grep -v -E '^(Modules linked in| \?)' | sed 's/^/RWTEST: trouble /'
echo "RWTEST: traces $(grep -c 'Call Trace' /tmp/dmesg) of $(grep -c 'invoked oom-killer' /tmp/dmesg)"
"""


@pytest.fixture(scope="module", params=BOOTS, ids="-".join)
def strained(request, boot):
    """A guest with many LSMs that does all that strains a kernel; run.lsms: which it must have."""
    linux, name = request.param
    append, lsms = LSMS[name]
    tiny = machine.BUILD / "tests/tiny"
    # BPF LSM programs hang on trampolines, which verified patching refuses after the lock.
    conf = {"store_mib": 2, "patches": "record"}
    run = boot("amd", SCRIPT, linux=linux, append=append, smp=2, mem=400, conf=conf, timeout=900, files={
        "/opt/strain": machine.BUILD / "tests/strain", "/opt/tiny": tiny, "/opt/last": tiny, "/opt/start-tomoyo": tiny,
        "/sbin/tomoyo-init": TOMOYO, "/opt/rwevent.ko": machine.kmod("rwevent", linux)})
    run.lsms = lsms
    return run


def value_of(run, name):
    """The text after a marker's first word."""
    return next(m.split(" ", 1)[1] for m in run.markers if m.split()[0] == name)


def test_other_lsms_work(strained):
    active = value_of(strained, "lsm").split(",")
    assert {*strained.lsms.split(","), "landlock", "yama", "lockdown"} <= set(active)
    assert value_of(strained, "tomoyo") != "0"
    assert "sandboxed" in strained.markers, strained.explain()
    assert len([m for m in strained.markers if m.startswith("attached ")]) == 4, strained.explain()


def test_strain_was_real(strained):
    assert len([m for m in strained.markers if m.startswith("probe ")]) >= 8
    assert int(value_of(strained, "hits")) > 0
    assert f"opened {FILES}" in strained.markers and "bomb over" in strained.markers, strained.explain()
    assert [m for m in strained.markers if m.startswith("hog ")] == ["hog 137"] * 2, strained.explain()


def test_probes_of_the_agent_are_refused(strained):
    told = dict(m.removeprefix("module's ").rsplit(" ", 1) for m in strained.markers if m.startswith("module's "))
    assert told == {function: str(status) for function, status in MODULE_PROBES.items()}, strained.explain()


def test_kernel_complains_of_nothing(strained):
    assert not [m for m in strained.markers if m.startswith("trouble ")], strained.explain()
    traces, kills = re.fullmatch(r"(\d+) of (\d+)", value_of(strained, "traces")).groups()
    assert traces == kills


def test_agent_still_records(strained):
    out = strained.rwlog("verify")
    assert out.returncode == 0, out.stdout + out.stderr
    assert "agent answers" in strained.markers
    assert [r["path"] for r in strained.of_type("mkdir")].count("/tmp/last") == 1
    assert [r["path"] for r in strained.of_type("exec")].count("/opt/last") == 1
    assert strained.of_type("violation") == []
    assert [c["lost"] for c in strained.stats["cpus"]] == [0, 0]
