-- SPDX-License-Identifier: GPL-2.0-or-later
-- Copyright (C) 2026 The Ringward authors
-- Records that look like those of servers, made by ClickHouse itself: {records} of each machine, for the numbers
-- from {from} on, {count} of them. clickhouse-fleet fills in the braces. The same number gives the same record each time.
--
-- A machine's boot is the MD5 of its number. Each process has 50 records: its fork, its exec, 47 of what a server does,
-- and its exit. 20 processes belong to a login, or to a service; four of them start the other 15. The month is January 2026.
-- Known records stand among them, which the questions of investigation.sql must find:
--   /etc/shadow opened on each tenth machine (from 3), replaced on each hundredth (from 3)
--   a connection to 203.0.113.66 from each fiftieth (from 7), a module nobody else has on each hundredth (from 42)
--   a violation on each twentieth (from 5); numbers 501 to 520 lacking on each 250th (from 9)
INSERT INTO record (boot, seq, at, ns, time_ns, cpu, type, verdict, pid, tgid, ppid, uid, euid, gid, loginuid, session,
	comm, unit, cgroup, path, new_path, dev, ino, flags_names, child_pid, child_tgid, last_thread, arguments, cwd,
	address.family, address.host, address.port, bytes_read, bytes_written, owner, owner_group, cred_uid, cred_euid,
	sha256, size, access, target, symbol, repeat)
WITH
	number + {from} AS n,
	intDiv(n, {records}) AS m,
	n % {records} + 1 AS s,
	intDiv(s - 1, 50) AS p,
	(s - 1) % 50 AS k,
	p % 20 AS q,
	intDiv(p, 20) AS login,
	login % 3 = 0 AS service,
	intHash64(n) AS h,
	intDiv(h, 100) % 1000003 AS h2,
	m % 20 = 5 AND k = 19 AND p = (m * 7919) % intDiv({records}, 50) AS bad_write,
	s = 310 AND m % 100 = 42 AS bad_module,
	s = 210 AND m % 50 = 7 AS bad_peer,
	s = 110 AND m % 10 = 3 AS shadow_read,
	s = 115 AND m % 100 = 3 AS shadow_written,
	multiIf(bad_write, 'violation', bad_module OR s = 305, 'module_load', bad_peer, 'connect', shadow_read, 'file_open',
		shadow_written, 'file_rename', k = 0, 'fork', k = 1, 'exec', k = 49 AND q >= 5, 'exit',
		['file_open', 'file_open', 'file_open', 'file_open', 'file_open', 'file_open', 'file_open', 'file_open',
		'file_close', 'file_close', 'file_close', 'file_close', 'file_close', 'file_close',
		'file_read', 'file_read', 'file_read', 'file_read', 'file_write', 'file_write', 'file_write',
		'mmap_exec', 'mmap_exec', 'chmod', 'file_rename', 'file_unlink', 'socket', 'connect'][h % 28 + 1]) AS kind,
	multiIf(q = 0, 800, q < 5, 1000 + p - q, 1000 + p - q + 1 + (q - 5) % 4) AS parent,
	toUInt32(kind = 'fork' ? parent : 1000 + p) AS task,
	kind IN ('file_open', 'file_close', 'file_read', 'file_write', 'mmap_exec', 'chmod', 'file_rename', 'file_unlink')
		AS on_file,
	(p * 7 + login) % 16 + 1 AS program,
	['bash', 'nginx', 'postgres', 'cron', 'python3', 'sshd', 'git', 'make', 'cc1', 'ls', 'grep', 'curl', 'rsync', 'apt-get',
	'logrotate', 'find'][program] AS name,
	p * intDiv(2592000000000000, intDiv({records}, 50)) + k * 20000000 + h2 AS since_boot,
	kind = 'connect' AS to_peer
SELECT lower(hex(MD5(toString(m)))), s, toDateTime(1767225600 + m + intDiv(since_boot, 1000000000)),
	since_boot % 1000000000, since_boot, h % 4, kind, kind = 'violation' ? 'skip' : 'allow', task, task,
	kind = 'fork' ? 1 : parent, service ? 33 : 1000 + login % 17 AS user, user, user,
	service ? 4294967295 : 1000 + login % 17, service ? 4294967295 : login, name,
	service ? concat(name, '.service') : '', login,
	multiIf(shadow_read, '/etc/shadow', shadow_written, '/etc/shadow+', kind = 'exec', concat('/usr/bin/', name),
		on_file, concat(['/usr/lib/x86_64-linux-gnu/lib', '/etc/', '/proc/', '/var/lib/postgresql/15/main/base/', '/srv/www/static/',
		'/home/user/src/', '/var/log/', '/tmp/build-', '/usr/share/zoneinfo/', '/usr/lib/python3/dist-packages/',
		'/var/cache/apt/archives/', '/run/user/1000/', '/usr/include/linux/'][h2 % 13 + 1],
		toString(h2 % (h2 % 64 * 50 + 1))), '') AS file,
	multiIf(shadow_written, '/etc/shadow', kind = 'file_rename', concat(file, '.old'), ''),
	on_file OR kind = 'exec' ? 2049 : 0, on_file OR kind = 'exec' ? cityHash64(file) % 2000000 : 0,
	kind = 'file_open' ? splitByChar(' ', ['O_RDONLY O_CLOEXEC', 'O_RDONLY', 'O_WRONLY O_CREAT O_TRUNC',
		'O_RDONLY O_NONBLOCK O_DIRECTORY O_CLOEXEC'][h2 % 4 + 1]) : emptyArrayString(),
	kind = 'fork' ? 1000 + p : 0, kind = 'fork' ? 1000 + p : 0, kind = 'exit',
	kind = 'exec' ? [name, '--config', concat('/etc/', name, '.conf'), toString(h2 % 1000)] : emptyArrayString(),
	kind = 'exec' ? concat('/home/user', toString(login % 17)) : '',
	to_peer ? 'inet' : '',
	multiIf(bad_peer, '203.0.113.66', to_peer, concat('10.', toString(h2 % 4), '.', toString(h2 % 251), '.',
		toString(h2 % 7)), ''),
	to_peer ? [443, 5432, 53, 80][h2 % 4 + 1] : 0, kind = 'file_read' ? h2 % 65536 : 0,
	kind = 'file_write' ? h2 % 65536 : 0, 4294967295, 4294967295, 4294967295, 4294967295,
	multiIf(bad_module, 'bad0bad0bad0bad0bad0bad0bad0bad0bad0bad0bad0bad0bad0bad0bad0bad0',
		kind = 'module_load', '600d600d600d600d600d600d600d600d600d600d600d600d600d600d600d600d', ''), kind = 'module_load' ? 6432 : 0,
	bad_write ? 'write' : '', bad_write ? ['lsm_hooks', 'kernel_text', 'syscall_table'][m % 3 + 1] : '',
	bad_write ? 'security_hook_heads' : '', bad_write
FROM numbers({count}) WHERE NOT (m % 250 = 9 AND s BETWEEN 501 AND 520)
