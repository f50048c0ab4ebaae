# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The access policy: tests/access/ tries all ways round it, as root; bare they succeed, with the policy they do not."""
import errno
import functools
import hashlib
import struct
import subprocess
from pathlib import Path

import pytest

import events
import machine
import machines

WHERE = machines.ALL
SOAK_ON = {("amd-bochs", "6.12")}  # each of the two is tried without the other
TRUSTED = machine.BUILD / "tests/trusted"
TRUSTED_SCRIPT = f"#!{TRUSTED}\nread /protect/vault\n"
RULES = """
-r /protect/secret *
+rw /protect/shared 1000
-rw /protect/shared *
-w /protect/fixed *
+a /protect/log *
-w /protect/log *
-x /protect/tool *
-w /protect/new *
-rw /protect/dir/ *
-r /volume/key *
-r /way/in/secret *
isolate exe /protect/victim
level low 1
level middle 2
level high 3
subject uid 2001 level low
subject uid 2002 level middle
subject uid 2003 level high
subject exe /opt/as-low level low
subject exe /opt/as-high level high
object /levels/low/ level low
object /levels/high/ level high
object /levels/drop level high
"""
# Stock modules that cases need, by path below kernel/, with their parameters.
MODULES = {"fs/overlayfs/overlay": "", "fs/binfmt_misc": "", "arch/x86/kernel/msr": "", "drivers/block/loop": "",
           "drivers/block/brd": "rd_nr=1 rd_size=2048 max_part=4", "drivers/vfio/vfio": ""}
UNSIGNED = "fs/nls/nls_ascii"
SCRIPT = f"""
{'; '.join(f"insmod /opt/{name.rpartition('/')[2]}.ko {parameters}" for name, parameters in MODULES.items())}
cat /opt/disk >/dev/ram0
blockdev --rereadpt /dev/ram0
mkdir /disk && mount -t ext2 /dev/ram0p1 /disk
mkdir /lib64; ln -s {Path('/lib64/ld-linux-x86-64.so.2').resolve()} /lib64; ln -s {TRUSTED} /opt/trusted
/opt/access
/usr/sbin/rwctl -n 1 tail >/tmp/tail &
sleep 1; kill $!; wait $!; echo "RWTEST: rwctl $? $(grep -c . /tmp/tail)"
"""


@functools.cache
def trust_lines():
    """What `rwpolicy trust` writes: the trusted program and all that it loads."""
    return subprocess.run([machine.BUILD / "rwpolicy", "trust", TRUSTED], stdout=subprocess.PIPE, check=True,
                          text=True).stdout.splitlines()


def rwctl_line():
    """Trusts rwctl under the name that it has on a server; it loads nothing."""
    return f"trust exe /usr/sbin/rwctl sha256:{hashlib.sha256((machine.BUILD / 'rwctl').read_bytes()).hexdigest()}"


@functools.cache
def policy():
    """The whole policy."""
    return RULES + "\n".join((
        *trust_lines(), rwctl_line(), f"trust lib {TRUSTED} sha256:{hashlib.sha256(TRUSTED.read_bytes()).hexdigest()}",
        f"trust exe /protect/script sha256:{hashlib.sha256(TRUSTED_SCRIPT.encode()).hexdigest()}",
        "-w /protect/script *", "allow trusted trusted r /protect/vault", "allow trusted script r /protect/vault", ""))


def trust_line(name):
    """The line about a file by its name, as it stands in the policy."""
    return next(line for line in (*trust_lines(), rwctl_line()) if line.split()[2].endswith(name))


SECRET, SHARED, FIXED, LOG, TOOL, NEW, DIR, KEY, BROUGHT = (
    "-r /protect/secret *", "-rw /protect/shared *", "-w /protect/fixed *", "-w /protect/log *", "-x /protect/tool *",
    "-w /protect/new *", "-rw /protect/dir/ *", "-r /volume/key *", "-r /way/in/secret *")
