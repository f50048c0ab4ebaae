# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Hypercalls that must be refused: before the lock, after it, from outside the agent, from ring 3, with no agent."""
import re

import pytest

import attack_script
import machine
import machines
from attacked import number

WHERE = machines.ALL
GUEST = machine.BUILD / "tests/guests/hypercall.efi"
EPERM = -1
ERRORS = {"EPERM": -1, "ENOSYS": -2, "EINVAL": -3, "EFAULT": -4, "ELOCKED": -5}
MIN_CHECKS = {"yes": 290, "no": 15}  # so that a guest that stops early is noticed


@pytest.mark.parametrize("nr", attack_script.OUTSIDE_CALLS)
def test_call_from_outside_the_agent_is_refused_and_recorded(cpu, attacked, nr):
    assert attacked.answers(f"outside.{nr}") == [f"hypercall {nr}: -1 EPERM"]
    records = attacked.after(f"outside.{nr}", "violation")
    assert len(records) == 1
    record = records[0]
    assert (record["target"], record["access"], record["verdict"]) == ("hypervisor", "hypercall", "deny")
    assert (record["hypercall"], record["cpl"], record["comm"]) == (nr, 0, "sh")
    start, end = attacked.module_text
    assert start <= number(record["rip"]) < end
    assert record["insn"] == ("vmcall" if cpu == "intel" else "vmmcall")


@pytest.mark.parametrize("name", attack_script.AGENT_CALLS)
def test_bad_call_of_the_agent_gets_its_documented_error(attacked, name):
    nr, _, _, error = attack_script.AGENT_CALLS[name]
    assert attacked.answers(f"agent.{name}") == [f"agentcall {nr}: {ERRORS[error]} {error}"]
    assert attacked.after(f"agent.{name}", "violation") == []


def test_agents_text_may_call(attacked):
    assert attacked.answers("agent.cpu_index") == ["agentcall 10: 0"]


def test_agents_text_cannot_unlock_either(attacked):
    assert attacked.answers("agent.kexec") == ["agentcall 11: -1 EPERM"]
    (record,) = attacked.after("agent.kexec", "violation")
    assert (record["access"], record["hypercall"], record["verdict"]) == ("hypercall", 11, "deny")
    assert attacked.of_type("unlock") == []


@pytest.mark.parametrize("place", attack_script.WATCHED)
def test_refused_calls_write_nothing(attacked, place):
    before = attacked.answers(f"before.{place}")
    assert len(before) == 8 and before == attacked.answers(f"behind.{place}")


@pytest.mark.parametrize("nr", (0, *attack_script.USER_CALLS))
def test_call_from_ring_3_is_refused(cpu, attacked, nr):
    refused, absent = f"{EPERM}", "SIGILL"
    wanted = (refused, absent) if cpu == "intel" else (absent, refused)
    assert attacked.answers(f"user.{nr}") == [f"vmcall {nr}: {wanted[0]}", f"vmmcall {nr}: {wanted[1]}"]
    assert attacked.after(f"user.{nr}", "violation") == []


def test_calls_from_ring_3_are_counted(attacked):
    before, behind = attacked.counters("stats.before"), attacked.counters("stats.behind")
    assert behind["refused_calls"] - before["refused_calls"] == len(attack_script.USER_CALLS)
    assert behind["violations"] == before["violations"]


@pytest.fixture(scope="module", params=("yes", "no"))
def guest(request, where, boot_efi):
    """(agent, Run) of the test guest that has no kernel and makes all calls from ring 0."""
    agent = request.param == "yes"
    # Without the agent it ends in a triple fault.
    return request.param, boot_efi(where, GUEST, agent=agent, ends="poweroff" if agent else "reset")


def test_guest_checks_every_call(guest):
    agent, run = guest
    lines = re.findall(r"^(PASS|FAIL) (.*?)\r?$", run.console, re.MULTILINE)
    assert [text for verdict, text in lines if verdict == "FAIL"] == [], run.explain()
    assert len(lines) >= MIN_CHECKS[agent] and "END" in run.console, run.explain()


def test_guest_ends_as_it_should(guest):
    agent, run = guest
    wanted = (0, "poweroff") if agent == "yes" else (1, "reset")
    assert (run.status, run.stats["end"]) == wanted, run.explain()
    assert agent == "yes" or "triple fault" in run.hv
    out = run.rwlog("verify")
    assert out.returncode == 0, out.stdout + out.stderr
    assert out.stdout.rstrip().endswith("poweroff" if agent == "yes" else "reset")


def test_guest_tried_the_hypervisors_memory(guest):
    _, run = guest
    line = re.search(r"^hypervisor at (\S+) to (\S+?)\r?$", run.console, re.MULTILINE)
    start, end = number(line.group(1)), number(line.group(2))
    store = number(re.search(r"store \d+ MiB at (0x[0-9a-f]+)", run.console).group(1))
    assert start < store < store + (16 << 20) < end
    found = {(r["access"], r["verdict"]) for r in run.of_type("violation")
             if r["target"] == "hypervisor" and start <= number(r["gpa"]) < end}
    assert found == {("read", "skip"), ("write", "skip"), ("exec", "fault")}


def test_guests_protected_page_is_named_in_the_log(guest):
    agent, run = guest
    if agent == "no":
        assert run.of_type("agent", "lock") == []
        return
    assert [r["release"] for r in run.of_type("agent")] == ["6.1-test"]
    assert [(r["ranges"], r["pages"]) for r in run.of_type("lock")] == [(4, 4)]
    execs = run.of_type("exec")
    assert [(r["path"], r["pid"]) for r in execs] == [("/efi/first", 7), ("/efi/back", 7), ("/efi/forth", 7)]
    # The guest has moved its TSC in between, which TCG ignores: the log's time has not stopped, nor jumped.
    times = [r["time_ns"] for r in execs]
    assert times == sorted(set(times)) and times[-1] - times[0] < 60e9
    assert not any(r.get("time_adjusted") for r in execs)
    targets = {r["target"] for r in run.of_type("violation") if r["access"] == "write"}
    assert targets == {"kernel_rodata", "lsm_hooks", "agent_text", "hypervisor", "policy"}
    calls = [r["hypercall"] for r in run.of_type("violation") if r["access"] == "hypercall"]
    assert calls == [*range(21), 11]  # all from outside; then the agent's own KEXEC
