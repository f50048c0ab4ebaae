# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Files opened, read, written, closed, named and changed: tests/events/file*.c."""
import os

import pytest

import machines

WHERE = machines.ALL
FILE_TYPES = ("file_open", "file_read", "file_write", "file_close", "file_unlink", "file_rename", "mkdir", "rmdir", "link",
              "chmod", "symlink", "mknod", "chown", "truncate", "utimes", "xattr_set", "xattr_remove", "mount",
              "move_mount", "umount", "pivot_root", "chroot", "port_access", "mmap_exec", "mprotect_exec")


def of(events, case, path, *types):
    """The records of a case about a path."""
    return [r for r in events.records(case, *(types or FILE_TYPES)) if r.get("path") == path]


def one(events, case, path, kind):
    """The only one."""
    found = of(events, case, path, kind)
    assert len(found) == 1, (path, kind, found)
    return found[0]


def identity(facts, name):
    """Device and inode number that the case got from fstat(2)."""
    return facts[f"{name}_dev"], facts[f"{name}_ino"]


def same(record, facts, name):
    """Whether a record is about the file."""
    return (record["dev"], record["ino"]) == identity(facts, name)


def totals(events, case, path):
    """The bytes read and written of each closed file with this path."""
    return [(r["bytes_read"], r["bytes_written"]) for r in of(events, case, path, "file_close")]


def no_facts(record):
    """Whether the path is a path like any other."""
    return not {"deleted", "file_kind", "outside_root", "in_file_system"} & set(record)


