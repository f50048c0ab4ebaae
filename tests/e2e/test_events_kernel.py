# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Modules, and what changes the kernel's settings: tests/events/kernel.c, admin.c. Failures of the kernel."""
import hashlib

import pytest

import events as events_run
import machine
import machines

WHERE = machines.ALL
LIVE = ("module_load", "module_live", "module_free")


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def loads(events, case):
    """The only module_load record of a case, and the types of its records about modules, in order."""
    return events.record(case, "module_load"), [r["type"] for r in events.records(case, *LIVE)]


def test_module_from_a_file(events, linux):
    record, kinds = loads(events, "kernel_module_file")
    facts, content = events.facts("kernel_module_file"), machine.kmod("rwevent", linux).read_bytes()
    assert kinds == list(LIVE)
    assert (record["path"], record["ino"]) == ("/opt/rwevent.ko", facts["module_ino"])
    assert (record["sha256"], record["size"]) == (sha256(content), len(content))
    assert (record["parameters"], record["module_flags"], record["sync"]) == ("fail=no", 0, True)
    live = events.record("kernel_module_file", "module_live")
    # An unsigned module, from outside the kernel's tree: bits 12 and 13.
    assert (live["name"], live["taints"]) == ("rwevent", 1 << 12 | 1 << 13)
    assert events.record("kernel_module_file", "module_free")["name"] == "rwevent"


def test_module_from_memory(events, linux):
    record, kinds = loads(events, "kernel_module_memory")
    content = machine.kmod("rwevent", linux).read_bytes()
    assert kinds == list(LIVE)
    assert (record["sha256"], record["size"]) == (sha256(content), len(content))
    assert not {"path", "ino", "parameters", "module_flags"} & set(record)


def test_compressed_module(events, linux):
    record, kinds = loads(events, "kernel_module_compressed")
    content = machine.kmod("rwevent", linux).read_bytes()
    assert (record["path"], record["module_flags"]) == ("/opt/rwevent.ko.xz", 4)
    assert (record["sha256"], record["size"]) == (sha256(content), len(content))
    assert events.facts("kernel_module_compressed")["result"] == (-1 if linux == "6.1" else 0)
    assert kinds == (["module_load"] if linux == "6.1" else list(LIVE))


def test_refused_module(events):
    record, kinds = loads(events, "kernel_module_refused")
    assert events.facts("kernel_module_refused")["result"] == -1
    assert kinds == ["module_load"]
    assert (record["sha256"], record["size"]) == (sha256(b"x" * 100), 100)


def test_module_whose_start_fails(events):
    record, kinds = loads(events, "kernel_module_fails")
    assert events.facts("kernel_module_fails")["result"] == -1
    assert kinds == list(LIVE) and record["parameters"] == "fail=load"


def test_module_request(events):
    names = [r["name"] for r in events.records("kernel_module_request", "module_request")]
    assert names == ["net-pf-5"]


def settings(events, case):
    return [(r["path"], r.get("value")) for r in events.records(case, "kernel_setting")]


def test_sysctls(events):
    kptr = "/proc/sys/kernel/kptr_restrict"
    assert settings(events, "kernel_sysctl") == [
        (kptr, "2"), ("/proc/sys/kernel/dmesg_restrict", "0"), (kptr, "1"), (kptr, None)]


def test_sysctl_by_another_mount(events):
    assert settings(events, "kernel_sysctl_elsewhere") == [("/tmp/proc/sys/fs/suid_dumpable", "0")]


def test_parameter_of_a_module(events):
    assert settings(events, "kernel_sysfs") == [("/sys/module/printk/parameters/time", "Y")]


def test_sysrq(events):
    assert settings(events, "kernel_sysrq") == [("/proc/sysrq-trigger", "h")]


def test_tracefs(events):
    assert settings(events, "kernel_tracefs") == [
        ("/tmp/tracing/set_ftrace_filter", None),
        ("/tmp/tracing/kprobe_events", "p:rwtest/one vfs_fsync"),
        ("/tmp/tracing/kprobe_events", "-:rwtest/one")]
    assert "use of tracefs" in {r["use"] for r in events.records("kernel_tracefs", "lockdown_use")}


def test_keyring(events):
    assert events.facts("kernel_keyring")["keyring"] > 0
    record = events.record("kernel_keyring", "keyring")
    assert (record["name"], record["key_permission"]) == (".secondary_trusted_keys", 3)


def test_clock(events):
    record = events.record("kernel_clock", "clock_set")
    assert record["clock_ns"] == events.facts("kernel_clock")["clock_ns"] and record["sync"] is True


def test_kernel_log(events):
    assert [r["syslog_action"] for r in events.records("kernel_log", "kernel_log")] == [8, 5]


def admin(events, case):
    """Name, number and text of each call of a case that changes the machine."""
    events.facts(case)
    records = events.records(case, "admin_call")
    assert all(r["sync"] for r in records)
    return [(r["name"], r.get("argument"), r.get("value")) for r in records]


def test_names_of_the_machine(events):
    old = events.facts("admin_names")["old"]
    assert admin(events, "admin_names") == [
        ("sethostname", None, "evil host"), ("sethostname", None, old),
        ("setdomainname", None, "evil.example"), ("setdomainname", None, "(none)")]


def test_swap(events):
    assert admin(events, "admin_swap") == [("swapon", 0x8003, "/opt/events"), ("swapoff", None, "/opt/none")]


def test_accounting(events):
    assert admin(events, "admin_accounting") == [("acct", None, "/tmp/none"), ("acct", None, None)]


def test_clock_is_adjusted(events):
    adj_tick, adj_setoffset_nano = 0x4000, 0x2100
    assert admin(events, "admin_clock") == [("adjtimex", adj_tick, None), *[("clock_adjtime", adj_setoffset_nano, None)] * 3]
    record = events.record("admin_clock", "clock_set")
    assert record["clock_ns"] // 10**9 == events.facts("admin_clock")["seconds"]


def test_reboot(events):
    assert admin(events, "admin_reboot") == [("reboot", 0, None)]
    end = events.run.of_type("admin_call")[-1]
    assert (end["name"], end["argument"], end["comm"]) == ("reboot", 0x4321fedc, "poweroff")


def test_refused_calls_change_nothing(events):
    assert admin(events, "admin_refused") == []


@pytest.fixture(scope="session")
def oops(where, linux, boot):
    """A guest in which a module's start fails badly, after which sysrq makes the kernel panic."""
    script = """
insmod /opt/rwevent.ko fail=oops
echo "RWTEST: after"
stty onlcr </dev/console
echo c >/proc/sysrq-trigger
"""
    return boot(where, script, files=events_run.files(linux), linux=linux, ends="reset")


def test_oops_is_recorded_and_flushed(oops):
    record = next(r for r in oops.of_type("oops") if r["comm"] == "insmod")
    assert "after" in oops.markers, oops.explain()
    assert record["symbol"].startswith("rwevent_init+0x") and record["symbol"].endswith("[rwevent]")
    assert (record["name"], int(record["gva"], 16), record["sync"]) == ("Oops", 8, True)
    assert record["error_code"] & 2


def test_panic_is_recorded_and_flushed(oops):
    panic, = oops.of_type("panic")
    assert panic["text"] == "sysrq triggered crash"
    assert panic["taints"] & 1 << 7  # the oops
    trigger, = [r for r in oops.of_type("kernel_setting") if r["path"] == "/proc/sysrq-trigger"]
    assert (trigger["value"], trigger["sync"]) == ("c", True)
    assert trigger["seq"] < panic["seq"]
    assert oops.rwlog("verify", source=oops.hv_serial).returncode == 0
