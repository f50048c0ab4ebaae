# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The stock kernel of Linux 6.12: records of each type, attacks on its new table of LSM hooks, a clean kernel log.

All other tests boot Linux 6.1; these cover what depends on the version.
"""
import re

import pytest

import attack_script
import attacked as attacked_run
import machine
import machines
from attacked import SHELL, TARGETS
from rwrun_lib import qemu

LINUX = "6.12"
TABLE = "static_calls_table"
# These depend on the speed of the emulator at that moment.
TIMING = re.compile(r"calibrat|clock|timer|took too long|perf: interrupt|hpet: Lost", re.IGNORECASE)
# A path too long for a record, in the deepest folder that a shell can change to.
FOLDER, LEVELS, LEAF = "d" * 250, 16, "e" * 200
LONG = "/".join(["/tmp/deep", *[FOLDER] * LEVELS, LEAF])

# All on one CPU: the log may reorder records of two CPUs.
WORK = f"""
taskset -p 1 $$ >/dev/null
echo "RWTEST: release $(uname -r)"
insmod /root/rwattack.ko
: >/tmp/step.work
/opt/tiny
(exit 3)
echo hello >/tmp/first && mv /tmp/first /tmp/second && rm /tmp/second
mkdir /tmp/deep && cd /tmp/deep
n=0
while [ $n -lt {LEVELS} ]; do mkdir {FOLDER} && cd {FOLDER}; n=$((n + 1)); done
: >{LEAF}
cd /
timeout 1 kexecrace /tmp/never
"""
LOG = r"""
dmesg -r | sed -n 's/^<[0-4]>\[[^]]*\] /RWTEST: warning /p'
"""
ATTACKS = attack_script.WRITES + """
: >/tmp/step.after
/opt/after && echo "RWTEST: after: exec"
rm /opt/after
"""


def warnings(run):
    """The kernel's warnings, without module names: whichever module is loaded first taints the kernel."""
    lines = [m.removeprefix("warning ") for m in run.markers if m.startswith("warning ")]
    assert lines, run.explain()
    return {re.sub(r"^\w+: (loading out-of-tree|module verification)", r"module: \1", ln)
            for ln in lines if not TIMING.search(ln)}


def cpus(where):
    """How many CPUs to use: two where they cost little."""
    return 2 if where == machines.AMD else 1


@pytest.fixture(scope="module", name="files")
def fixture_files():
    """The files that the script needs in the guest."""
    return {**attacked_run.files(LINUX), "/opt/tiny": machine.BUILD / "tests/tiny",
            "/bin/kexecrace": machine.BUILD / "attacks/kexecrace"}


@pytest.fixture(scope="module", name="bare")
def fixture_bare(where, boot, files):
    """The same work without Ringward."""
    return boot(where, SHELL + WORK.replace("timeout 1 kexecrace", ":") + LOG, files=files, no_hv=True, smp=cpus(where),
                linux=LINUX)


@pytest.fixture(scope="module", name="guarded")
def fixture_guarded(where, boot, files):
    """Work, then attacks, with the agent and the lock; an attacked.Attacked."""
    run = boot(where, SHELL + WORK + LOG + ATTACKS, files=files, smp=cpus(where), linux=LINUX)
    return attacked_run.Attacked(run, {})


def test_guest_works_and_the_log_is_sound(guarded):
    assert guarded.status == 0 and guarded.markers[-1] == "script 0", guarded.explain()
    assert f"release {machine.kernel_release(LINUX)}" in guarded.markers
    for source in (guarded.store, guarded.hv_serial):
        out = guarded.rwlog("verify", source=source)
        assert out.returncode == 0, out.stdout + out.stderr


def test_agent_registers_and_locks(guarded):
    assert [r["type"] for r in guarded.of_type("agent", "lock", "drop")] == ["agent", "lock"]
    assert guarded.of_type("agent")[0]["release"] == machine.kernel_release(LINUX)


def test_records_of_each_type(guarded):
    assert [r["path"] for r in guarded.of_type("module_load")] == ["/root/rwattack.ko"]
    runs = [r for r in guarded.after("work", "exec") if r["path"] == "/opt/tiny"]
    assert len(runs) == 1
    assert len([r for r in guarded.of_type("fork") if r["child_pid"] == runs[0]["pid"]]) == 1
    assert len([r for r in guarded.of_type("exit") if r["pid"] == runs[0]["pid"]]) == 1
    assert "/tmp/first" in [r["path"] for r in guarded.after("work", "file_open")]
    renames = [(r["path"], r["new_path"]) for r in guarded.after("work", "file_rename")]
    assert renames == [("/tmp/first", "/tmp/second")]
    assert [r["path"] for r in guarded.after("work", "file_unlink")] == ["/tmp/second"]
    assert [r["verdict"] for r in guarded.after("work", "kexec")] == ["deny"]


def test_long_name_keeps_its_end(guarded):
    leaves = [r for r in guarded.after("work", "file_open") if r["path"].endswith(LEAF)]
    assert len(leaves) == 1 and leaves[0]["path_truncated"] is True
    assert LONG.endswith(leaves[0]["path"]) and len(leaves[0]["path"]) > 4000


def test_normal_work_violates_nothing(guarded):
    assert guarded.after("work", "violation") == []
    first = next(i for i, r in enumerate(guarded.records) if r["type"] == "violation")
    assert any(r.get("path") == attacked_run.STEP + TARGETS[0] for r in guarded.records[:first])


def test_kernel_warns_of_nothing_new(bare, guarded):
    assert bare.status == 0, bare.explain()
    assert warnings(guarded.run) - warnings(bare) == set()


@pytest.mark.parametrize("target", TARGETS)
def test_every_store_is_refused_and_recorded(guarded, target):
    answers = guarded.answers(target)
    assert answers and all(" unchanged flow=ok" in a for a in answers), answers
    records = guarded.after(target, "violation")
    assert len(records) == len(answers)
    wanted = {"lsm_hooks", "kernel_rodata"} if target == "lsm_hooks" else {target}
    assert {r["target"] for r in records} <= wanted
    if target == "lsm_hooks":
        assert {r["symbol"].split(".")[0] for r in records} == {TABLE}


def test_agent_cannot_be_unhooked(guarded):
    names = ("bprm_committed_creds", "file_open", "path_unlink")
    assert guarded.answers("unhook") == [f"unhook {name} unchanged" for name in names]
    records = guarded.after("unhook", "violation")
    assert [(r["target"], r["symbol"]) for r in records] == [("lsm_hooks", f"{TABLE}.{name}") for name in names]
    assert guarded.answers("after") == ["exec"]
    assert "/opt/after" in [r["path"] for r in guarded.after("after", "exec")]
    assert "/opt/after" in [r["path"] for r in guarded.after("after", "file_unlink")]


@pytest.mark.parametrize("accel,version,model", (
    ("tcg", "7.2.22", "EPYC,+svm,+npt,-cx16"),
    ("tcg", "10.0.13", "EPYC,+svm,+npt"), ("kvm", "7.2.22", "host")))
def test_cmpxchg16b_is_hidden_where_qemu_gets_it_wrong(accel, version, model):
    assert qemu.cpu_model(accel, version) == model
