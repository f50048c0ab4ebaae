# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Patches in bulk: a tracer is switched on and off, and no patch is lost, but they do not fill the log."""
import pytest

import events as events_run

SINGLES = 256  # PATCH_SINGLES of hv/protect/patch_burst.h
SCRIPT = """
mount -t tracefs tracefs /sys/kernel/tracing
cd /sys/kernel/tracing
echo 'vfs_*' >set_ftrace_filter
echo 'ip_*' >>set_ftrace_filter
echo 'tcp_*' >>set_ftrace_filter
echo 'security_file_*' >>set_ftrace_filter
echo "RWTEST: functions $(grep -vc '^#' set_ftrace_filter)"
echo "RWTEST: guarded $(grep -c '^security_' set_ftrace_filter)"
echo function >current_tracer
echo nop >current_tracer
sleep 1
/ringward/rwctl flush
"""


@pytest.fixture(scope="module")
def traced(where, linux, boot):
    """A guest in which some hundred functions were traced for a moment."""
    return boot(where, SCRIPT, files=events_run.files(linux), linux=linux)


def value_of(run, name):
    return next(int(m.split()[1]) for m in run.markers if m.split()[0] == name)


def test_many_patches_become_few_records(traced):
    singles = [r for r in traced.of_type("patch") if r["symbol"] and not r["symbol"].startswith("security_")]
    bursts = traced.of_type("patches")
    assert bursts, traced.explain()
    assert SINGLES <= len(singles) <= 4 * SINGLES
    assert len(bursts) <= 8


def test_no_patch_is_lost(traced):
    counted = traced.stats["patches"]
    recorded = sum(1 + r.get("repeat", 0) for r in traced.of_type("patch"))
    assert counted == recorded + sum(r["count"] for r in traced.of_type("patches"))
    # On and off, each call in three steps: INT3, the other bytes, the first byte.
    assert counted >= 6 * value_of(traced, "functions")


def test_patches_of_hook_callers_stay_single(traced):
    steps = [r for r in traced.of_type("patch") if r.get("symbol", "").startswith("security_file_")]
    assert len(steps) >= 6 * value_of(traced, "guarded")
    # A step that writes what is there already has no bytes to show.
    shown = [r for r in steps if "old_value" in r]
    assert len(shown) >= 4 * value_of(traced, "guarded")
    assert all(len(r["old_value"]) == len(r["new_value"]) > 0 for r in shown)


def test_areas_are_in_order(traced):
    for record in traced.of_type("patches"):
        areas = [(int(a["gpa"], 16), a["bytes"]) for a in record["areas"]]
        assert areas and all(size for _, size in areas)
        assert all(a + size < b for (a, size), (b, _) in zip(areas, areas[1:]))
        assert record["first_ns"] <= record["last_ns"] <= record["time_ns"]
        assert record["symbol"] and record["last_symbol"]


def test_log_is_whole(traced):
    for source in (traced.store, traced.hv_serial):
        out = traced.rwlog("verify", source=source)
        assert out.returncode == 0, out.stdout + out.stderr
    assert traced.of_type("violation", "drop") == []