# Case -> the deciding line; None: the policy allows it.
CASES = {
    **dict.fromkeys(("read_open", "read_relative", "read_dotdot", "read_symlink", "read_hard_link", "read_renamed",
                     "read_exchanged", "read_directory_renamed", "read_bind_mount", "read_file_bind_mount", "read_chroot",
                     "read_o_path", "read_by_handle", "read_overlay"), SECRET),
    **dict.fromkeys(("read_passed", "read_reopened", "read_mapped", "read_mapped_later", "read_mapped_none", "read_sendfile",
                     "read_splice", "read_copy_file_range", "read_io_uring", "read_pidfd_getfd", "write_passed",
                     "write_passed_truncate", "write_passed_fallocate", "write_mapped", "write_mapped_later",
                     "write_io_uring", "write_copy_file_range", "write_splice"), SHARED),
    **dict.fromkeys(("write_open", "write_open_append", "write_open_truncate", "write_truncate", "write_chmod",
                     "write_chown", "write_times", "write_time_now", "write_xattr", "write_unlink", "write_rename_away",
                     "write_rename_over", "write_mount_over", "write_mount_over_private"), FIXED),
    **dict.fromkeys(("append_log_overwrite", "append_log_truncate", "append_flag_cleared", "append_fallocate",
                     "append_io_uring"), LOG),
    **dict.fromkeys(("run_exec", "run_symlink", "run_script", "run_descriptor", "run_mapped", "run_mapped_later"), TOOL),
    **dict.fromkeys(("create_open", "create_mkdir", "create_mknod", "create_symlink", "create_link", "create_rename"), NEW),
    **dict.fromkeys(("read_covered_directory_renamed", "read_below", "read_mount_namespace", "list_below",
                     "create_below"), DIR),
    **dict.fromkeys(("volume_read", "volume_bind_elsewhere", "volume_umount", "volume_umount_part_bound",
                     "volume_umount_by_peer", "volume_mount_over_by_peer"), KEY),
    "create_brought": BROUGHT,
    **dict.fromkeys(("append", "namespace_read", "read_while_renaming", "blockdev_unused", "create_brought_nothing"), None),
}
# Case -> the deciding line that the policy has of itself.
OWN_LINES = {"results_export": "-w /var/lib/ringward/ *", "results_new": "-w /var/lib/ringward/ *",
             "results_program": "-w /usr/sbin/rwctl *", "results_configuration": "-w /boot/efi/EFI/ringward/ *"}
# Case -> the door that is shut.
DOORS = {name: name.partition("_")[0] for name in (
    "devmem", "devmem_other_node", "devmem_kcore", "devmem_debugfs", "ports_iopl", "ports_ioperm", "msr", "pci_config",
    "pci_memory", "pci_vfio", "kexec", "kexec_file", "hibernation", "modules_unsigned", "blockdev_partition", "blockdev_disk",
    "blockdev_opened_before", "blockdev_mapped", "blockdev_mapped_later", "blockdev_io_uring", "blockdev_loop", "blockdev_other_node",
    "bpf_write_user", "kprobes", "helpers_modprobe", "helpers_core_pattern", "helpers_poweroff", "helpers_other_proc",
    "helpers_binfmt", "helpers_cgroup")}
