# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Messages to the syslog daemon, whatever became of it: tests/events/syslog.c."""
import errno

import machines

WHERE = machines.ALL
LOG = {"family": "unix", "path": "/dev/log"}
LETTERS = "".join(chr(ord("a") + i % 26) for i in range(8192))


def sent(events, case):
    """The case's messages: what became of each, and its text."""
    return [(r["delivery"], r["message"]) for r in events.records(case, "syslog")]


def queued(*texts):
    """What sent() returns when all of these arrive."""
    return [("queued", text) for text in texts]


def test_every_way_to_send(events):
    facts = events.facts("syslog_ways")
    texts = ["<13>send", "<13>write", "<14>writev", "<14>writev", "<15>one", "<15>two", "<15>three", "<13>sendto"]
    if facts["ring"] != -errno.ENOSYS:
        assert facts["ring"] == 12
        texts.append("<13>io_uring")
    assert sent(events, "syslog_ways") == queued(*texts)
    for record in events.records("syslog_ways", "syslog"):
        assert (record["pid"], record["uid"], record["exe"]) == (facts["pid"], 0, "/opt/events")
        assert (record["input"], record["facility"], record["address"]) == ("syslog", "user", LOG)
        assert record["socket"] == facts["daemon"] and "missing" not in record
        assert record["severity"] == {"<13>": "notice", "<14>": "info", "<15>": "debug"}[record["message"][:4]]
    assert events.records("syslog_ways", "sendto") == []


def test_every_form_of_text(events):
    binary = b"<12>a\0b\nc\\\"\xff\xc3\xa9\x1b[2J"
    records = events.records("syslog_forms", "syslog")
    texts = ["x", "", "<12>a\0b\nc\\\"\ufffd\u00e9\x1b[2J", "<34>Oct 11 22:14:15 host su: 'su root' failed",
             '<165>1 2003-10-11T22:14:15.003Z host app 111 ID47 [x@32473 a="1"] text', "<999999>odd", LETTERS, LETTERS]
    assert [r["message"] for r in records] == texts
    assert records[2]["message_hex"] == binary.hex() and "message_hex" not in records[3]
    said = [(r.get("facility"), r.get("severity")) for r in records]
    assert said == [(None, None), (None, None), ("user", "warning"), ("auth", "crit"), ("local4", "notice"),
                    (None, None), (None, None), (None, None)]
    assert [r.get("missing") for r in records[-2:]] == [None, 20480 - 8192]


def test_text_cannot_forge_a_line(events):
    """rwlog show has each message on one line, in quotes that it cannot end."""
    number = events.records("syslog_forms", "syslog")[2]["seq"]
    lines = [ln for ln in events.run.rwlog("show").stdout.splitlines() if f" #{number} " in ln]
    assert len(lines) == 1 and r'"<12>a\u{0}b\u{a}c\\\"\xffé\u{1b}[2J"' in lines[0]


def test_syslog_of_libc(events):
    record = events.record("syslog_libc", "syslog")
    pid = events.facts("syslog_libc")["pid"]
    assert record["message"].startswith("<83>") and record["message"].endswith(f" events[{pid}]: from libc 7")
    assert (record["facility"], record["severity"]) == ("authpriv", "err")


def test_a_stopped_daemon(events):
    count = events.facts("syslog_stopped")["sent"]
    text = "<13>nobody reads"
    assert sent(events, "syslog_stopped") == queued(*[text] * count) + [("queue_full", text)]


def test_a_sender_that_waits(events):
    assert [s for s in sent(events, "syslog_waiting") if s[1] == "<13>waits"] == [("queue_full", "<13>waits")]


def test_a_sender_without_memory(events):
    count = events.facts("syslog_sender_full")["sent"]
    assert sent(events, "syslog_sender_full") == queued(*["<13>no memory"] * count) + [("queue_full", "<13>no memory")]


