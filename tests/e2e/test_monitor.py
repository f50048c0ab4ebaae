# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""monitor.conf: what it leaves out is not in the log, everything else is; and nobody in the guest can change it."""
import json

import pytest

import machine

# What rwctl says of the rules, on one line.
EVENTS = r"""
echo "RWTEST: rwctl events $(/ringward/rwctl events --json | tr -d '\n')"
"""
FILTERS = """
include file_open path=/opt/kept        # the first rule that matches decides
exclude file_open path=/opt
exclude mkdir login_uid=1234
exclude mkdir exe=/srv/quiet
exclude file_unlink cgroup=/box
exclude rmdir fs=tmpfs
exclude chmod device=0:2                # the initramfs
exclude link uid=0
exclude file_rename path=/tmp
exclude fork
batch exec
sync file_unlink
"""
FILTERED = r"""
mkdir -p /mnt /cg /srv/quiet /srv/loud
mount -t tmpfs none /mnt && mount -t cgroup2 none /cg && mkdir /cg/box
stat -c 'RWTEST: root %d' /
: </opt/hidden; : </opt/kept/file; : </opt/kept2
unshare -U -r cat /opt/foreign && echo "RWTEST: unshared"
(echo 1234 >/proc/self/loginuid && exec mkdir /tmp/by-login)
mkdir /tmp/without-login
cp /bin/busybox /srv/quiet/busybox && cp /bin/busybox /srv/loud/busybox
/srv/quiet/busybox mkdir /tmp/by-quiet
/srv/loud/busybox mkdir /tmp/by-loud
: >/tmp/in-box; : >/tmp/outside
(echo 0 >/cg/box/cgroup.procs && exec rm /tmp/in-box)
rm /tmp/outside
mkdir /mnt/on-tmpfs /tmp/on-root && rmdir /mnt/on-tmpfs /tmp/on-root
: >/mnt/moded; : >/tmp/moded; chmod 700 /mnt/moded /tmp/moded
ln /tmp/moded /tmp/linked
mv /tmp/linked /tmp/inside; mv /tmp/inside /root/away
""" + EVENTS

COUNTED = """
exclude file_open path=/opt/secret
fold file_open within=2s
limit mkdir rate=3
"""
REPEATS, MADE = 50, 40
MAGIC = "57504f4c"  # RW_POLICY_MAGIC, as bytes
COUNTING = rf"""
i=0; while [ $i -lt {REPEATS} ]; do : </opt/repeated; i=$((i + 1)); done
echo "RWTEST: shell $$"
set --; i=0; while [ $i -lt {MADE} ]; do set -- "$@" /tmp/made-$i; i=$((i + 1)); done
mkdir "$@"
sleep 3
/ringward/rwctl flush
insmod /root/rwattack.ko
attack() {{ echo "$*" >/proc/rwattack; echo "RWTEST: $1 $(cat /proc/rwattack | tr '\n' ' ')"; }}
# The agent's mapping of the policy area is one of these.
for gpa in $(sed -n 's/.*memremap.* phys=0x0*\([0-9a-f]*\) .*/0x\1/p' /proc/vmallocinfo); do
	echo "hvread $gpa 64" >/proc/rwattack
	grep -q {MAGIC} /proc/rwattack && area=$gpa
done
attack hvread $area 64
# The image's magic, and its table of types: were they writable, all would be recorded, or the guest would crash.
for offset in 0 128 160 224 256; do attack hvwrite $(printf 0x%x $((area + offset))) 0x1122334455667788; done
attack hvread $area 64
: </opt/secret
/ringward/rwctl flush
""" + EVENTS


@pytest.fixture(scope="module")
def filtered(cpu, boot):
    files = {path: "x" for path in ("/opt/hidden", "/opt/kept/file", "/opt/kept2", "/opt/foreign")}
    return boot(cpu, FILTERED, files=files, monitor=FILTERS)


@pytest.fixture(scope="module")
def counted(cpu, boot):
    files = {"/opt/repeated": "x", "/opt/secret": "x", "/root/rwattack.ko": machine.kmod("rwattack")}
    return boot(cpu, COUNTING, files=files, monitor=COUNTED)


def paths(run, kind):
    """The paths of all records of a type."""
    return [r["path"] for r in run.of_type(kind)]


