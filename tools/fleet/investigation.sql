-- SPDX-License-Identifier: GPL-2.0-or-later
-- Copyright (C) 2026 The Ringward authors
-- Questions to the tables of clickhouse.sql. A question begins with "-- NAME: what it answers"; clickhouse-fleet ask fills in
-- {text} and {number:n}. Each counts a record once, however often it was loaded and whether or not ClickHouse has merged it:
-- by LIMIT 1 BY, DISTINCT, uniqExact or a bit for each number. Such SELECTs need no FINAL, which is slow.

-- machines: The boots there are, whose they are, and from when to when their records are.
SELECT name, boot, first, last, records FROM (
	SELECT boot, min(at) AS first, max(at) AS last, max(seq) AS records FROM record GROUP BY boot
) ANY LEFT JOIN (SELECT boot, name FROM machine FINAL) USING boot ORDER BY name, first;

-- file: Who opened, changed, moved, ran or removed the file {path}, on any machine?
SELECT name, boot, seq, at, ns, type, verdict, result, comm, tgid, uid, loginuid, flags_names, path, new_path FROM (
	SELECT boot, seq, at, ns, type, verdict, result, comm, tgid, uid, loginuid, flags_names, path, new_path FROM record
	PREWHERE path = {path} OR new_path = {path} WHERE type <> 'file_close' ORDER BY at, ns, boot, seq LIMIT 1 BY boot, seq
) ANY LEFT JOIN (SELECT boot, name FROM machine FINAL) USING boot ORDER BY at, ns, boot, seq;

-- login: What did the login {session:n} of one boot run, change and talk to?
SELECT at, ns, seq, type, verdict, result, comm, tgid, uid, euid, path, new_path, arguments, address.host, address.port
FROM record PREWHERE session = {session:n} WHERE boot = {boot}
	AND type NOT IN ('fork', 'exit', 'file_close', 'file_read', 'mmap_exec', 'socket')
	AND (type <> 'file_open' OR has(flags_names, 'O_WRONLY') OR has(flags_names, 'O_RDWR') OR has(flags_names, 'O_CREAT'))
ORDER BY seq LIMIT 1 BY seq;

-- user: Where was the user {loginuid:n} logged in, from when to when, and how much did they do?
SELECT name, boot, session, first, last, records, programs FROM (
	SELECT boot, session, min(at) AS first, max(at) AS last, uniqExact(seq) AS records,
		uniqExactIf(seq, type = 'exec') AS programs
	FROM record WHERE loginuid = {loginuid:n} GROUP BY boot, session
) ANY LEFT JOIN (SELECT boot, name FROM machine FINAL) USING boot ORDER BY name, first;

-- processes: The starts and ends of one boot's processes (clickhouse-fleet tree makes a tree of them).
SELECT seq, at, type, tgid, ppid, comm, child_tgid, path, arguments, exit_status, exit_signal FROM record
WHERE boot = {boot} AND type IN ('fork', 'exec', 'exit') AND thread = 0 AND (type <> 'exit' OR last_thread = 1)
ORDER BY seq LIMIT 1 BY seq;

-- module: Which machines loaded, or ran code of, the module with the hash {sha256}?
SELECT name, boot, first, last, records, comms FROM (
	SELECT boot, min(at) AS first, max(at) AS last, uniqExact(seq) AS records, groupUniqArray(comm) AS comms FROM record
	WHERE type IN ('module_load', 'module_code') AND sha256 = {sha256} GROUP BY boot
) ANY LEFT JOIN (SELECT boot, name FROM machine FINAL) USING boot ORDER BY first, boot;

-- address: Who connected or sent to {host}?
SELECT name, boot, comm, address.port, first, last, times FROM (
	SELECT boot, comm, address.port, min(at) AS first, max(at) AS last, uniqExact(seq) AS times FROM record
	WHERE type IN ('connect', 'sendto') AND address.host = {host} GROUP BY boot, comm, address.port
) ANY LEFT JOIN (SELECT boot, name FROM machine FINAL) USING boot ORDER BY first, boot, comm, address.port;

-- violations: Violations by day and target over all machines, with the repeats that a record counts.
SELECT day, target, uniqExact(boot) AS boots, count() AS records, sum(repeat) AS repeats FROM (
	SELECT DISTINCT boot, seq, toDate(at) AS day, target, repeat FROM record WHERE type = 'violation'
) GROUP BY day, target ORDER BY day, target;

-- gaps: Of which boots are numbers missing, from 1 to the last one? Their records are not here.
SELECT name, boot, last, have, missing FROM (
	SELECT boot, max(highest) AS last, sum(bits) AS have, last - have AS missing FROM (
		SELECT boot, intDiv(seq, 64) AS word, max(seq) AS highest,
			length(bitmaskToArray(groupBitOr(bitShiftLeft(toUInt64(1), toUInt8(seq % 64))))) AS bits
		FROM record GROUP BY boot, word
	) GROUP BY boot HAVING missing > 0
) ANY LEFT JOIN (SELECT boot, name FROM machine FINAL) USING boot ORDER BY name, boot;

-- missing: Which numbers of one boot are missing?
SELECT place.1 AS from_seq, place.2 AS to_seq FROM (
	SELECT arrayJoin(arrayFilter(p -> p.2 >= p.1,
		arrayMap((before, this) -> (before + 1, this - 1), arrayPushFront(arrayPopBack(seqs), toUInt64(0)), seqs))) AS place
	FROM (SELECT arraySort(groupUniqArray(seq)) AS seqs FROM record WHERE boot = {boot})
);

-- lost: What was lost before it came into a store, or evicted there, as the logs themselves say?
SELECT name, boot, reason, lost FROM (
	SELECT boot, reason, sum(count) AS lost FROM (
		SELECT DISTINCT boot, seq, reason, count FROM record WHERE type = 'drop'
	) GROUP BY boot, reason
) ANY LEFT JOIN (SELECT boot, name FROM machine FINAL) USING boot ORDER BY name, boot, reason;

-- peers: Which peers did more than one machine talk to, and with which programs?
SELECT peer, uniqExact(name) AS machines, arraySort(groupUniqArray(concat(name, ':', comm))) AS programs FROM (
	SELECT DISTINCT boot, address.host AS peer, comm FROM record
	WHERE type IN ('connect', 'sendto', 'accept') AND address.host <> ''
) ANY LEFT JOIN (SELECT boot, name FROM machine FINAL) USING boot GROUP BY peer HAVING machines > 1 ORDER BY peer;

-- rare: Which programs do the fewest machines run?
SELECT path, uniqExact(boot) AS boots, min(at) AS first, uniqExact(boot, seq) AS times FROM record
WHERE type = 'exec' GROUP BY path ORDER BY boots, path LIMIT 20;

-- record: All columns of one record.
SELECT * FROM record WHERE boot = {boot} AND seq = {seq:n} LIMIT 1;

-- inputs: Files that were loaded, but are not whole as rwlog verify sees it.
SELECT DISTINCT name, status, sha256 FROM input WHERE status <> 'success' ORDER BY name;

-- alerts: Alerts in consoles of which there is no record.
SELECT DISTINCT boot, line, text FROM alert ORDER BY boot, line;