# What a case at a shut door ends with, if not EPERM; bare, if not 0.
SHUT = {"bpf_write_user": errno.EINVAL}
BARE = {"kexec_file": errno.ENOEXEC, "log_read": errno.ENOENT, "log_status": errno.ENOENT}
VICTIM, VAULT = "isolate exe /protect/victim", "allow trusted trusted r /protect/vault"
PROGRAM_CASES = {
    **dict.fromkeys((f"isolate_{name}" for name in (
        "attach", "seize", "traced_exec", "traceme", "vm_read", "vm_write", "getfd", "kcmp", "kill", "tgkill", "sigqueue",
        "pidfd_signal", "owner", "read_maps", "read_smaps", "read_smaps_rollup", "read_environ", "read_auxv", "read_pagemap",
        "read_stack", "read_syscall", "read_personality", "read_io", "write_oom_score_adj", "write_coredump_filter",
        "write_clear_refs", "read_mem", "write_mem", "link_exe", "link_cwd", "link_root", "link_fd", "link_namespace",
        "task_maps", "prlimit", "setpriority", "affinity", "scheduler", "ioprio", "move_pages", "perf", "perf_cpu",
        "seccomp_answer")), VICTIM),
    **dict.fromkeys((f"trust_{name}" for name in (
        "read_from_outside", "read_after_exec", "read_by_linker", "read_of_copy", "changed", "traced", "filtered",
        "script_by_link")), VAULT),
    **dict.fromkeys((f"trust_{name}" for name in (
        "preload_file", "load", "map", "map_data", "anonymous", "writable", "anonymous_later", "stack", "written",
        "own_memory", "attach", "memory")), "/trusted"),
    **dict.fromkeys(("trust_library_opened", "trust_library_truncated"), "/libc.so.6"), "log_read": "/rwctl", "log_status": None,
    **dict.fromkeys(("isolate_continue", "isolate_peer", "isolate_exists", "trust_read", "trust_read_in_child",
                     "trust_changed_back", "trust_library_replaced", "trust_script"), None),
}
IN_LOW, IN_HIGH, OF_DROP = "object /levels/low/ level low", "object /levels/high/ level high", "object /levels/drop level high"
AS_LOW, AS_HIGH = "subject exe /opt/as-low level low", "subject exe /opt/as-high level high"
UID_LOW, UID_MIDDLE, UID_HIGH = ("subject uid 2001 level low", "subject uid 2002 level middle", "subject uid 2003 level high")
# Case -> the line that gives the object its level, and what is refused; None: allowed.
LEVEL_CASES = {f"level_{name}": expected for names, expected in (
    ("read_up read_up_root read_up_middle list_up search_up", (IN_HIGH, "read up")),
    ("read_up_file stat_up watch_up", (OF_DROP, "read up")), ("write_up", (OF_DROP, "write up")),
    ("write_down write_down_root write_down_middle append_down create_down create_down_root truncate_down chmod_down unlink_down "
     "mkdir_down inherited_written inherited_written_mapped kept_by_setuid kept_by_exec", (IN_LOW, "write down")),
    ("create_up", (IN_HIGH, "read up")),
    ("rename_out link_out", (IN_HIGH, "another level there")),
    ("created written made_directory made_link pipe_up memfd memfd_mapped fifo_up shm_up msg_up mqueue_up socketpair "
     "socketpair_read unix_handed_over tcp_handed_over", (UID_HIGH, "read up")),
    ("created_middle", (UID_MIDDLE, "read up")),
    ("inherited inherited_mapped inherited_sendfile", (IN_HIGH, "read up")),
    ("pipe_down fifo_down shm_down msg_down sem_down mqueue_down datagram_down", (UID_LOW, "write down")),
    ("sem_up", (UID_HIGH, "write up")),
    ("written_root shm_root msg_stat_up vm_up getfd_up trace_up cmdline_up environ_up", (AS_HIGH, "read up")),
    ("msg_remove_down signal_down trace_down vm_down limit_down priority_down comm_down", (AS_LOW, "write down")),
    ("unix_down tcp_down tcp6_down", (UID_HIGH, "the ends have different levels")),
    ("unix_up tcp_up tcp6_up", (UID_LOW, "the ends have different levels")),
    ("unix_root tcp_root tcp6_root", (AS_HIGH, "the ends have different levels")),
    ("float float_sharing", (OF_DROP, "read up")),
    ("received_up getfd_same overlay_list_up", (IN_HIGH, "read up")),
    ("received_up_root received_up_mapped received_up_path received_up_path_stat overlay_read_up overlay_stat_up overlay_watch_up "
     "overlay_append_up overlay_passed overlay_passed_mapped", (OF_DROP, "read up")),
    ("received_down received_down_append received_down_mapped overlay_write_down overlay_unlink_down", (IN_LOW, "write down")),
    ("received_then_written received_then_written_mapped overlay_written overlay_written_upper overlay_created overlay_created_stat "
     "overlay_created_upper overlay_made_directory overlay_passed_before overlay_mapped overlay_mapped_upper", (UID_HIGH, "read up")),
    ("received_mapped_before", (UID_HIGH, "others have it mapped")),
    # The kernel reads the access control list of the layer's file first, as the process that asks.
    ("overlay_write_up overlay_chmod_up", (OF_DROP, "read up")), ("overlay_copied_up", (AS_HIGH, "read up")),
    ("sent_up_inotify sent_up_eventfd", (UID_LOW, "write down")), ("sent_up_root", (AS_LOW, "write down")),
    ("kept_eventfd kept_ring", (AS_HIGH, "a descriptor leads back")),
    ("kept_umask", (AS_HIGH, "descriptors or directories are shared")), ("kept_filter", (AS_HIGH, "under seccomp filters")),
    ("read_down read_down_middle read_own read_unlabelled write_own append_up list_down create_own created_low rename_plain "
     "pipe_read_down shm_read_down msg_send_up mqueue_send_up signal_up signal_same trace_same cmdline_down unix_same unix_unlabelled "
     "tcp_same tcp_unlabelled tcp6_same tcp6_unlabelled datagram_up received_down_read received_own sent_up_file sent_same kept_none "
     "overlay_read_down overlay_written_lower overlay_written_same", None),
) for name in names.split()}
# What has no effect, so that there is nothing to record.
WITHOUT_EFFECT = ("isolate_perf_before", "trust_preload", "trust_audit", "trust_library_path")
# Any of the rules below the directory may be named.
ANY_LINE = ("read_directory_renamed", "write_mount_over_way")