def test_open_says_who_made_the_file(events):
    facts = events.facts("file_made")
    made, again = of(events, "file_made", "/tmp/file-made", "file_open")
    assert (made["created"], made["mode"], made["flags"] & 0o7777) == (True, 0o640, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    assert "created" not in again and "mode" not in again and again["flags"] & os.O_APPEND
    for record in (made, again):
        assert same(record, facts, "file") and no_facts(record) and record["tgid"] == facts["pid"]


def test_written_file_is_summarised(events):
    facts = events.facts("file_made")
    kinds = [r["type"] for r in of(events, "file_made", "/tmp/file-made")]
    assert kinds == ["file_open", "file_write", "file_close", "file_open"]
    close = one(events, "file_made", "/tmp/file-made", "file_close")
    assert (close["bytes_read"], close["bytes_written"], close["user_pid"]) == (0, 12, facts["pid"])
    assert same(close, facts, "file") and "first_read_before_ns" not in close and "uncounted" not in close
    write = one(events, "file_made", "/tmp/file-made", "file_write")
    assert abs(close["time_ns"] - write["time_ns"] - close["first_write_before_ns"]) < 1_000_000


def test_file_without_a_name(events):
    facts = events.facts("file_tmpfile")
    path = f"/tmp/#{facts['file_ino']}"
    record = one(events, "file_tmpfile", path, "file_open")
    assert (record["created"], record["mode"], record["deleted"]) == (True, 0o604, True)
    assert same(record, facts, "file") and record["flags"] & os.O_TMPFILE == os.O_TMPFILE
    link = one(events, "file_tmpfile", path, "link")
    assert (link["new_path"], link["deleted"], link["ino"]) == ("/tmp/file-linked", True, facts["file_ino"])


def test_deleted_file_differs_from_one_that_is_named_so(events):
    facts = events.facts("file_deleted")
    made, again = of(events, "file_deleted", "/tmp/file-x", "file_open")
    assert same(made, facts, "gone") and "deleted" not in made
    assert same(again, facts, "gone") and again["deleted"] is True
    assert one(events, "file_deleted", "/tmp/file-x", "chmod")["deleted"] is True
    twins = of(events, "file_deleted", "/tmp/file-x (deleted)", "file_open")
    assert len(twins) == 2 and all(same(r, facts, "twin") and no_facts(r) for r in twins)


def test_memfd(events):
    facts = events.facts("file_memfd")
    record = one(events, "file_memfd", "a secret", "file_open")
    assert record["file_kind"] == "memfd" and same(record, facts, "file") and "deleted" not in record
    assert sorted(totals(events, "file_memfd", "a secret")) == [(0, 100), (100, 0)]


def test_pipe(events):
    facts = events.facts("file_pipe")
    record = one(events, "file_pipe", "", "file_open")
    assert record["file_kind"] == "pipe" and same(record, facts, "pipe")


def test_chroot_and_what_lies_outside(events):
    facts = events.facts("file_chroot")
    assert one(events, "file_chroot", "/tmp/file-root", "chroot")["sync"] is True
    inside = one(events, "file_chroot", "/inside", "file_open")
    assert same(inside, facts, "inside") and inside["other_root"] is True and no_facts(inside)
    outside = one(events, "file_chroot", "/tmp/file-outside", "chmod")
    assert outside["outside_root"] is True


def test_open_by_handle(events):
    facts = events.facts("file_handle")
    made, opened = of(events, "file_handle", "/tmp/file-handles/one", "file_open")
    assert same(made, facts, "file") and same(opened, facts, "file")
    assert (3, 0) in totals(events, "file_handle", "/tmp/file-handles/one")


def test_overlay_open_is_one_record_with_the_numbers_of_stat(events):
    facts = events.facts("file_overlay")
    for path, name in ("read", "read"), ("copied", "copied"):
        record = one(events, "file_overlay", f"/tmp/file-merged/{path}", "file_open")
        assert same(record, facts, name), (record, facts)
    assert same(one(events, "file_overlay", "/tmp/file-merged", "file_open"), facts, "folder")
    opened = [r["path"] for r in events.records("file_overlay", "file_open")]
    assert [p for p in opened if not p.startswith("/tmp/file-") and p != "/opt/overlay.ko"] == []
    assert totals(events, "file_overlay", "/tmp/file-merged/read") == [(70, 0)]
    assert totals(events, "file_overlay", "/tmp/file-merged/copied") == [(0, 9)]


def test_overlay_operations_are_recorded_once(events):
    found = [(r["type"], r["path"]) for r in events.records("file_overlay", *FILE_TYPES)]
    kinds = [f for f in found if f[0] not in ("file_open", "file_read", "file_write", "file_close")]
    merged, layers = "/tmp/file-merged/", "/tmp/file-layers/"
    assert kinds == [("mkdir", "/tmp/file-layers"), ("mount", "/tmp/file-layers")] + [
        ("mkdir", layers + "lower"), ("mkdir", layers + "upper"), ("mkdir", layers + "work"),
        ("mkdir", "/tmp/file-merged"), ("mount", "/tmp/file-merged"), ("chmod", merged + "copied"),
        ("truncate", merged + "copied"), ("utimes", merged + "copied"), ("file_rename", merged + "copied"),
        ("file_unlink", merged + "renamed"), ("mkdir", merged + "new")]


def test_devices(events):
    events.facts("file_devices")
    disk = one(events, "file_devices", "/tmp/file-disk", "file_open")
    assert (disk["rdev"], disk["sync"]) == (os.makedev(7, 3), True)
    memory = one(events, "file_devices", "/tmp/file-memory", "file_open")
    assert (memory["rdev"], memory["sync"]) == (os.makedev(1, 1), True)
    assert [r["type"] for r in of(events, "file_devices", "/tmp/file-null")] == ["mknod", "file_open"]


@pytest.mark.parametrize("case, path, read, written", [
    ("bytes_read", "read", 1000, 0), ("bytes_turns", "from", 50, 0), ("bytes_turns", "to", 5, 100),
    ("bytes_sendfile", "sent", 4000, 0), ("bytes_sendfile", "received", 0, 4000),
    ("bytes_copy_range", "range", 3000, 0), ("bytes_copy_range", "copy", 0, 3000),
    ("bytes_splice", "splice", 3000, 0), ("bytes_splice", "spliced", 0, 2000), ("bytes_splice", "unspliced", 0, 3),
    ("bytes_inherited", "inherited", 250, 0), ("bytes_threads", "threads", 300, 0),
    ("bytes_passed", "passed", 123, 45), ("bytes_tee", "teed", 0, 1600)])
def test_bytes(events, case, path, read, written):
    events.facts(case)
    path = f"/tmp/bytes-{path}"
    closes = of(events, case, path, "file_close")
    assert all("uncounted" not in r for r in closes)
    assert totals(events, case, path)[-1] == (read, written)
    assert len(of(events, case, path, "file_read")) == (read > 0)


def test_bytes_of_a_passed_file_name_the_reader(events):
    facts = events.facts("bytes_passed")
    close = of(events, "bytes_passed", "/tmp/bytes-passed", "file_close")[-1]
    assert close["tgid"] == close["user_pid"] == facts["child"] and close["mapped"] == 1


def test_mapped_file_is_closed_with_its_mapping(events):
    events.facts("bytes_mapped")
    close = of(events, "bytes_mapped", "/tmp/bytes-mapped", "file_close")[-1]
    assert (close["mapped"], close["bytes_read"], close["bytes_written"]) == (3, 0, 0)


def test_aio_is_marked_as_uncounted(events):
    events.facts("bytes_aio")
    close = of(events, "bytes_aio", "/tmp/bytes-aio", "file_close")[-1]
    assert close["uncounted"] is True and "first_read_before_ns" in close


def test_io_uring(events):
    facts = events.facts("file_uring")
    record = one(events, "file_uring", "/tmp/file-uring", "file_open")
    assert (record["created"], record["mode"]) == (True, 0o600) and same(record, facts, "file")
    assert totals(events, "file_uring", "/tmp/file-uring") == [(450, 1000)]
    assert one(events, "file_uring", "/tmp/file-uring", "file_rename")["new_path"] == "/tmp/file-renamed"


@pytest.mark.parametrize("case, folder, worker", [
    ("uring_names", "/tmp/uring-names", False), ("uring_names_polled", "/tmp/uring-polled", True)])
def test_names_made_by_io_uring(events, case, folder, worker):
    facts = events.facts(case)
    assert [(r["type"], r["path"], r.get("new_path")) for r in events.records(
        case, "mkdir", "link", "file_unlink", "symlink", "file_rename")] == [
            ("mkdir", folder, None), ("link", f"{folder}/one", f"{folder}/two"), ("file_unlink", f"{folder}/one", None),
            ("symlink", f"{folder}/one", None)]
    assert one(events, case, folder, "mkdir")["mode"] == 0o700
    assert same(one(events, case, f"{folder}/one", "file_unlink"), facts, "file")
    assert totals(events, case, f"{folder}/one") == [(20, 60)]
    for record in events.records(case, "link", "file_write", "file_read"):
        if record["path"].startswith(folder):
            assert record["tgid"] == facts["pid"], record
            assert not worker or record["io_worker"] is True, record


def test_names(events):
    events.facts("names_made")
    assert [(r["type"], r["path"], r.get("mode")) for r in events.records("names_made", *FILE_TYPES)] == [
        ("mkdir", "/tmp/names", 0o750), ("mknod", "/tmp/names/fifo", 0o10640),
        ("mknod", "/tmp/names/plain", 0o100640), ("mknod", "/tmp/names/device", 0o20640),
        ("symlink", "/tmp/names/symlink", None), ("link", "/tmp/names/plain", None),
        ("file_unlink", "/tmp/names/fifo", None), ("mkdir", "/tmp/names/dir", 0o750), ("rmdir", "/tmp/names/dir", None)]
    assert one(events, "names_made", "/tmp/names/device", "mknod")["rdev"] == os.makedev(200, 70000)
    assert one(events, "names_made", "/tmp/names/symlink", "symlink")["link_text"] == "any text"


def test_exchange_names_both_files(events):
    facts = events.facts("names_exchanged")
    exchange, over, last = events.records("names_exchanged", "file_rename")
    assert (exchange["path"], exchange["new_path"], exchange["flags"]) == ("/tmp/names-one", "/tmp/names-two", 2)
    assert same(exchange, facts, "one") and (exchange["new_dev"], exchange["new_ino"]) == identity(facts, "two")
    assert same(over, facts, "two") and (over["new_dev"], over["new_ino"]) == identity(facts, "one")
    assert (last["flags"], "new_ino" in last) == (1, False)


def test_attributes(events):
    facts = events.facts("attributes")
    found = [r for r in events.records("attributes", *FILE_TYPES) if not r["type"].startswith("file_")]
    assert all(r["path"] == "/tmp/attributes" and same(r, facts, "file") and no_facts(r) for r in found)
    names = ("mode", "owner", "owner_group", "length", "atime_ns", "mtime_ns")
    assert [(r["type"], {n: r[n] for n in names if n in r}) for r in found] == [
        ("chmod", {"mode": 0o600}), ("chmod", {"mode": 0o4711}), ("chown", {"owner": 12}),
        ("chown", {"owner_group": 34}), ("truncate", {"length": 70}), ("truncate", {"length": 60}),
        ("utimes", {"atime_ns": 1000000000 * 10**9 + 5}), ("utimes", {})]


def test_extended_attributes(events):
    facts = events.facts("xattrs")
    found = events.records("xattrs", "xattr_set", "xattr_remove")
    assert all(same(r, facts, "file") for r in found)
    assert [(r["type"], r["xattr"]) for r in found] == [
        ("xattr_set", "trusted.one"), ("xattr_remove", "trusted.one"),
        ("xattr_set", "system.posix_acl_access"), ("xattr_remove", "system.posix_acl_access")]
    assert (found[0]["xattr_value"], found[0]["xattr_bytes"]) == (b"value".hex(), 5)
    assert all(r["path"] == "/tmp/xattrs/file" and no_facts(r) for r in found)


def test_mounts(events):
    events.facts("mounts")
    names = ("path", "fs_source", "fs_type", "mount_flags")
    found = [tuple(r.get(n) for n in names) for r in events.records("mounts", "mount", "umount")]
    assert found == [
        ("/tmp/mounts/a", "a name", "tmpfs", 2), ("/tmp/mounts/b", "/tmp/mounts/a", None, 0x1000),
        ("/tmp/mounts/a", None, None, 0x21), ("/tmp/mounts/b", None, "tmpfs", 2), ("/tmp/mounts/a", None, "tmpfs", 0)]
    assert all(r["sync"] for r in events.records("mounts", "mount", "umount"))


def test_new_mount_calls(events):
    events.facts("mounts_new")
    found = events.records("mounts_new", "mount", "move_mount", "umount")
    assert [(r["type"], r["fs_type"]) for r in found] == [
        ("mount", "tmpfs"), ("move_mount", "tmpfs"), ("mount", "tmpfs"), ("umount", "tmpfs")]
    assert (found[0]["mount_flags"], found[1]["new_path"], found[2]["mount_flags"]) == (0, "/tmp/mounts-new", 0x20)


def test_roots(events):
    events.facts("roots")
    assert one(events, "roots", "/tmp/roots", "chroot")
    assert one(events, "roots", "/a", "pivot_root")["new_path"] == "/a/old"


def test_executable_memory(events):
    facts = events.facts("memory")
    maps = events.records("memory", "mmap_exec")
    assert [(r.get("path"), r["prot"]) for r in maps] == [(None, 7), ("/tmp/memory", 5)]
    assert same(maps[1], facts, "file")
    changes = events.records("memory", "mprotect_exec")
    assert [(r.get("path"), r["old_prot"], r["prot"]) for r in changes] == [(None, 3, 5), ("/tmp/memory", 1, 7)]
    assert [int(r["map_address"], 0) for r in changes] == [facts["at"], facts["file_at"]]
    assert all(r["map_length"] == 4096 for r in changes)


def test_ports(events):
    events.facts("ports")
    found = [(r["first_port"], r["ports"], r["sync"]) for r in events.records("ports", "port_access")]
    assert found == [(0x378, 3, True), (0, 65536, True)]


def opened(events, case):
    """The files that the case made, in the log's order."""
    return [r for r in events.records(case, "file_open") if r.get("created")]


def test_paths_are_those_of_the_moment(events):
    """A parent is renamed, mounted over, moved, made a root between two opens."""
    facts, found = events.facts("fresh_paths"), opened(events, "fresh_paths")
    moved = "/tmp/fresh-moved/b"
    assert [r["path"] for r in found] == ["/tmp/fresh/a/1", "/tmp/fresh/b/2", f"{moved}/3", f"{moved}/4",
                                          "/tmp/fresh-mount/5", f"{moved}/6", f"{moved}/7", "/b/8"]
    assert [r["mnt_ns"] for r in found] == [facts["before_ns"]] * 6 + [facts["after_ns"]] * 2
    assert facts["before_ns"] != facts["after_ns"] and all(no_facts(r) for r in found)
    assert len({r["dev"] for r in found[3:5]}) == 1 and found[3]["dev"] != found[2]["dev"] == found[5]["dev"]


def test_identity_is_that_of_the_moment(events):
    """A thread alone becomes another user; a process gets the number of one that is gone."""
    events.facts("fresh_thread")
    found = {r["path"].rpartition("/")[2]: r for r in opened(events, "fresh_thread")}
    assert {name: r["uid"] for name, r in found.items()} == {
        "main-before": 0, "thread-before": 0, "thread-after": 1000, "main-after": 0}
    assert found["thread-after"]["pid"] == found["thread-before"]["pid"] != found["main-after"]["pid"]
    child = events.facts("fresh_pid")["child"]
    found = [(r["path"], r["pid"], r["uid"], r["euid"]) for r in opened(events, "fresh_pid")]
    assert found == [("/tmp/fresh-ids/first", child, 1000, 1000), ("/tmp/fresh-ids/second", child, 0, 0)]
