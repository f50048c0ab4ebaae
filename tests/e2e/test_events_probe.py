# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""BPF, perf events and probes: tests/events/probe.c."""
import machines

WHERE = machines.ALL
# Numbers of Linux: commands, types.
MAP_CREATE, PROG_LOAD, PROG_ATTACH, PROG_DETACH = 0, 5, 8, 9
ARRAY, SOCKET_FILTER, KPROBE, CGROUP_SKB = 2, 1, 2, 8
EGRESS = 1


def asked(events, case):
    """Command, type, name and program's id of each request."""
    return [(r["bpf_command"], r.get("bpf_type"), r.get("name"), r.get("bpf_id")) for r in events.records(case, "bpf")]


def test_map(events):
    assert asked(events, "bpf_map") == [(MAP_CREATE, ARRAY, "rw_map", None)]
    record = events.record("bpf_map", "bpf_map")
    assert (record["bpf_id"], record["bpf_type"], record["name"]) == (events.facts("bpf_map")["id"], ARRAY, "rw_map")


def test_program(events):
    facts = events.facts("bpf_prog")
    assert asked(events, "bpf_prog") == [(PROG_LOAD, SOCKET_FILTER, "rw_prog", None)]
    # Once when it is loaded, once when its descriptor is asked for by number.
    got = [(r["bpf_id"], r["bpf_type"], r["bpf_tag"], r["name"]) for r in events.records("bpf_prog", "bpf_prog")]
    assert got == [(facts["id"], SOCKET_FILTER, facts["tag"], "rw_prog")] * 2


def test_program_that_the_verifier_refuses(events):
    assert events.facts("bpf_refused")["result"] == -1
    assert asked(events, "bpf_refused") == [(PROG_LOAD, SOCKET_FILTER, "rw_bad", None)]
    assert events.records("bpf_refused", "bpf_prog") == []


def test_program_is_attached(events):
    number = events.facts("bpf_attach")["id"]
    assert asked(events, "bpf_attach") == [
        (PROG_LOAD, CGROUP_SKB, "rw_cgroup", None), (PROG_ATTACH, EGRESS, None, number),
        (PROG_DETACH, EGRESS, None, number)]


def test_counter(events):
    record = events.record("perf_counter", "perf_event")
    assert (record["perf_type"], record["perf_config"], record["name"]) == (1, 2, "software")
    assert record["perf_pid"] == events.facts("perf_counter")["pid"]


def test_kprobe(events):
    facts = events.facts("perf_kprobe")
    record = events.record("perf_kprobe", "perf_event")
    assert (record["perf_type"], record["name"], record["probe"]) == (facts["type"], "kprobe", "vfs_fsync")
    attached = events.record("perf_kprobe", "perf_bpf")
    assert (attached["bpf_id"], attached["name"]) == (facts["id"], "rw_kprobe")


def test_uprobe(events):
    record = events.record("perf_uprobe", "perf_event")
    assert (record["perf_type"], record["name"]) == (events.facts("perf_uprobe")["type"], "uprobe")
    assert record["probe"] == "/tmp/uprobe+0x40"