def unsigned(module):
    """A module's content without its signature: Documentation/admin-guide/module-signing.rst."""
    magic = b"~Module signature appended~\n"
    assert module.endswith(magic)
    rest = module[:-len(magic)]
    return rest[:-12 - int.from_bytes(rest[-4:], "big")]


def disk(folder):
    """A disk of 1 MiB with a partition from sector 64 on, which has an empty ext2."""
    image = folder / "disk"
    first, sectors = 64, 1984
    subprocess.run(["mke2fs", "-q", "-t", "ext2", "-E", f"offset={first * 512}", image, f"{sectors // 2}k"], check=True)
    content = bytearray(image.read_bytes().ljust(2048 * 512, b"\0"))
    content[446:462] = struct.pack("<B3xB3xII", 0, 0x83, first, sectors)
    content[510:512] = b"\x55\xaa"
    return bytes(content)


def files(folder, linux):
    """The guest's files; folder: for those that need a mode of their own."""
    shared = folder / "shared"
    shared.write_text("shared", encoding="utf-8")
    shared.chmod(0o666)
    return {"/opt/access": machine.BUILD / "tests/access", "/etc/source": "source", "/protect/secret": "the secret",
            "/protect/shared": shared, "/protect/fixed": "fixed", "/protect/log": "log",
            "/var/lib/ringward/export": "export", "/usr/sbin/rwctl": machine.BUILD / "rwctl", "/boot/efi/EFI/ringward/policy.conf": "policy",
            "/protect/tool": machine.BUILD / "tests/tiny", "/protect/dir/inner/file": "file",
            "/opt/disk": disk(folder), "/opt/unsigned.ko": unsigned(machine.stock_module(UNSIGNED, linux)), **programs(),
            **{f"/opt/{name.rpartition('/')[2]}.ko": machine.stock_module(name, linux) for name in MODULES}}


def programs():
    """The programs that the policy names, with the libraries of the trusted one."""
    return {"/opt/as-low": machine.BUILD / "tests/access", "/opt/as-high": machine.BUILD / "tests/access",
            "/protect/victim": machine.BUILD / "tests/access", "/protect/vault": "vault", "/protect/script": TRUSTED_SCRIPT,
            "/opt/intruder.so": machine.BUILD / "tests/intruder.so",
            **{line.split()[2]: Path(line.split()[2]) for line in trust_lines()}}