def test_a_message_that_is_too_long(events):
    record = events.record("syslog_too_long", "syslog")
    assert (record["delivery"], record["missing"], record["address"]) == ("too_long", 20480 - 8192, LOG)
    assert record["message"].startswith("<13>too long\0")


def test_a_killed_daemon(events):
    assert sent(events, "syslog_killed") == [("queued", "<13>lives"), ("closed", "<13>dead"),
                                             ("no_receiver", "<13>refused"), ("no_receiver", "<13>absent")]
    assert {r["address"]["path"] for r in events.records("syslog_killed", "syslog")} == {"/dev/log"}
    # syslog(3) has nowhere to send: the attempt to connect is recorded.
    assert events.records("syslog_killed", "connect")[-1]["address"] == LOG


def test_a_replaced_daemon(events):
    facts = events.facts("syslog_replaced")
    bind = [r for r in events.records("syslog_replaced", "bind") if r["pid"] == facts["attacker"]]
    assert [(b["address"], b["socket"]) for b in bind] == [(LOG, facts["other"])]
    record = events.record("syslog_replaced", "syslog")
    assert (record["message"], record["pid"], record["socket"]) == ("<13>caught", facts["pid"], facts["other"])


def test_a_name_that_leads_elsewhere(events):
    # Who reaches the same socket by its own name is left alone.
    assert sent(events, "syslog_linked") == queued("<13>by name", "<13>connected")
    assert {r["address"]["path"] for r in events.records("syslog_linked", "syslog")} == {"/tmp/elsewhere"}


def test_a_renamed_socket(events):
    assert sent(events, "syslog_renamed") == queued("<13>renamed", "<13>relative")


def test_a_mount_namespace(events):
    assert sent(events, "syslog_container") == queued("<13>inside", "<13>inside, relative")


def test_a_socket_from_another_process(events):
    facts = events.facts("syslog_passed")
    record = events.record("syslog_passed", "syslog")
    assert (record["message"], record["pid"]) == ("<13>given", facts["child"])


def test_a_sender_that_lies(events):
    record = events.record("syslog_claims", "syslog")
    assert (record["pid"], record["uid"]) == (events.facts("syslog_claims")["pid"], 0)
    assert (record["claimed_pid"], record["claimed_uid"], record["files_passed"] if "files_passed" in record else 0) == (1, 12, 0)


def test_the_journal(events):
    fields, file, line = events.records("syslog_journal", "syslog")
    assert (fields["input"], fields["facility"], fields["severity"]) == ("native", "daemon", "notice")
    assert fields["message"].endswith("SYSLOG_FACILITY=3\n") and "PRIORITY=0\n" in fields["message"]
    assert (file["input"], file["files_passed"], file["file_bytes"]) == ("native", 1, 20480)
    assert file["message"] == ("PRIORITY=4\nMESSAGE=" + "z" * 8192)[:8192] and file["missing"] == 20480 - 8192
    assert file["severity"] == "warning"
    assert (line["input"], line["message"], line["facility"]) == ("syslog", "<30>through the journal", "daemon")


def test_standard_output(events):
    assert sent(events, "syslog_stdout") == queued("name\nunit\n6\n1\n0\n0\n0\n", "<3>a line\n", "<4>in parts\n") + \
        [("closed", "lost\n")]
    records = events.records("syslog_stdout", "syslog")
    assert {r["input"] for r in records} == {"stdout"}
    assert [r.get("severity") for r in records] == [None, "err", "warning", None]


def test_sockets_of_others(events):
    assert events.facts("syslog_others")["status"] == 0
    assert events.records("syslog_others", "syslog") == []


def test_the_kernels_log(events, linux):
    if linux == "6.1":
        assert events.run.of_type("kmsg") == []
        return
    record = events.record("syslog_kmsg", "kmsg")
    assert record["message"] == "events: a line for the kernel's log" and record["sync"] is True


def test_the_kernels_own_lines(events, linux):
    assert linux == "6.1" or any("ringward: recording" in r["message"] for r in events.run.of_type("kmsg"))
