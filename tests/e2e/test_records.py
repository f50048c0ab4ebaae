# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The agent's records: the hypervisor's store has everything that ran, each exec once."""
import collections

import pytest

import machine

COUNT = 30
SCRIPT = f"""
i=0
while [ $i -lt {COUNT} ]; do /opt/prog-$i; i=$((i + 1)); done
cd /opt && ./relative && cd /
ln -s /opt/target /tmp/link && /tmp/link
/opt/script
/opt/missing
(exec /opt/replaced)
echo hello >/tmp/first && mv /tmp/first /tmp/second && rm /tmp/second
(umask 027 && mkdir /tmp/dir) && stat -c 'RWTEST: dir %i' /tmp/dir
mkdir /tmp/dir
cd /tmp && mkdir relative && cd /
: >/tmp/dir/one && ln /tmp/dir/one /tmp/dir/two && chmod 4711 /tmp/dir/two && stat -c 'RWTEST: two %i' /tmp/dir/two
rm /tmp/dir/one /tmp/dir/two && rmdir /tmp/dir && rmdir /tmp/missing
/opt/names
/ringward/rwctl status && echo "RWTEST: rwctl"
stat -c 'RWTEST: inode %i' /opt/target
echo "RWTEST: shell $$"
""" + r"""
/ringward/rwctl tail >/tmp/all & all=$!
/ringward/rwctl -n 7 tail >/tmp/live & live=$!
/ringward/rwctl --json --type exec -n 3 tail >/tmp/json & json=$!
sleep 2
/opt/tailed
sleep 6
kill $all $live $json
wait $all; echo "RWTEST: tail $?"; wait $live; echo "RWTEST: tail $?"; wait $json; echo "RWTEST: tail $?"
head -n 100 /tmp/all | sed 's/^/RWTEST: all /'
sed 's/^/RWTEST: live /' /tmp/live
sed 's/^/RWTEST: json /' /tmp/json
"""
RUN_ONCE = [f"/opt/prog-{i}" for i in range(COUNT)]
RUN_ONCE += ["/opt/relative", "/opt/target", "/opt/script", "/opt/replaced", "/opt/tailed"]


@pytest.fixture(scope="module")
def watched(cpu, boot):
    """One run with the agent, for all tests here."""
    tiny = machine.BUILD / "tests/tiny"
    files = {path: tiny for path in RUN_ONCE}
    files["/opt/script"] = "#!/bin/sh\nexit 0\n"
    files["/opt/names"] = machine.BUILD / "tests/names"
    return boot(cpu, SCRIPT, files=files)


def value_of(run, name):
    """The word after a marker."""
    return next(m.split()[1] for m in run.markers if m.split()[0] == name)


def test_guest_works_with_the_agent(watched):
    assert watched.status == 0, watched.explain()
    assert watched.markers[0] == "init" and "rwctl" in watched.markers, watched.explain()


def test_verify_accepts_store_and_capture(watched):
    for source in (watched.store, watched.hv_serial):
        out = watched.rwlog("verify", source=source)
        assert out.returncode == 0, out.stdout + out.stderr


def test_each_exec_is_recorded_once(watched):
    seen = collections.Counter(r["path"] for r in watched.of_type("exec"))
    assert {p: seen[p] for p in RUN_ONCE} == {p: 1 for p in RUN_ONCE}
    assert "/opt/missing" not in seen


def test_exec_record_says_who_and_what(watched):
    record = next(r for r in watched.of_type("exec") if r["path"] == "/opt/target")
    assert record["ino"] == int(value_of(watched, "inode"))
    assert record["ppid"] == int(value_of(watched, "shell"))
    assert record["pid"] == record["tgid"] > 1
    assert (record["uid"], record["euid"], record["gid"], record["verdict"]) == (0, 0, 0, "allow")
    assert record["sync"] is True


def test_script_names_its_interpreter(watched):
    record = next(r for r in watched.of_type("exec") if r["path"] == "/opt/script")
    assert record["interpreter"] == "/bin/busybox"


def test_fork_and_exit_belong_together(watched):
    record = next(r for r in watched.of_type("exec") if r["path"] == "/opt/target")
    forks = [r for r in watched.of_type("fork") if r["child_pid"] == record["pid"]]
    exits = [r for r in watched.of_type("exit") if r["pid"] == record["pid"]]
    assert len(forks) == 1 and len(exits) == 1
    assert forks[0]["time_ns"] <= record["time_ns"] <= exits[0]["time_ns"]


def test_rename_and_unlink_are_recorded(watched):
    renames = [(r["path"], r["new_path"]) for r in watched.of_type("file_rename")]
    assert renames.count(("/tmp/first", "/tmp/second")) == 1
    assert [r["path"] for r in watched.of_type("file_unlink")].count("/tmp/second") == 1


def named(run, kind, start):
    """The records of a type whose path begins with this prefix."""
    return [r for r in run.of_type(kind) if r["path"].startswith(start)]


