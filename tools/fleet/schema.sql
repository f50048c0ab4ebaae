-- SPDX-License-Identifier: GPL-2.0-or-later
-- Copyright (C) 2026 The Ringward authors
-- Tables for the logs of many machines, as rwlog export --format jsonl writes them. docs/fleet.md explains them.

-- One row for each record. A record that is loaded again changes nothing: boot and number identify it.
CREATE TABLE record (
	doc   jsonb NOT NULL,
	boot  text NOT NULL GENERATED ALWAYS AS (doc ->> 'boot') STORED,
	seq   numeric(20) NOT NULL GENERATED ALWAYS AS ((doc ->> 'seq')::numeric) STORED,
	type  text NOT NULL GENERATED ALWAYS AS (doc ->> 'type') STORED,
	pid   bigint GENERATED ALWAYS AS ((doc ->> 'tgid')::bigint) STORED,
	path  text GENERATED ALWAYS AS (doc ->> 'path') STORED,
	PRIMARY KEY (boot, seq)
);
CREATE INDEX ON record (type, boot);
CREATE INDEX ON record (path);
CREATE INDEX ON record ((doc #>> '{address,host}'));

-- Each file that was loaded, and what rwlog verify called it.
CREATE TABLE input (
	doc    jsonb NOT NULL,
	sha256 text PRIMARY KEY GENERATED ALWAYS AS (doc ->> 'sha256') STORED,
	status text NOT NULL GENERATED ALWAYS AS (doc ->> 'status') STORED
);

-- Alerts in a console's text that have no record; they have no number.
CREATE TABLE alert (
	doc jsonb PRIMARY KEY
);

-- Whose boot it was: the collector knows which machine a serial line belongs to, the log does not.
CREATE TABLE machine (
	boot text PRIMARY KEY,
	name text NOT NULL
);
