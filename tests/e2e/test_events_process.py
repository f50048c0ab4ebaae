# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Tasks: what they are, execute and become: tests/events/process.c, exec.c, ia32.c,
container.c, identity.c, trace.c."""
import signal

import pytest

import machines

WHERE = machines.ALL
UNSET = 0xffffffff
CLONE_THREAD, CLONE_VFORK, CLONE_NEWNS, CLONE_NEWIPC = 0x10000, 0x4000, 0x20000, 0x8000000
CLONE_NEWNET, CLONE_INTO_CGROUP = 0x40000000, 1 << 33
# Bits of exec_flags (RW_EXECF_*).
DELETED, MEMFD, NOSUID, OVERLAY, SETUID, SETGID, DESCRIPTOR, SECURE = 1, 2, 8, 0x10, 0x20, 0x40, 0x80, 0x100
NET_RAW = 13


def test_every_record_says_in_which_context(events):
    facts = events.facts("process_context")
    record = events.record("process_context", "exec")
    assert (record["loginuid"], record["session"]) == (1234, facts["session"])
    assert (record["pid_ns"], record["mnt_ns"]) == (facts["pid_ns"], facts["mnt_ns"])
    assert (record["uid"], record["euid"], record["fsuid"], record["cgroup"]) == (0, 0, 0, 1)
    assert not {"other_root", "ns_pid", "io_worker", "kernel_thread", "interrupt"} & set(record)
    assert record["cgroup_path"] == "/"
    before = events.records("process_setns")[0]
    assert (before["loginuid"], before["session"]) == (UNSET, UNSET)


def test_container(events):
    facts = events.facts("process_container")
    changes = events.records("process_container", "namespaces")
    assert len(changes) == 1
    change = changes[0]
    assert change["tgid"] == facts["pid"] and change["old_ns_mnt"] == facts["mnt_ns_before"]
    assert (change["new_ns_mnt"], change["new_ns_uts"], change["new_ns_user"]) == \
        (facts["mnt_ns"], facts["uts_ns"], facts["user_ns"])
    assert change["new_ns_net"] == change["old_ns_net"] and change["new_ns_pid"] == facts["pid_ns"]
    fork, = [r for r in events.records("process_container", "fork") if r["child_pid"] == facts["child"]]
    assert fork["child_ns_pid"] == 1
    record = events.record("process_container", "exec")
    assert (record["pid"], record["ns_pid"], record["ns_tgid"]) == (facts["child"], 1, 1)
    assert (record["pid_ns"], record["mnt_ns"]) == (facts["pid_ns"], facts["mnt_ns"])
    assert record["other_root"] is True


def test_namespaces_made_by_clone(events):
    facts = events.facts("process_clone_namespaces")
    fork, = [r for r in events.records("process_clone_namespaces", "fork") if r["child_pid"] == facts["child"]]
    assert fork["clone_flags"] & (CLONE_NEWNS | CLONE_NEWIPC) == CLONE_NEWNS | CLONE_NEWIPC
    assert (fork["new_ns_mnt"], fork["new_ns_ipc"]) == (facts["mnt_ns"], facts["ipc_ns"])
    assert events.records("process_clone_namespaces", "namespaces") == []


def test_namespaces_entered(events):
    facts = events.facts("process_setns")
    changes = [(r["old_ns_uts"], r["new_ns_uts"]) for r in events.records("process_setns", "namespaces")]
    assert changes == [(facts["first"], facts["second"]), (facts["second"], facts["first"])]


def test_chroot_shows_in_the_records_after_it(events):
    facts = events.facts("process_chroot")
    opened, = [r for r in events.records("process_chroot", "file_open") if r["path"] == "/tmp/in-jail"]
    assert opened["other_root"] is True
    assert (opened["root_dev"], opened["root_ino"]) == (facts["jail_dev"], facts["jail_ino"])
    last = events.records("process_chroot", "exit")[-1]
    assert last["root_ino"] == facts["jail_ino"]
    before = events.records("process_chroot", "mkdir")[0]
    assert "other_root" not in before and "root_ino" not in before


def test_cgroup_has_a_name(events):
    made, removed = events.records("process_cgroup", "cgroup")
    assert (made["step"], removed["step"]) == ("made", "removed")
    assert made["path"] == removed["path"] == "/job.service" and made["cgroup_id"] == removed["cgroup_id"]
    record = events.record("process_cgroup", "exec")
    assert (record["cgroup"], record["cgroup_path"]) == (made["cgroup_id"], "/job.service")
    assert record["unit"] == "job.service"
    shown = events.run.rwlog("show", "--cgroup", str(made["cgroup_id"]), "--type", "exec").stdout
    assert 'in "job.service"' in shown
    assert [r["path"] for r in events.run.of_type("cgroup") if r["step"] == "found"] == ["/"]


def test_exec_has_arguments_environment_and_place(events):
    record = events.record("process_arguments", "exec")
    assert record["arguments"] == ["tiny", "two words", "", "last"] and record["argc"] == 4
    assert "arguments_cut" not in record
    assert record["environment"] == ["LD_PRELOAD=/tmp/evil.so"]
    assert (record["path"], record["cwd"], record["exec_flags"]) == ("/opt/tiny", "/tmp", 0)
    assert "interpreter" not in record and "cred_uid" not in record and "caps_effective" not in record


def test_arguments_that_are_cut_are_counted(events):
    record = events.record("process_many_arguments", "exec")
    kept = record["arguments"]
    assert record["argc"] == 600 and 100 < len(kept) < 200
    assert kept[:-1] == [f"argument-{i}" for i in range(len(kept) - 1)]
    whole = len(kept) if kept[-1] == f"argument-{len(kept) - 1}" else len(kept) - 1
    assert record["arguments_cut"] == 600 - whole
    assert len(record["environment"]) == 1 and record["environment"][0].startswith("LD_LIBRARY_PATH=xxx")


def test_script_has_its_interpreter(events):
    record = events.record("process_script", "exec")
    assert (record["path"], record["interpreter"]) == ("/tmp/script", "/bin/busybox")
    assert record["arguments"] == ["/bin/sh", "-e", "/tmp/script", "x"]


def test_program_in_memory(events):
    facts = events.facts("process_memfd")
    record = events.record("process_memfd", "exec")
    assert record["exec_flags"] & (MEMFD | DESCRIPTOR | DELETED) == MEMFD | DESCRIPTOR
    assert record["ino"] == facts["program_ino"]


def test_deleted_program(events):
    facts = events.facts("process_deleted")
    record = events.record("process_deleted", "exec")
    assert record["exec_flags"] == DELETED | DESCRIPTOR
    assert (record["dev"], record["ino"]) == (facts["program_dev"], facts["program_ino"])


def test_setuid_program(events):
    record = events.record("process_setuid_program", "exec")
    assert record["exec_flags"] & (SETUID | SETGID | SECURE) == SETUID | SETGID | SECURE
    assert (record["uid"], record["euid"]) == (1000, 0)
    assert (record["old_cred_euid"], record["cred_euid"], record["cred_suid"]) == (1000, 0, 0)
    assert (record["old_cred_egid"], record["cred_egid"]) == (100, 0)
    assert int(record["old_caps_effective"], 16) == 0 and int(record["caps_effective"], 16) & 0xff == 0xff


def test_program_with_capabilities(events):
    events.facts("exec_capabilities")
    record = events.record("exec_capabilities", "exec")
    assert record["exec_flags"] & (SETUID | SETGID | SECURE) == SECURE and record["path"] == "/tmp/exec-caps/ping"
    assert (record["uid"], record["euid"]) == (1000, 1000) and "cred_uid" not in record
    assert int(record["old_caps_effective"], 16) == 0
    assert int(record["caps_effective"], 16) == int(record["caps_permitted"], 16) == 1 << NET_RAW


def test_terminal(events):
    number = events.facts("exec_terminal")["number"]
    assert events.record("exec_terminal", "exec")["tty"] == f"pts{number}"
    assert "tty" not in events.record("exec_capabilities", "exec")


def test_program_on_an_overlay(events):
    facts = events.facts("exec_overlay")
    record = events.record("exec_overlay", "exec")
    assert (record["path"], record["exec_flags"]) == ("/tmp/exec-merged/tiny", OVERLAY | NOSUID)
    assert (record["dev"], record["ino"]) == (facts["program_dev"], facts["program_ino"])
    assert "interpreter" not in record


def test_noexec_refuses_without_a_record(events):
    events.facts("exec_noexec")
    assert events.records("exec_noexec", "exec") == []


def test_format_of_binfmt_misc(events):
    facts = events.facts("exec_format")
    record = events.record("exec_format", "exec")
    assert (record["path"], record["interpreter"]) == ("/tmp/exec-format", "/opt/tiny")
    assert record["ino"] == facts["program_ino"] and record["arguments"] == ["/opt/tiny", "/tmp/exec-format"]
    setting = events.record("exec_format", "kernel_setting")
    assert (setting["path"], setting["value"]) == ("/tmp/exec-formats/register", ":rwtest:M::RWMAGIC::/opt/tiny:")


def test_exec_by_folder_and_by_link(events):
    events.facts("exec_at")
    found = [(r["path"], r["exec_flags"], r["arguments"]) for r in events.records("exec_at", "exec")]
    # The name says more than the descriptor: a file below a folder.
    assert found == [("/opt/tiny", DESCRIPTOR, ["at"]), ("/opt/tiny", 0, ["tiny"])]


def test_calls_by_the_32_bit_entry(events):
    facts, case = events.facts("ia32_calls"), "ia32_calls"
    opened, = [r for r in events.records(case, "file_open") if r["path"] == "/tmp/ia32-file"]
    assert (opened["created"], opened["mode"], opened["ino"]) == (True, 0o640, facts["file_ino"])
    made, renamed = events.record(case, "mkdir"), events.record(case, "file_rename")
    assert (made["path"], renamed["path"], renamed["new_path"]) == ("/tmp/ia32-dir", "/tmp/ia32-dir", "/tmp/ia32-new")
    connected = events.record(case, "connect")
    assert (connected["socket"], connected["address"]["path"]) == (facts["client"], "/tmp/ia32-socket")
    assert events.record(case, "exec")["arguments"] == ["tiny", "by int 0x80"]
    setuid = events.record(case, "setuid")
    assert (setuid["old_cred_uid"], setuid["cred_uid"], setuid["tgid"]) == (0, 1000, facts["target"])
    killed = events.record(case, "signal")
    assert (killed["signal"], killed["target_tgid"], killed["target_uid"]) == (signal.SIGKILL, facts["target"], 1000)
    named = events.record(case, "admin_call")
    assert (named["name"], named["value"]) == ("sethostname", "(none)")


def test_container_with_its_own_cgroup_and_log(events):
    facts, case = events.facts("container"), "container"
    fork, = [r for r in events.records(case, "fork") if r["child_pid"] == facts["child"]]
    assert fork["clone_flags"] & CLONE_INTO_CGROUP and fork["child_ns_pid"] == 1
    assert (fork["new_ns_pid"], fork["new_ns_mnt"], fork["new_ns_net"]) == (
        facts["pid_ns"], facts["mnt_ns"], facts["net_ns"])
    message, program = events.record(case, "syslog"), events.record(case, "exec")
    opened, = [r for r in events.records(case, "file_open") if r["path"] == "/dev/made"]
    assert (message["message"], message["delivery"]) == ("<13>from the container", "queued")
    assert (message["address"]["path"], message["input"]) == ("/dev/log", "syslog")
    assert (message["pid"], message["ns_pid"]) == (opened["pid"], opened["ns_pid"]) == (facts["child"], 1)
    assert program["pid"] != program["ns_pid"] == program["ns_tgid"] == 2
    for record in (message, opened, program):
        assert record["cgroup_path"] == "/box.scope" and record["unit"] == "box.scope", record
        assert (record["pid_ns"], record["mnt_ns"]) == (facts["pid_ns"], facts["mnt_ns"]), record
        assert record["other_root"] is True and record["uid"] == 100000, record
    bound, = events.records(case, "bind")
    assert (bound["net_ns"], bound["tgid"]) == (facts["net_ns"], facts["child"])


def test_container_entered_by_a_pidfd(events):
    facts, case = events.facts("container_entered"), "container_entered"
    change = events.record(case, "namespaces")
    assert (change["new_ns_mnt"], change["new_ns_net"]) == (facts["mnt_ns"], facts["net_ns"])
    assert change["tgid"] == facts["enters"] and change["old_ns_mnt"] != facts["mnt_ns"]
    fork, = [r for r in events.records(case, "fork") if r["child_pid"] == facts["child"]]
    wanted = CLONE_NEWNS | CLONE_NEWNET | CLONE_INTO_CGROUP
    assert fork["clone_flags"] & wanted == wanted


def test_failed_exec_leaves_nothing(events):
    record = events.record("process_failed_exec", "exec")
    assert (record["path"], record["arguments"]) == ("/opt/tiny", ["right"])


def test_exec_by_a_thread(events):
    facts = events.facts("process_thread_exec")
    record = events.record("process_thread_exec", "exec")
    assert (record["pid"], record["tgid"]) == (facts["child"], facts["child"])
    assert (record["path"], record["arguments"]) == ("/opt/tiny", ["of-thread"])


def test_kinds_of_children(events):
    case = "process_kinds_of_children"
    facts = events.facts(case)
    forks = {r["child"]: r for r in events.records(case, "fork")}
    assert set(forks) == {"process", "vfork", "thread"} and len(events.records(case, "fork")) == 3
    assert forks["process"]["child_tgid"] == facts["process"]
    assert forks["vfork"]["child_tgid"] == facts["vfork"] and forks["vfork"]["clone_flags"] & CLONE_VFORK
    assert forks["thread"]["child_tgid"] == facts["pid"] and forks["thread"]["thread"] is True
    assert forks["thread"]["clone_flags"] & CLONE_THREAD


def test_kernel_threads_are_told_apart(events):
    made = [r for r in events.run.of_type("fork") if r["child"] == "kernel_thread"]
    assert all(r["kernel_thread"] for r in made)


def test_ends(events):
    facts = events.facts("process_ends")
    ends = {r["tgid"]: r for r in events.records("process_ends", "exit")}
    exited, killed, dumped = (ends[facts[name]] for name in ("exited", "killed", "dumped"))
    assert exited["exit_status"] == 42 and "exit_signal" not in exited and exited["core_dumped"] is False
    assert killed["exit_signal"] == signal.SIGTERM and "exit_status" not in killed
    assert killed["core_dumped"] is False
    assert (dumped["exit_signal"], dumped["core_dumped"]) == (signal.SIGABRT, True)


def test_changes_of_ids(events):
    groups = events.record("identity_ids", "setgroups")
    assert groups["ids"] == [5, 6, 7] and groups["old_ids"] == []
    setgid = events.record("identity_ids", "setgid")
    assert [setgid[f"cred_{name}"] for name in ("gid", "egid", "sgid", "fsgid")] == [10, 11, 12, 11]
    assert setgid["old_cred_gid"] == 0 and "caps_effective" not in setgid
    setuid, setfsuid = events.records("identity_ids", "setuid")
    assert [setuid[f"cred_{name}"] for name in ("uid", "euid", "suid", "fsuid")] == [1000, 1001, 1002, 1001]
    assert (setuid["old_cred_uid"], setuid["old_cred_euid"]) == (0, 0)
    assert int(setuid["old_caps_effective"], 16) and int(setuid["caps_effective"], 16) == 0
    assert (setfsuid["old_cred_fsuid"], setfsuid["cred_fsuid"]) == (1001, 1000)
    assert all(r["sync"] for r in (groups, setgid, setuid))


def test_change_of_capabilities(events):
    record = events.record("identity_capset", "capset")
    assert int(record["caps_effective"], 16) == 1 << 13
    assert int(record["old_caps_effective"], 16) == int(record["caps_permitted"], 16) != 1 << 13


def test_prctl(events):
    seen = [(r["option"], r.get("argument"), r.get("name")) for r in events.records("identity_prctl", "prctl")]
    assert seen == [("set_name", None, "kworker/0:1"), ("set_dumpable", 0, None), ("set_keepcaps", 1, None),
                    ("capbset_drop", 25, None), ("set_no_new_privs", 1, None)]


@pytest.mark.parametrize("case, restricted", [("identity_seccomp_prctl", False), ("identity_seccomp_call", True)])
def test_seccomp(events, case, restricted):
    record = events.record(case, "seccomp")
    assert (record["seccomp_mode"], record["seccomp_filters"]) == (2, 1)
    assert record["no_new_privs"] is restricted


def test_credentials_that_no_system_call_changed(events):
    facts = events.facts("identity_attacked_kernel")
    changes = {r["tgid"]: r for r in events.run.of_type("cred_change")}
    # A call that announced the same credentials, and failed, is no excuse.
    assert set(changes) == {facts["overwritten"], facts["committed"], facts["announced"]}
    assert len(events.run.of_type("cred_change")) == 3
    for record in changes.values():
        assert (record["old_cred_uid"], record["old_cred_euid"]) == (1000, 1000)
        assert (record["cred_uid"], record["cred_euid"]) == (0, 0)
        assert int(record["old_caps_effective"], 16) == 0 and int(record["caps_effective"], 16)


def test_attach(events):
    facts = events.facts("trace_attach")
    record = events.record("trace_attach", "ptrace")
    assert (record["how"], record["target_tgid"], record["target_comm"]) == ("attach", facts["target"], "events")


def test_traceme(events):
    facts = events.facts("trace_traceme")
    record = events.record("trace_traceme", "ptrace")
    assert (record["how"], record["tgid"], record["target_tgid"]) == ("traceme", facts["child"], facts["pid"])


def test_memory_and_files_of_another_process(events):
    facts = events.facts("trace_memory")
    records = events.records("trace_memory", "ptrace")
    assert [r["how"] for r in records] == ["vm_read", "vm_write", "open", "get_fd"]
    assert {r["target_pid"] for r in records} == {facts["target"]}


@pytest.mark.parametrize("case", ["trace_signal_of_other_user", "trace_signal_by_pidfd"])
def test_signal_to_another_user(events, case):
    facts = events.facts(case)
    record = events.record(case, "signal")
    assert (record["signal"], record["target_tgid"]) == (signal.SIGKILL, facts["target"])
    assert (record["uid"], record["target_uid"]) == (0, 1000)


def test_signal_to_a_daemon(events):
    facts = events.facts("trace_signal_of_daemon")
    record = events.record("trace_signal_of_daemon", "signal")
    assert (record["signal"], record["target_pid"]) == (signal.SIGTERM, facts["target"])


def test_signal_to_a_child_is_no_event(events):
    assert events.records("trace_signal_of_child", "signal") == []


@pytest.mark.parametrize("case, path", [("trace_io_uring", "/tmp/by-worker"), ("trace_io_uring_polled", "/tmp/by-poll")])
def test_worker_names_its_process(events, case, path):
    facts = events.facts(case)
    opened, = [r for r in events.records(case, "file_open") if r["path"] == path]
    assert opened["io_worker"] is True and opened["tgid"] == facts["pid"] != opened["pid"]
    assert opened["comm"] == "events"
    fork, = [r for r in events.records(case, "fork") if r["child_pid"] == opened["pid"]]
    assert fork["child"] == "io_worker" and fork["thread"] is True
