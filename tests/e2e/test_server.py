# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""A server with a policy learnt from its own log: a normal day brings no refusal, what nobody did then is refused."""
import functools
import re
import subprocess

import pytest

import machine
from disks import boot_disk, make_disk

pytestmark = pytest.mark.soak

DAY = ("cron", "ssh", "logrotate", "apt", "timers", "journal", "services")
OTHER_DAY = ("services", "apt", "journal", "ssh", "timers", "logrotate", "cron")
LIMIT = 3000  # seconds of the guest's time
# The store holds a day with every event. A busy host makes the guest slow: its time runs on.
CONF = "serial = com2\nagent = yes\nstore_mib = 192\n"
APPEND = ("systemd.machine_id=52696e6777617264526e677761726401 systemd.default_timeout_start_sec=1800 "
          "systemd.service_watchdogs=0")
TROUBLE = re.compile(r"BUG|WARNING|Oops|Call Trace|lockup|rcu.*stall|general protection|segfault")
# The agent is a module of its own; the rest of a message about the emulator's clock.
OWN_WARNINGS = re.compile(r"taints kernel|^on the kernel command line")
# (user, what was asked, file) of what tests/disk/day's step "strange" does and no step before it.
STRANGE = {(0, "r", "/srv/report/salaries"), (0, "a", "/srv/report/salaries"),
           (1000, "r", "/srv/report/salaries"), (1000, "w", "/srv/report/open")}
TRIED = ("root reads salaries", "root changes salaries", "clerk reads salaries", "clerk changes open")


def rwpolicy(*arguments):
    """Runs rwpolicy."""
    return subprocess.run([machine.BUILD / "rwpolicy", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)


class Server:
    """An installed Debian with one of the kernels, and what it did on its days."""

    def __init__(self, kernel, folder):
        self.kernel = kernel
        self._folder = folder

    def _day(self, steps, **options):
        folder = self._folder("day-")
        disk = folder / "disk.img"
        agent = () if options.get("no_hv") else ("--agent",)
        make_disk(disk, self.kernel, *agent, "--day", machine.TOP / "tests/disk/day",
                  append=f"{APPEND} rwday={','.join(steps)}")
        done = boot_disk(folder, disk, smp=2, mem=1536, conf=CONF, limit=LIMIT, **options)
        disk.unlink()
        return done

    @functools.cached_property
    def bare(self):
        """A day without Ringward, and what nobody does on a normal day."""
        return self._day((*DAY, "strange"), no_hv=True)

    @functools.cached_property
    def recorded(self):
        """The same day recorded."""
        return self._day(DAY, monitor="include *\n")

    @functools.cached_property
    def policy(self):
        """The text of what `rwpolicy learn` makes of that day."""
        learnt = rwpolicy("learn", self.recorded.run.store)
        print(learnt.stderr)
        assert learnt.returncode == 0, learnt.stderr
        return learnt.stdout

    @functools.cached_property
    def guarded(self):
        """Two days under the policy, the second one in another order, and what nobody did on the first one."""
        assert self.policy.count("\nmode audit\n") == 1
        return self._day((*DAY, *OTHER_DAY, "strange"), policy=self.policy.replace("\nmode audit\n", "\n"))


@pytest.fixture(scope="module", params=("6.1", "6.12"))
def server(request, tmp_path_factory):
    """A Server."""
    return Server(request.param, tmp_path_factory.mktemp)


def said(day, word):
    """What the script says of the day: the rest of the lines that begin with a word."""
    return [m.removeprefix(f"day {word} ") for m in day.run.markers if m.startswith(f"day {word} ")]


def assert_worked(day, steps):
    """Each step succeeded, the system runs, and no unit has failed."""
    assert said(day, "status") == [f"{step} 0" for step in steps], day.run.explain()
    assert said(day, "failed") == ["units: "] or said(day, "failed") == ["units:"], day.run.explain()
    assert day.value("state") == "running" and day.failed == [], day.run.explain()


def trouble(day):
    """The kernel's complaints on the console, shutdown included, without their times."""
    return {re.sub(r"^\[ *[\d.]+\] ", "", ln) for ln in day.run.console.splitlines() if TROUBLE.search(ln)}


def refusals(day):
    """The refusals, but for the disk that stays mounted at shutdown: LIMITATIONS.md."""
    return [r for r in day.run.of_type("access") if (r["operation"], r.get("path")) != ("umount", "/boot/efi")]


def assert_no_false_alarm(day, bare):
    """No violation, no warning of the kernel that the bare machine has not, and the log is whole."""
    run = day.run
    assert run.of_type("violation", "remap", "agent_state") == []
    assert {ln for ln in day.warnings - bare.warnings if not OWN_WARNINGS.search(ln)} == set()
    assert trouble(day) - trouble(bare) == set()
    out = run.rwlog("verify")
    assert out.returncode == 0, out.stdout + out.stderr
    assert run.of_type("drop", "limited") == [] and run.stats["store"]["evicted"] == 0


def test_a_day_without_ringward(server):
    """What nobody does on a normal day is possible as well."""
    assert_worked(server.bare, (*DAY, "strange"))
    assert said(server.bare, "tried") == [*(f"{name}: done" for name in TRIED), "clerk reads notes: done"]


def test_a_recorded_day(server):
    assert_worked(server.recorded, DAY)
    assert_no_false_alarm(server.recorded, server.bare)


def test_the_learnt_policy_is_good(server, tmp_path):
    (tmp_path / "policy.conf").write_text(server.policy, encoding="utf-8")
    done = rwpolicy("check", tmp_path / "policy.conf")
    print(server.policy.count("\n"), "lines")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_a_normal_day_is_not_refused(server):
    assert_worked(server.guarded, (*DAY, *OTHER_DAY, "strange"))
    files = {file for _, _, file in STRANGE}
    assert [r for r in refusals(server.guarded) if r.get("path") not in files] == []


def test_what_nobody_did_is_refused(server):
    assert said(server.guarded, "tried")[-1] == "clerk reads notes: done"
    for name, text in zip(TRIED, said(server.guarded, "tried")):
        assert text.startswith(f"{name}: ") and text.endswith("Permission denied"), server.guarded.run.explain()
    lines = server.policy.replace("\nmode audit\n", "\n").splitlines()
    refused = refusals(server.guarded)
    assert {(r["fsuid"], r["asked"], r.get("path")) for r in refused} == STRANGE
    assert {(r["verdict"], lines[r["line"] - 1], r["rule"]) for r in refused} == {("deny", "-rwax / *", "-rwax / *")}


def test_a_guarded_day_has_no_false_alarm(server):
    assert_no_false_alarm(server.guarded, server.bare)
