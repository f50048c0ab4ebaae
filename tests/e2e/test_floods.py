# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Floods in a small store: they evict their own records only, and each record that they caused is there or counted."""
import collections
import re
from dataclasses import dataclass

import machine
import pytest

STORE_MIB = 2
RULES = """
include exec,module_load
include file_open uid=1000 path=/tmp/flood
include fork,exit,syslog uid=1000
exclude *
"""


@dataclass(frozen=True)
class Size:
    """How large the floods are, and which functions are traced."""

    opens: int
    messages: int
    forks: int
    functions: str
    patches: int  # at least
    append: str = ""


QUICK = Size(opens=10_000, messages=4_000, forks=3_000, functions="vfs_* ip_* tcp_* dev_* sock_* skb_*", patches=4_000)
# All 36,000 functions. TCG needs minutes for the patches: its watchdogs would complain of that.
FULL = Size(opens=100_000, messages=20_000, forks=10_000, functions="*", patches=200_000,
            append="nowatchdog rcupdate.rcu_cpu_stall_suppress=1")
SIZES = [("6.1", QUICK), pytest.param(("6.1", FULL), marks=pytest.mark.soak),
         pytest.param(("6.12", FULL), marks=pytest.mark.soak)]


def script(size):
    """The floods, between two attacks on the kernel's text."""
    return f"""
mount -t tracefs tracefs /sys/kernel/tracing
insmod /root/rwattack.ko
attack() {{ echo "write kernel_text 0 mov1" >/proc/rwattack; echo "RWTEST: attack $(head -n 1 /proc/rwattack)"; }}
attack
insmod /opt/rwevent.ko
/opt/before
/opt/flood open {size.opens} && echo "RWTEST: done open"
/opt/flood syslog {size.messages} && echo "RWTEST: done syslog"
/opt/flood fork {size.forks} && echo "RWTEST: done fork"
cd /sys/kernel/tracing
for pattern in {' '.join(f"'{f}'" for f in size.functions.split())}; do echo "$pattern" >>set_ftrace_filter; done
echo function >current_tracer
echo nop >current_tracer
echo "RWTEST: done patches"
attack
/opt/after
/ringward/rwctl flush
dmesg | grep -E "WARNING: CPU|BUG|Call Trace|lockup|stall" | sed 's/^/RWTEST: trouble /'
"""


@pytest.fixture(scope="module", params=SIZES, ids=lambda p: f"{p[0]}-{p[1].opens}")
def flooded(request, boot):
    """A guest that floods its log in four ways; run.size: how much."""
    linux, size = request.param
    tiny = machine.BUILD / "tests/tiny"
    files = {"/opt/flood": machine.BUILD / "tests/flood", "/opt/before": tiny, "/opt/after": tiny,
             "/root/rwattack.ko": machine.kmod("rwattack", linux), "/opt/rwevent.ko": machine.kmod("rwevent", linux)}
    run = boot("amd", script(size), smp=2, linux=linux, append=size.append, conf={"store_mib": STORE_MIB}, monitor=RULES,
               timeout=1500, files=files)
    run.size = size
    return run


def evicted(run, name):
    """How many records of a class the store has evicted."""
    return run.stats["store"]["classes"][name]["evicted"]


def test_guest_survives(flooded):
    assert [m for m in flooded.markers if m.startswith("done ")] == [
        f"done {kind}" for kind in ("open", "syslog", "fork", "patches")], flooded.explain()
    assert not [m for m in flooded.markers if m.startswith("trouble ")], flooded.explain()


def test_log_is_whole(flooded):
    for source in (flooded.store, flooded.hv_serial):
        out = flooded.rwlog("verify", source=source)
        assert out.returncode == 0, out.stdout + out.stderr


def test_what_matters_is_still_there(flooded):
    assert all(evicted(flooded, name) == 0 for name in ("guard", "exec", "code"))
    paths = [r["path"] for r in flooded.of_type("exec")]
    assert paths.count("/opt/before") == 1 and paths.count("/opt/after") == 1
    assert [r["path"] for r in flooded.of_type("module_load")] == ["/root/rwattack.ko", "/opt/rwevent.ko"]
    # The first and the last thing that happened.
    refused = [r["time_ns"] for r in flooded.of_type("violation")]
    begin, end = (r["time_ns"] for r in flooded.of_type("exec") if r["path"] in ("/opt/before", "/opt/after"))
    assert len(refused) == 2 * sum(t < begin for t in refused) == sum(t < end for t in refused) > 0


def test_alerts_are_not_crowded_out(flooded):
    alerts = re.findall(r"^ringward: ALERT write of kernel_text", flooded.hv, re.MULTILINE)
    assert len(alerts) == len(flooded.of_type("violation")) and "alerts were not printed" not in flooded.hv


def test_each_record_is_there_or_counted(flooded):
    """What was caused is what the store has, what it evicted, and what found no room in a ring, by class."""
    assert [c["lost"] for c in flooded.stats["cpus"]] == [0, 0], flooded.of_type("drop")
    there = collections.Counter(r["type"] for r in flooded.records)
    path = next(m.removeprefix("path ") for m in flooded.markers if m.startswith("path "))
    assert {r["path"] for r in flooded.of_type("file_open")} == {path}
    assert len(path) > 3800
    assert there["file_open"] + evicted(flooded, "file") == flooded.size.opens
    assert there["syslog"] + evicted(flooded, "syslog") == flooded.size.messages
    # The three processes that make the floods end, too.
    assert there["fork"] + there["exit"] + evicted(flooded, "task") == 2 * flooded.size.forks + 3


def test_evictions_are_reported_with_numbers_and_times(flooded):
    last = {}
    assert {r["reason"] for r in flooded.of_type("drop")} == {"evicted"}
    for drop in flooded.of_type("drop"):
        before = last.get(drop["class"])
        assert drop["from_seq"] <= drop["to_seq"] and drop["from_ns"] <= drop["to_ns"] < drop["time_ns"]
        assert drop["to_seq"] - drop["from_seq"] + 1 >= drop["count"] > 0
        if before:
            assert drop["total"] == before["total"] + drop["count"] and drop["from_seq"] > before["to_seq"]
        last[drop["class"]] = drop
    assert {"file", "syslog", "task"} <= set(last)
    for name, drop in last.items():
        if name != "loss":
            assert drop["total"] == evicted(flooded, name)


def test_what_is_there_is_younger_than_what_was_evicted(flooded):
    last = {r["class"]: r["to_seq"] for r in flooded.of_type("drop")}
    for name, types in (("file", ("file_open",)), ("syslog", ("syslog",)), ("task", ("fork", "exit"))):
        assert flooded.of_type(*types)[0]["seq"] > last[name]


def test_patches_are_counted(flooded):
    bursts = flooded.of_type("patches")
    assert flooded.stats["patches"] > flooded.size.patches and bursts
    single = sum(1 + r.get("repeat", 0) for r in flooded.of_type("patch"))
    if evicted(flooded, "patch") == 0:
        assert single + sum(r["count"] for r in bursts) == flooded.stats["patches"]