class Tried:
    """What a guest said about each case."""

    def __init__(self, run):
        self.run = run
        said = [m.split() for m in run.markers if m.startswith("access ")]
        assert said[-1:] == [["access", "done"]], run.explain()
        self.pid = {name: int(pid) for _, name, pid, _ in said[:-1]}
        self.result = {name: int(result) for _, name, _, result in said[:-1]}

    def refusals(self, name):
        """The records of refusals in a case."""
        return [r for r in self.run.of_type("access") if self.pid[name] in (r["tgid"], r["ppid"])]


@pytest.fixture(scope="session")
def start(boot, linux, tmp_path_factory):
    """Runs all cases in a guest: start(where, **options)."""
    def run(where, **options):
        return Tried(boot(where, SCRIPT, files=files(tmp_path_factory.mktemp("access"), linux), linux=linux, **options))
    return run


@pytest.fixture(scope="session")
def bare(start):
    """Without Ringward."""
    return start(machines.AMD, no_hv=True)


@pytest.fixture(scope="session")
def guarded(start, where):
    """With the policy."""
    return start(where, policy=policy(), conf={"kexec": "allow"})


def test_all_ways_work_without_the_policy(bare, linux):
    expected = {name: BARE.get(name, 0)
                for name in (*CASES, *OWN_LINES, *DOORS, *PROGRAM_CASES, *LEVEL_CASES, *WITHOUT_EFFECT, "write_mount_over_way")}
    expected["append_noappend"] = 0 if linux == "6.12" else errno.EOPNOTSUPP
    assert bare.result == expected, bare.run.explain()


def test_each_way_is_refused(guarded):
    refused = (errno.EACCES, errno.EPERM, errno.ETXTBSY, errno.EOPNOTSUPP)
    wrong = {name: result for name, result in guarded.result.items()
             if name not in DOORS and
             result not in ((0,) if {**CASES, **PROGRAM_CASES, **LEVEL_CASES}.get(name, "") is None else refused)}
    assert not wrong, guarded.run.explain()


@pytest.fixture(name="missing")
def missing_cases(where):
    """Cases at doors that the machine lacks, with their results: no PCI device of Bochs' has memory to map."""
    return {} if machines.find(where) == machines.AMD else {"pci_memory": errno.ENODEV}


def test_each_door_is_shut(guarded, missing):
    expected = {name: SHUT.get(name, errno.EPERM) for name in DOORS}
    assert {name: guarded.result[name] for name in DOORS} == {**expected, **missing}


def test_each_shut_door_is_recorded(guarded, missing):
    for name, door in DOORS.items():
        if name in missing:
            continue
        refused = guarded.refusals(name)
        assert refused and {(r["operation"], r["verdict"], r["sync"], r.get("line")) for r in refused} == {
            (f"door {door}", "deny", True, None)}, (name, refused)
    opened, = guarded.refusals("helpers_other_proc")
    assert (opened["asked"], opened["path"], opened["uid"]) == ("open for writing", "/tmp/proc/sys/kernel/modprobe", 0)


def test_each_refusal_is_recorded_with_its_line(guarded):
    for name, line in CASES.items():
        found = [(r["line"], r["rule"], r["verdict"], r["sync"]) for r in guarded.refusals(name)]
        expected = [] if line is None else [(policy().splitlines().index(line) + 1, line, "deny", True)]
        if name in ANY_LINE:
            assert found and found[0][1] in policy().splitlines(), (name, found)
        elif name == "write_rename_away":
            assert expected[0] in found, (name, found)
        else:
            assert found[:1] == expected, (name, found)


def test_own_files_are_protected(guarded):
    for name, line in OWN_LINES.items():
        assert [(r["rule"], r["verdict"], r.get("line")) for r in guarded.refusals(name)] == [(line, "deny", None)], name


def test_each_refusal_about_a_program_is_recorded_with_its_line(guarded):
    lines = policy().splitlines()
    for name, line in PROGRAM_CASES.items():
        line = trust_line(line) if line and line.startswith("/") else line
        found = [(r["line"], r["rule"]) for r in guarded.refusals(name) if r["verdict"] == "deny"]
        expected = [] if line is None else [(lines.index(line) + 1, line)]
        # The file of a program that is just ending is still refused to be opened for writing.
        assert expected == ([f for f in found if f in expected][:1] if name == "trust_changed" else found[:1]), (name, found)