def test_mkdir_is_recorded(watched):
    record, = named(watched, "mkdir", "/tmp/dir")
    assert (record["path"], record["mode"], record["comm"]) == ("/tmp/dir", 0o750, "mkdir")
    assert record["verdict"] == "allow" and "ino" not in record and "result" not in record
    assert [r["path"] for r in named(watched, "mkdir", "/tmp/")] == ["/tmp/dir", "/tmp/relative"]


def test_rmdir_is_recorded(watched):
    record, = named(watched, "rmdir", "/tmp/")
    assert (record["path"], record["ino"]) == ("/tmp/dir", int(value_of(watched, "dir")))
    assert (record["comm"], record["verdict"]) == ("rmdir", "allow")


def test_link_is_recorded(watched):
    record, = named(watched, "link", "/tmp/dir/")
    assert (record["path"], record["new_path"]) == ("/tmp/dir/one", "/tmp/dir/two")
    assert (record["ino"], record["comm"]) == (int(value_of(watched, "two")), "ln")
    assert [r["path"] for r in named(watched, "file_unlink", "/tmp/dir/")] == ["/tmp/dir/one", "/tmp/dir/two"]


@pytest.mark.parametrize("way", ["by-descriptor", "by-proc"])
def test_link_of_a_file_without_a_name(watched, way):
    record, = [r for r in watched.of_type("link") if r["new_path"] == f"/tmp/{way}"]
    inode = int(value_of(watched, way))
    assert (record["path"], record["ino"], record["deleted"]) == (f"/tmp/#{inode}", inode, True)


def test_chmod_is_recorded(watched):
    record, = named(watched, "chmod", "/tmp/dir/")
    assert (record["path"], record["ino"]) == ("/tmp/dir/two", int(value_of(watched, "two")))
    assert (record["mode"], record["comm"], record["verdict"]) == (0o4711, "chmod", "allow")


def test_chmod_of_a_deleted_file(watched):
    record, = named(watched, "chmod", "/tmp/gone")
    assert (record["path"], record["ino"]) == ("/tmp/gone", int(value_of(watched, "gone")))
    assert (record["mode"], record["deleted"]) == (0o640, True)


def test_opened_file_is_recorded(watched):
    assert any(r["path"] == "/test.sh" for r in watched.of_type("file_open"))


def test_agent_registers_and_locks(watched):
    kinds = [r["type"] for r in watched.records if r["type"] in ("agent", "lock")]
    assert kinds == ["agent", "lock"]
    assert watched.of_type("agent")[0]["release"] == machine.kernel_release()
    assert watched.of_type("drop") == []


def test_sequence_has_no_hole(watched):
    numbers = [r["seq"] for r in watched.records]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert watched.stats["records"] >= len(watched.of_type("exec", "fork", "exit", "file_open"))


def tailed(run, name):
    """What rwctl tail wrote, line by line."""
    return [m.removeprefix(f"{name} ") for m in run.markers if m.startswith(f"{name} ")]


def test_tail_ends_when_it_is_told_to(watched):
    assert tailed(watched, "tail") == ["0"] * 3, watched.explain()


def test_tail_prints_the_lines_of_rwlog(watched):
    shown = watched.rwlog("show").stdout.splitlines()
    assert tailed(watched, "all") == shown[:100]
    live = tailed(watched, "live")
    assert [ln for ln in live if not ln.startswith("-- ") and ln not in shown] == []
    assert sum("/opt/tailed" in ln and " exec " in ln for ln in live) == 1


def test_tail_begins_with_the_last_records(watched):
    numbers = [int(ln.split("#")[1].split()[0]) for ln in tailed(watched, "live") if not ln.startswith("-- ")]
    assert numbers == sorted(set(numbers))
    # Seven that were there, then all that came, but for its own.
    (own,) = {r["tgid"] for r in watched.of_type("file_write") if r["path"] == "/tmp/live"}
    wanted = [r["seq"] for r in watched.records if numbers[0] <= r["seq"] <= numbers[-1]]
    left_out = set(wanted) - set(numbers)
    assert left_out and {r["tgid"] for r in watched.records if r["seq"] in left_out} == {own}
    assert len(numbers) > 7 and numbers[6] - numbers[0] == 6


def test_tail_does_not_feed_itself(watched):
    """Eight seconds with three of them: what they print makes no records to print."""
    last = tailed(watched, "live")[-1].split()
    assert last[0] == "--" and last[2:4] == ["records", "shown,"], last
    assert int(last[1]) < 60 and 1 <= int(last[4]) < 10 and "0 evicted before they were read" in " ".join(last)


def test_tail_writes_the_objects_of_rwlog(watched):
    exported = watched.rwlog("export", "--format", "jsonl").stdout.splitlines()
    lines = tailed(watched, "json")
    found = [ln for ln in lines if ln.startswith("{")]
    assert [ln for ln in found if ln not in exported] == []
    execs = [ln for ln in exported if '"type":"exec"' in ln]
    assert any("/opt/tailed" in ln for ln in found)
    assert execs[execs.index(found[0]):][:len(found)] == found
