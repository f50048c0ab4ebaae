-- SPDX-License-Identifier: GPL-2.0-or-later
-- Copyright (C) 2026 The Ringward authors
-- Tables for the logs of many machines in ClickHouse (18.16 of Debian 12, and later ones), as rwlog export --format jsonl
-- writes them. docs/fleet.md explains them.

-- What an export has, under its names; what has no column here is skipped. Nothing stays in this table: the views below pass
-- each object on, in the order of their names, so that a file is in `input` only when all of it is there. A number that an
-- object may lack and of which 0 means something is Nullable.
CREATE TABLE incoming (
	boot String, seq UInt64, time String, time_ns UInt64, cpu UInt32, type String, verdict String,
	pid UInt32, tgid UInt32, ppid UInt32, uid Nullable(UInt32), euid Nullable(UInt32), gid Nullable(UInt32),
	loginuid Nullable(UInt32), session Nullable(UInt32), comm String, unit String, cgroup UInt64,
	path String, path_hex String, new_path String, interpreter String, dev UInt64, ino UInt64, generation UInt64,
	flags_names Array(String), mode_octal String, result Int64, errno String,
	child_pid UInt32, child_tgid UInt32, thread UInt8, exit_status UInt32, exit_signal UInt32, last_thread UInt8,
	arguments Array(String), environment Array(String), cwd String, tty String,
	`address.family` String, `address.host` String, `address.port` UInt32, `address.path` String,
	`local.family` String, `local.host` String, `local.port` UInt32, `local.path` String,
	bytes_read UInt64, bytes_written UInt64, link_text String, owner Nullable(UInt32), owner_group Nullable(UInt32),
	cred_uid Nullable(UInt32), cred_euid Nullable(UInt32), target_tgid UInt32, target_comm String, signal_name String,
	sha256 String, size UInt64, parameters String, operation String, rule String,
	access String, target String, symbol String, symbol_offset UInt64, rip String, insn String,
	old_value String, new_value String, repeat UInt64,
	reason String, count UInt64, from_seq UInt64, to_seq UInt64, text String, message String,
	name String, status String, line UInt64
) ENGINE = Null;

-- One row for each record: type, boot and number identify it. Rows that are loaded again vanish when ClickHouse merges parts;
-- until then the questions of investigation.sql count each once. `at` and `ns` are the export's time: the second, and the
-- nanoseconds in it; 0 if the boot's clock is unknown. An id that a record lacks is 4294967295, as for the kernel.
CREATE TABLE record (
	boot String, seq UInt64, at DateTime('UTC'), ns UInt32, time_ns UInt64, cpu UInt32, type String, verdict String,
	pid UInt32, tgid UInt32, ppid UInt32, uid UInt32, euid UInt32, gid UInt32,
	loginuid UInt32, session UInt32, comm String, unit String, cgroup UInt64,
	path String, path_hex String, new_path String, interpreter String, dev UInt64, ino UInt64, generation UInt64,
	flags_names Array(String), mode_octal String, result Int64, errno String,
	child_pid UInt32, child_tgid UInt32, thread UInt8, exit_status UInt32, exit_signal UInt32, last_thread UInt8,
	arguments Array(String), environment Array(String), cwd String, tty String,
	`address.family` String, `address.host` String, `address.port` UInt32, `address.path` String,
	`local.family` String, `local.host` String, `local.port` UInt32, `local.path` String,
	bytes_read UInt64, bytes_written UInt64, link_text String, owner UInt32, owner_group UInt32,
	cred_uid UInt32, cred_euid UInt32, target_tgid UInt32, target_comm String, signal_name String,
	sha256 String, size UInt64, parameters String, operation String, rule String,
	access String, target String, symbol String, symbol_offset UInt64, rip String, insn String,
	old_value String, new_value String, repeat UInt64,
	reason String, count UInt64, from_seq UInt64, to_seq UInt64, text String, message String
) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(at) ORDER BY (type, boot, seq);

-- Each file that was loaded, and what rwlog verify called it.
CREATE TABLE input (sha256 String, name String, status String) ENGINE = ReplacingMergeTree ORDER BY (sha256, name, status);

-- Alerts in a console's text that have no record; they have no number.
CREATE TABLE alert (boot String, line UInt64, text String) ENGINE = ReplacingMergeTree ORDER BY (boot, line, text);

-- Whose boot it was: the collector knows which machine a serial line belongs to, the log does not. The last name counts.
CREATE TABLE machine (boot String, name String) ENGINE = ReplacingMergeTree ORDER BY boot;

-- Refuses what is nothing of these, such as the documents of --format ecs. The error names this view.
CREATE MATERIALIZED VIEW incoming_1_takes_only_rwlog_export_format_jsonl TO alert AS SELECT boot, line, text FROM incoming
WHERE throwIf(seq = 0 AND type NOT IN ('input', 'console_alert')) <> 0;

CREATE MATERIALIZED VIEW incoming_2_record TO record AS SELECT
	boot, seq, if(empty(time), toDateTime(0), parseDateTimeBestEffortOrZero(time)) AS at,
	toUInt32OrZero(substring(time, 21, 9)) AS ns, time_ns, cpu,
	type, verdict, pid, tgid, ppid, ifNull(uid, 4294967295) AS uid, ifNull(euid, 4294967295) AS euid,
	ifNull(gid, 4294967295) AS gid, ifNull(loginuid, 4294967295) AS loginuid, ifNull(session, 4294967295) AS session, comm,
	unit, cgroup, path, path_hex, new_path, interpreter, dev, ino, generation, flags_names, mode_octal, result, errno,
	child_pid, child_tgid, thread, exit_status, exit_signal, last_thread, arguments, environment, cwd, tty,
	`address.family`, `address.host`, `address.port`, `address.path`, `local.family`, `local.host`, `local.port`, `local.path`,
	bytes_read, bytes_written, link_text, ifNull(owner, 4294967295) AS owner, ifNull(owner_group, 4294967295) AS owner_group,
	ifNull(cred_uid, 4294967295) AS cred_uid, ifNull(cred_euid, 4294967295) AS cred_euid, target_tgid, target_comm, signal_name,
	sha256, size, parameters, operation, rule, access, target, symbol, symbol_offset, rip, insn, old_value, new_value, repeat,
	reason, count, from_seq, to_seq, text, message
FROM incoming WHERE seq > 0;
CREATE MATERIALIZED VIEW incoming_3_alert TO alert AS SELECT boot, line, text FROM incoming
WHERE seq = 0 AND type = 'console_alert';
CREATE MATERIALIZED VIEW incoming_4_input TO input AS SELECT sha256, name, status FROM incoming
WHERE seq = 0 AND type = 'input';
