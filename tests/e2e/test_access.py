# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The access policy: tests/access/ tries all ways round it, as root; bare they succeed, with the policy they do not."""
import errno

import pytest

import events
import machine
import machines

WHERE = machines.ALL
POLICY = """
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
"""
LINES = [line for line in POLICY.splitlines() if line]
SCRIPT = "insmod /opt/overlay.ko; /opt/access"

SECRET, SHARED, FIXED, LOG, TOOL, NEW, DIR, KEY = (
    "-r /protect/secret *", "-rw /protect/shared *", "-w /protect/fixed *", "-w /protect/log *", "-x /protect/tool *",
    "-w /protect/new *", "-rw /protect/dir/ *", "-r /volume/key *")
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
    **dict.fromkeys(("append", "namespace_read", "read_while_renaming"), None),
}
# Any of the rules below the directory may be named.
ANY_LINE = ("read_directory_renamed", "write_mount_over_way")


def files(folder, linux):
    """The guest's files; folder: for those that need a mode of their own."""
    shared = folder / "shared"
    shared.write_text("shared", encoding="utf-8")
    shared.chmod(0o666)
    return {"/opt/access": machine.BUILD / "tests/access", "/etc/source": "source", "/protect/secret": "the secret",
            "/protect/shared": shared, "/protect/fixed": "fixed", "/protect/log": "log",
            "/protect/tool": machine.BUILD / "tests/tiny", "/protect/dir/inner/file": "file",
            "/opt/overlay.ko": machine.stock_module("fs/overlayfs/overlay", linux)}


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
    return start(where, policy=POLICY)


def test_all_ways_work_without_the_policy(bare, linux):
    expected = {name: 0 for name in (*CASES, "write_mount_over_way")}
    expected["append_noappend"] = 0 if linux == "6.12" else errno.EOPNOTSUPP
    assert bare.result == expected, bare.run.explain()


def test_each_way_is_refused(guarded):
    wrong = {name: result for name, result in guarded.result.items()
             if result not in ((0,) if CASES.get(name, "") is None else (errno.EACCES, errno.EOPNOTSUPP))}
    assert not wrong, guarded.run.explain()


def test_each_refusal_is_recorded_with_its_line(guarded):
    for name, line in CASES.items():
        found = [(r["line"], r["rule"], r["verdict"], r["sync"]) for r in guarded.refusals(name)]
        expected = [] if line is None else [(POLICY.splitlines().index(line) + 1, line, "deny", True)]
        if name in ANY_LINE:
            assert found and found[0][1] in LINES, (name, found)
        elif name == "write_rename_away":
            assert expected[0] in found, (name, found)
        else:
            assert found[:1] == expected, (name, found)


def test_a_record_says_what_was_asked(guarded):
    record, = guarded.refusals("read_symlink")
    assert (record["operation"], record["asked"], record["path"], record["result"], record["uid"]) == (
        "open", "r", "/protect/secret", -errno.EACCES, 0)
    record, = guarded.refusals("create_mkdir")
    assert (record["operation"], record["asked"], record["path"]) == ("mkdir", "w", "/protect/new")


def test_policy_in_audit_mode_records_and_allows(start):
    tried = start(machines.AMD, policy=POLICY.replace("\n", "mode audit\n", 1))
    assert {name: result for name, result in tried.result.items() if result} in ({}, {"append_noappend": errno.EOPNOTSUPP})
    assert {r["verdict"] for r in tried.run.of_type("access")} == {"allow"}
    assert tried.refusals("read_open")[0]["rule"] == SECRET


def test_without_a_policy_nothing_is_refused(events):
    assert not events.run.of_type("access")