def test_rwctl_alone_reads_the_log(guarded):
    (_, status, lines), = [m.split() for m in guarded.run.markers if m.startswith("rwctl ")]
    assert status == "0" and int(lines) >= 1
    record, = guarded.refusals("log_read")
    assert (record["operation"], record["path"], record["comm"], record["uid"]) == ("read the log", "/dev/ringward", "access", 0)


def test_each_refusal_about_a_level_is_recorded_with_its_line(guarded):
    lines = policy().splitlines()
    for name, expected in LEVEL_CASES.items():
        found = [(r["rule"], r["line"], r["asked"].partition(":")[0]) for r in guarded.refusals(name) if r["verdict"] == "deny"]
        if expected is None:
            assert not found, (name, found)
        else:
            assert found[:1] == [(expected[0], lines.index(expected[0]) + 1, expected[1])], (name, expected, found)


def test_a_record_about_a_level_says_both_levels(guarded):
    record, = guarded.refusals("level_read_up_file")
    assert (record["operation"], record["asked"], record["path"], record["uid"], record["result"]) == (
        "open", "read up: level 1, object 3", "/levels/drop", 2001, -errno.EACCES)
    record, = guarded.refusals("level_signal_down")
    assert (record["operation"], record["asked"], record["target_uid"]) == ("signal", "write down: level 3, object 1", 0)


def test_why_a_program_is_not_trusted_is_recorded(guarded):
    why = {"trust_changed": "other contents", "trust_traced": "traced", "trust_filtered": "under seccomp filters",
           "trust_script_by_link": "the script can be replaced"}
    for name, reason in why.items():
        assert f"trust: {reason}" in [r["operation"] for r in guarded.refusals(name) if r["verdict"] == "allow"], name
    changed = next(r for r in guarded.refusals("trust_changed") if r["verdict"] == "allow")
    assert changed["sha256"] == hashlib.sha256(TRUSTED.read_bytes() + b"x").hexdigest()


def test_a_refusal_about_a_program_says_which_process(guarded):
    record, = guarded.refusals("isolate_kill")
    assert (record["operation"], record["result"], record["uid"], record["target_comm"]) == (
        "signal", -errno.EACCES, 0, "victim")


def test_a_record_says_what_was_asked(guarded):
    record, = guarded.refusals("read_symlink")
    assert (record["operation"], record["asked"], record["path"], record["result"], record["uid"]) == (
        "open", "r", "/protect/secret", -errno.EACCES, 0)
    record, = guarded.refusals("create_mkdir")
    assert (record["operation"], record["asked"], record["path"]) == ("mkdir", "w", "/protect/new")


def test_policy_in_audit_mode_records_and_allows(start):
    tried = start(machines.AMD, policy=policy().replace("\n", "mode audit\nlevels highwater\n", 1) + "door kprobes open\ndoor msr shut\n",
                  conf={"kexec": "allow"})
    failed = {name: result for name, result in tried.result.items() if result}
    allowed = {"kexec_file": BARE["kexec_file"], "hibernation": errno.EPERM}  # the agent refuses it whatever the policy says
    assert failed in (allowed, {**allowed, "append_noappend": errno.EOPNOTSUPP})
    assert {r["verdict"] for r in tried.run.of_type("access")} == {"allow"}
    assert tried.refusals("read_open")[0]["rule"] == SECRET
    assert tried.refusals("ports_iopl") and not tried.refusals("kprobes")
    assert tried.refusals("msr")[0]["rule"] == "door msr shut"
    # Who reads up gets the level, and writes down then; who shares memory does not get it.
    assert [(r["rule"], r["asked"]) for r in tried.refusals("level_float")] == [(IN_LOW, "write down: level 3, object 1")]
    assert [(r["rule"], r["asked"]) for r in tried.refusals("level_float_sharing")] == [(OF_DROP, "read up: level 1, object 3")]


def test_without_a_policy_nothing_is_refused(events):
    assert not events.run.of_type("access")