@pytest.mark.parametrize("kind, recorded, left_out", [
    ("file_open", "/opt/kept/file", "/opt/hidden"),
    ("file_open", "/opt/foreign", "/opt/kept2"),
    ("mkdir", "/tmp/without-login", "/tmp/by-login"),
    ("mkdir", "/tmp/by-loud", "/tmp/by-quiet"),
    ("file_unlink", "/tmp/outside", "/tmp/in-box"),
    ("rmdir", "/tmp/on-root", "/mnt/on-tmpfs"),
    ("chmod", "/mnt/moded", "/tmp/moded"),
    ("file_rename", "/tmp/inside", "/tmp/linked"),
])
def test_rules_decide(filtered, kind, recorded, left_out):
    assert "root 2" in filtered.markers and "unshared" in filtered.markers, filtered.explain()
    assert paths(filtered, kind).count(recorded) == 1
    assert left_out not in paths(filtered, kind)


def test_a_type_alone_decides(filtered):
    assert filtered.of_type("fork", "link") == []
    assert filtered.of_type("exit") != []


def test_sync_and_batch_follow_the_configuration(filtered):
    assert {r.get("sync") for r in filtered.of_type("file_unlink")} == {True}
    assert {r.get("sync") for r in filtered.of_type("exec")} == {None}


def known_events(run):
    """What `rwctl events` said: (recorded, mode, fold_ms, limit) by event."""
    line = next(m for m in run.markers if m.startswith("rwctl events "))
    events = json.loads(line.removeprefix("rwctl events "))
    return {e["name"]: (e["recorded"], e["mode"], e["fold_ms"], e["limit"]) for e in events}


def test_rwctl_lists_what_the_rules_do(filtered, counted):
    events = known_events(filtered)
    assert events["fork"] == ("no", "batch", 0, 0)
    assert events["file_open"] == ("filtered", "either", 0, 0)
    assert events["exec"] == ("yes", "batch", 0, 0)
    assert events["file_unlink"] == ("filtered", "sync", 0, 0)
    assert events["cgroup"] == events["limited"] == ("always", "batch", 0, 0)
    events = known_events(counted)
    assert events["file_open"] == ("filtered", "either", 2000, 0)
    assert events["mkdir"] == ("yes", "batch", 0, 3)
    assert "violation" not in events  # not an event of the agent


def test_log_verifies(filtered, counted):
    for run in (filtered, counted):
        out = run.rwlog("verify")
        assert out.returncode == 0, out.stdout + out.stderr


def test_repeats_are_folded_and_counted(counted):
    shell = int(next(m for m in counted.markers if m.startswith("shell ")).split()[1])
    records = [r for r in counted.of_type("file_open") if r["path"] == "/opt/repeated" and r["pid"] == shell]
    assert len(records) < REPEATS / 4
    assert sum(1 + r.get("repeat", 0) for r in records) == REPEATS
    assert "repeat" not in records[0] and records == sorted(records, key=lambda r: r["time_ns"])


def test_what_exceeds_a_limit_is_counted(counted):
    made = [p for p in paths(counted, "mkdir") if p.startswith("/tmp/made-")]
    limited = [r for r in counted.of_type("limited") if r["limited_event"] == "mkdir"]
    assert 0 < len(made) < MADE and limited, counted.explain()
    assert len(made) + sum(r["count"] for r in limited) == MADE
    assert limited[-1]["total"] == sum(r["count"] for r in limited)
    assert all(r["span_ns"] > 0 for r in limited if r["count"] > 1)


def test_nobody_in_the_guest_changes_the_rules(counted):
    writes = [int(m.split()[2], 16) for m in counted.markers if m.startswith("hvwrite ")]
    reads = [m for m in counted.markers if m.startswith("hvread ")]
    refused = counted.of_type("violation")
    assert len(writes) == 5 and [int(r["gpa"], 16) for r in refused] == writes, counted.explain()
    assert {(r["target"], r["access"], r["verdict"]) for r in refused} == {("policy", "write", "skip")}
    assert len(reads) == 2 and reads[0] == reads[1] and MAGIC in reads[0]
    assert "/opt/secret" not in paths(counted, "file_open")


def test_without_a_file_the_built_in_rules_hold(cpu, boot):
    script = "cat /proc/version /usr/share/x >/dev/null; cat /root/secret; touch /usr/share/y"
    run = boot(cpu, script, files={"/usr/share/x": "x", "/root/secret": "x"}, monitor=None)
    assert "events: built-in rules" in run.console + run.hv
    opened = paths(run, "file_open")
    assert "/root/secret" in opened and "/usr/share/y" in opened
    assert not {"/proc/version", "/usr/share/x", "/dev/null"} & set(opened)


def test_a_wrong_file_stops_the_machine(cpu, boot):
    run = boot(cpu, "", monitor="include *\nexclude file_open pth=/proc\n", ends="stopped")
    assert "monitor.conf:2:19: pth is not uid, login_uid, access," in run.hv
    assert "stopped: monitor.conf: 1 error\n" in run.hv.replace("\r", "")
