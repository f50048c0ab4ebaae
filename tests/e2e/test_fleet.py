# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The examples of docs/fleet.md: two machines' logs through rsyslog into PostgreSQL, and into ClickHouse, twice, and questions
over both; a million synthetic records in ClickHouse, of which the answers are known."""
import collections
import datetime
import hashlib
import json
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

import machine

FLEET = pathlib.Path(__file__).resolve().parents[2] / "tools/fleet"
PLUGIN = pathlib.Path("/usr/lib/x86_64-linux-gnu/rsyslog/ompgsql.so")
BIN = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=None)

SERVER = pathlib.Path("/usr/sbin/clickhouse-server")
ASK = FLEET / "clickhouse-fleet"
IMPORT = ["--input_format_skip_unknown_fields=1", "--input_format_import_nested_json=1",
          "--query=INSERT INTO incoming FORMAT JSONEachRow"]

pytestmark = pytest.mark.soak
postgresql = pytest.mark.skipif(
    not (BIN and PLUGIN.exists() and shutil.which("psql") and os.geteuid() == 0),
    reason="needs root and the Debian packages postgresql, rsyslog and rsyslog-pgsql")
clickhouse = pytest.mark.skipif(
    not (SERVER.exists() and shutil.which("clickhouse-client")),
    reason="needs the Debian packages clickhouse-server and clickhouse-client")


def as_postgres(*argv):
    """Runs a program of PostgreSQL, which refuses to run as root."""
    subprocess.run(["runuser", "-u", "postgres", "--", *map(str, argv)], check=True, stdout=subprocess.DEVNULL,
                   cwd="/", timeout=120)


class Fleet:
    """A database, and rsyslog in front of it."""

    def __init__(self, folder):
        # Not below pytest's own folder, which nobody but root may enter.
        self.folder, self.database = folder, pathlib.Path(tempfile.mkdtemp(prefix="ringward-fleet."))
        self.port = str(free_port())
        postgres = pwd.getpwnam("postgres")
        os.chown(self.database, postgres.pw_uid, postgres.pw_gid)
        as_postgres(BIN / "initdb", "-A", "trust", "-U", "ringward", "-D", self.database / "data")
        as_postgres(BIN / "pg_ctl", "-w", "-D", self.database / "data", "-l", self.database / "log", "-o",
                    f"-k {self.database} -h ''", "start")
        subprocess.run(["createdb", "-h", self.database, "-U", "ringward", "ringward"], check=True)
        self.sql("-f", FLEET / "schema.sql")
        environment = {**os.environ, "RINGWARD_WORK": str(folder), "RINGWARD_PORT": self.port,
                       "RINGWARD_SERVER": str(self.database)}
        # pylint: disable-next=consider-using-with
        self.rsyslog = subprocess.Popen(["rsyslogd", "-n", "-f", FLEET / "rsyslog.conf", "-i", folder / "pid"],
                                        env=environment)

    def sql(self, *arguments):
        """The rows of an answer."""
        out = subprocess.run(["psql", "-h", self.database, "-U", "ringward", "-d", "ringward", "-qAtX", "-v",
                              "ON_ERROR_STOP=1", *arguments], check=True, stdout=subprocess.PIPE, text=True)
        return [line.split("|") for line in out.stdout.splitlines()]

    def load(self, log):
        """Sends what rwlog writes to rsyslog, as a shell does it."""
        command = f'for i in $(seq 100); do exec 3<>/dev/tcp/127.0.0.1/{self.port} && break; sleep 0.1; done 2>/dev/null; ' \
            f'"{machine.RWLOG}" export "$0" >&3'
        subprocess.run(["bash", "-c", command, log], check=True, timeout=60)

    def wait(self, table, count):
        """Until the table has so many rows."""
        ends = time.monotonic() + 60
        while self.count(table) != count:
            assert time.monotonic() < ends, self.count(table)
            time.sleep(0.2)

    def count(self, table):
        """How many rows the table has."""
        return int(self.sql("-c", f"SELECT count(*) FROM {table}")[0][0])

    def close(self):
        """Ends both."""
        self.rsyslog.terminate()
        self.rsyslog.wait(30)
        as_postgres(BIN / "pg_ctl", "-w", "-m", "fast", "-D", self.database / "data", "stop")
        shutil.rmtree(self.database)


def make_log(path, number):
    """A log with records of many kinds; the bytes of its boot's id are the number."""
    subprocess.run([machine.BUILD / "tests/unit/rwlog/report", path, str(number)], check=True)
    return path


def free_port():
    """A TCP port that nobody uses."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    """The fleet with both machines' logs loaded."""
    folder = tmp_path_factory.mktemp("fleet")
    one = Fleet(folder)
    try:
        one.logs = []
        for number, name in enumerate(["web1", "web2"], 1):
            log = make_log(folder / name, number)
            one.logs.append(log)
            one.load(log)
            one.sql("-c", f"INSERT INTO machine VALUES ('{number:02d}' , '{name}')")
        one.sql("-c", "UPDATE machine SET boot = repeat(boot, 16)")
        one.wait("record", 66)
        one.wait("input", 2)
        yield one
    finally:
        one.close()


def everything(fleet):
    """All that the database holds, in an order of its own."""
    return fleet.sql("-c", "SELECT doc FROM record ORDER BY boot, seq"), fleet.sql("-c", "SELECT doc FROM input ORDER BY 1")


@postgresql
def test_each_record_is_there(fleet):
    assert fleet.sql("-c", "SELECT name, count(*), min(seq), max(seq) FROM record JOIN machine USING (boot) "
                     "GROUP BY 1 ORDER BY 1") == [["web1", "33", "1", "33"], ["web2", "33", "1", "33"]]
    assert fleet.sql("-c", "SELECT DISTINCT status FROM input") == [["success"]]


@postgresql
def test_loading_twice_gives_the_same(fleet):
    before = everything(fleet)
    for log in fleet.logs:
        fleet.load(log)
    # A log of a third machine comes last: when it is there, all before it was taken.
    fleet.load(make_log(fleet.folder / "third", 3))
    fleet.wait("record", 99)
    fleet.wait("input", 3)
    fleet.sql("-c", "DELETE FROM record WHERE boot LIKE '03%'", "-c", "DELETE FROM input WHERE doc ->> 'name' LIKE '%third'")
    assert everything(fleet) == before


@postgresql
def test_hostile_names_are_data(fleet):
    rows = fleet.sql("-c", "SELECT count(*) FROM record WHERE path LIKE '/tmp/\"'' type=EOE </script>%' AND doc ? 'path_hex'")
    assert rows == [["2"]]


@postgresql
def test_a_question_over_both(fleet):
    assert fleet.sql("-f", FLEET / "question.sql") == [["192.0.2.7", "2", "web1:sh web2:sh"],
                                                       ["198.51.100.2", "2", "web1:sh web2:sh"]]


class Warehouse:
    """A private ClickHouse: a folder and a port of its own, ended by its pid."""

    def __init__(self, folder):
        self.folder, self.port = folder, str(free_port())
        environment = {**os.environ, "RINGWARD_WORK": f"{folder}/clickhouse/", "RINGWARD_PORT": self.port}
        (folder / "clickhouse").mkdir()
        with open(folder / "clickhouse.log", "w", encoding="utf-8") as log:
            # pylint: disable-next=consider-using-with
            self.server = subprocess.Popen([SERVER, f"--config-file={FLEET / 'clickhouse.xml'}"], env=environment,
                                           cwd=folder, stdout=log, stderr=log)
        ends = time.monotonic() + 60
        while subprocess.run([*self.client("default"), "--query=SELECT 1"], check=False, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL).returncode:
            assert time.monotonic() < ends and self.server.poll() is None, (folder / "clickhouse.log").read_text()
            time.sleep(0.2)

    def client(self, database):
        """The client's command line."""
        return ["clickhouse-client", "--host=127.0.0.1", f"--port={self.port}", f"--database={database}"]

    def create(self, database):
        """An empty database with the tables of the example."""
        self.sql("default", f"CREATE DATABASE {database}")
        with open(FLEET / "clickhouse.sql", encoding="utf-8") as schema:
            subprocess.run([*self.client(database), "--multiquery"], stdin=schema, check=True)

    def sql(self, database, query):
        """The rows of an answer."""
        out = subprocess.run([*self.client(database), f"--query={query}"], check=True, stdout=subprocess.PIPE, text=True)
        return [line.split("\t") for line in out.stdout.splitlines()]

    def load(self, database, log, *filters):
        """Loads what rwlog exports."""
        with subprocess.Popen([machine.RWLOG, "export", *filters, log], stdout=subprocess.PIPE) as export:
            subprocess.run([*self.client(database), *IMPORT], stdin=export.stdout, check=True)
        assert export.returncode == 0

    def run(self, database, *arguments):
        """What clickhouse-fleet prints."""
        return subprocess.run([ASK, "--port", self.port, "--database", database, *arguments], check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    def ask(self, database, *arguments):
        """The rows of a question's answer."""
        return [json.loads(line) for line in self.run(database, "ask", "--format=JSONEachRow", *arguments).splitlines()]

    def close(self):
        """Ends the server, and removes what it stored."""
        self.server.terminate()
        self.server.wait(60)
        shutil.rmtree(self.folder / "clickhouse")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """ClickHouse with two machines' logs in the database `two`, each loaded twice, and not merged."""
    one = Warehouse(tmp_path_factory.mktemp("warehouse"))
    try:
        one.create("two")
        one.sql("two", "SYSTEM STOP MERGES")
        one.logs = [make_log(one.folder / f"web{number}", number) for number in (1, 2)]
        for number, log in enumerate(one.logs, 1):
            one.load("two", log)
            one.sql("two", f"INSERT INTO machine VALUES ('{boot(number)}', 'web{number}')")
        one.once = answers(one)
        for log in one.logs:
            one.load("two", log)
        yield one
    finally:
        one.close()


def boot(number):
    """The boot of make_log(..., number)."""
    return f"{number:02x}" * 16


def exported(*arguments):
    """What rwlog exports, without the objects about files."""
    out = subprocess.run([machine.RWLOG, "export", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [one for one in map(json.loads, out.splitlines()) if "seq" in one]


def answers(one):
    """The answers to all questions about two machines."""
    asked = [("machines",), ("file", "path=/tmp/a"), ("login", f"boot={boot(1)}", "session=7"), ("user", "loginuid=1000"),
             ("processes", f"boot={boot(2)}"), ("module", f"sha256={module_hash(one)}"),
             ("address", "host=192.0.2.7"), ("violations",), ("gaps",), ("missing", f"boot={boot(1)}"), ("lost",), ("peers",),
             ("rare",), ("record", f"boot={boot(1)}", "seq=27"), ("inputs",), ("alerts",)]
    listed = [line.split()[0] for line in one.run("two", "ask").splitlines()]
    assert [question[0] for question in asked] == listed
    return {question[0]: one.ask("two", *question) for question in asked}


def module_hash(one):
    """The hash of the module that both machines load."""
    return exported("--type", "module_load", one.logs[0])[0]["sha256"]


@clickhouse
def test_clickhouse_has_what_rwlog_exports(warehouse):
    stored = [json.loads(line) for line, in warehouse.sql("two", "SELECT * FROM record FINAL FORMAT JSONEachRow")]
    stored = {(row["boot"], int(row["seq"])): row for row in stored}
    records = exported(*warehouse.logs)
    assert stored.keys() == {(record["boot"], record["seq"]) for record in records}
    compared = collections.Counter()
    for record in records:
        row = stored[record["boot"], record["seq"]]
        flat = {**record, **{f"{name}.{key}": value for name in ("address", "local") if name in record
                             for key, value in record[name].items()}}
        for name in row.keys() & flat.keys():
            kind = type(flat[name])
            assert (kind(int(row[name])) if kind in (int, bool) else row[name]) == flat[name], (record, name)
            compared[name] += 1
        stamp = datetime.datetime.strptime(row["at"] + "+0000", "%Y-%m-%d %H:%M:%S%z")
        assert record["time"] == f"{stamp:%Y-%m-%dT%H:%M:%S}.{row['ns']:09}Z"
        for name in ("uid", "euid", "gid", "loginuid", "session"):
            assert name in record or row[name] == 0xffffffff
    assert compared["seq"] == 66 and compared["address.host"] == 4 and compared["flags_names"] > 8 and len(compared) > 50


@clickhouse
def test_clickhouse_answers_the_same_when_loaded_twice(warehouse):
    assert warehouse.sql("two", "SELECT count() FROM record") == [["132"]]  # each twice: nothing was merged
    assert answers(warehouse) == warehouse.once
    warehouse.sql("two", "SYSTEM START MERGES")
    warehouse.sql("two", "OPTIMIZE TABLE record FINAL")
    assert warehouse.sql("two", "SELECT count() FROM record") == [["66"]]
    assert answers(warehouse) == warehouse.once


@clickhouse
def test_clickhouse_answers_as_rwlog_does(warehouse):
    def seqs(question):
        return [(row["boot"], int(row["seq"])) for row in warehouse.once[question]]

    def filtered(*filters):
        return sorted(((r["boot"], r["seq"]) for r in exported(*filters, *warehouse.logs)), key=lambda r: (r[1], r[0]))
    assert [row["name"] for row in warehouse.once["machines"]] == ["web1", "web2"]
    assert seqs("file") == filtered("--path", "/tmp/a") != []
    connects = exported("--type", "connect,sendto", "--address", "192.0.2.7", *warehouse.logs)
    assert [(r["boot"], r["comm"], r["address.port"], r["times"]) for r in warehouse.once["address"]] == [
        (r["boot"], r["comm"], r["address"]["port"], "1") for r in connects] and len(connects) == 2
    assert {int(row["seq"]) for row in warehouse.once["login"]} == {
        r["seq"] for r in exported("--loginuid", "1000", warehouse.logs[0])
        if r["session"] == 7 and r["type"] not in ("exit", "fork")}
    assert [(r["boot"], int(r["records"])) for r in warehouse.once["user"]] == [
        (boot(n), len(exported("--loginuid", "1000", log))) for n, log in enumerate(warehouse.logs, 1)]
    assert [(r["boot"], int(r["records"])) for r in warehouse.once["module"]] == [
        (boot(n), len(exported("--type", "module_load", log))) for n, log in enumerate(warehouse.logs, 1)]
    violations = exported("--type", "violation", *warehouse.logs)
    assert {(r["day"], r["target"]): (int(r["records"]), int(r["repeats"])) for r in warehouse.once["violations"]} == {
        ("2023-11-14", target): (len(found), sum(found)) for target in ("hypervisor", "lsm_hooks")
        for found in [[r["repeat"] for r in violations if r["target"] == target]]}
    assert {(r["boot"], r["reason"]): int(r["lost"]) for r in warehouse.once["lost"]} == {
        (r["boot"], r["reason"]): r["count"] for r in exported("--type", "drop", *warehouse.logs)}
    assert [(r["peer"], " ".join(r["programs"])) for r in warehouse.once["peers"]] == [
        ("192.0.2.7", "web1:sh web2:sh"), ("198.51.100.2", "web1:sh web2:sh")]
    assert warehouse.once["gaps"] == warehouse.once["missing"] == warehouse.once["inputs"] == []
    assert warehouse.run("two", "tree", boot(1), "100").splitlines() == [
        '100 "sixteen-letters!" 2023-11-14 22:13:20 /bin/ls; /bin/true exit 3',
        '    444 "sixteen-letters!" 2023-11-14 22:13:20',
        '    200 sh 2023-11-14 22:13:20 sh -c "echo \\"a b\\"" signal 11']


@clickhouse
def test_clickhouse_knows_what_is_missing(warehouse):
    warehouse.create("gaps")
    log = make_log(warehouse.folder / "third", 3)
    for numbers in ("3-9", "12-12", "14-33"):
        warehouse.load("gaps", log, "--seq", numbers)
    assert warehouse.ask("gaps", "gaps") == [
        {"name": "", "boot": boot(3), "last": "33", "have": "28", "missing": "5"}]
    assert [(r["from_seq"], r["to_seq"]) for r in warehouse.ask("gaps", "missing", f"boot={boot(3)}")] == [
        ("1", "2"), ("10", "11"), ("13", "13")]
    warehouse.load("gaps", log)
    assert warehouse.ask("gaps", "gaps") == warehouse.ask("gaps", "missing", f"boot={boot(3)}") == []


@clickhouse
def test_clickhouse_takes_hostile_names_as_data(warehouse):
    path, = {r["path"] for r in exported(*warehouse.logs) if r.get("path", "").startswith("/tmp/\"'")}
    rows = warehouse.ask("two", "file", f"path={path}")
    assert [(r["name"], r["path"], r["comm"]) for r in rows] == [(name, path, "sh</script>") for name in ("web1", "web2")]
    lines = warehouse.run("two", "ask", "file", f"path={path}").splitlines()
    assert len(lines) == 3 and "\\u{202e}gpj.\\u{a}" in lines[1] and "".join(lines).isprintable()
    for wrong, message in [(["fil"], "do you mean file?"), (["file"], "file takes path=VALUE"),
                           (["login", "boot=x", "session=1 OR 1"], "session=1 OR 1: not a decimal number")]:
        failed = subprocess.run([ASK, "ask", *wrong], check=False, stderr=subprocess.PIPE, text=True)
        assert failed.returncode == 1 and message in failed.stderr


@clickhouse
def test_clickhouse_refuses_what_is_no_export(warehouse):
    warehouse.create("wrong")
    log = make_log(warehouse.folder / "fourth", 4)
    documents = subprocess.run([machine.RWLOG, "export", "--format=ecs", "--type=exec", log], check=True, stdout=subprocess.PIPE)
    refused = subprocess.run([*warehouse.client("wrong"), *IMPORT], input=documents.stdout, check=False,
                             stderr=subprocess.PIPE)
    assert refused.returncode and b"takes_only_rwlog_export_format_jsonl" in refused.stderr
    mixed = b'{"type":"input","sha256":"00"}\n{"type":"other"}\n'
    refused = subprocess.run([*warehouse.client("wrong"), *IMPORT], input=mixed, check=False, stderr=subprocess.PIPE)
    assert refused.returncode
    for table in ("record", "input", "alert"):
        assert warehouse.sql("wrong", f"SELECT count() FROM {table}") == [["0"]]


def test_lines_for_bulk_have_each_record_by_its_id(tmp_path):
    command = f'"{machine.RWLOG}" export --format ecs "$0" | sed -Ef "{FLEET}/bulk.sed"'
    out = subprocess.run(["bash", "-c", command, make_log(tmp_path / "log", 1)], check=True, stdout=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in out.stdout.splitlines()]
    assert [line["index"] for line in lines[::2]] == [{"_id": f"{boot(1)}-{seq}"} for seq in range(1, 34)] + [{}]
    assert [line["event"].get("id") for line in lines[1::2]] == [line["index"].get("_id") for line in lines[::2]]


@pytest.fixture(scope="module")
def synthetic(warehouse):
    """The database `many`: a million records of 200 machines, one of each machine twice."""
    warehouse.create("many")
    assert "1,000,000 records of 200 machines" in warehouse.run("many", "synthetic", "1000000", "--machines=200")
    warehouse.sql("many", "INSERT INTO record SELECT * FROM record WHERE seq % 5000 = 110")
    return warehouse


def host(number):
    """Name and boot of a synthetic machine."""
    return {"name": f"host{number}", "boot": hashlib.md5(str(number).encode()).hexdigest()}


def names(rows):
    """Which machines an answer names, in the order of their numbers."""
    found = sorted(int(row["name"].removeprefix("host")) for row in rows)
    assert {(row["name"], row["boot"]) for row in rows} == {tuple(host(number).values()) for number in found}
    return found


@clickhouse
def test_clickhouse_counts_synthetic_records(synthetic):
    def ask(*arguments):
        return synthetic.ask("many", *arguments)
    assert names(ask("machines")) == list(range(200))
    assert [(row["last"], row["have"], row["missing"], row["name"]) for row in ask("gaps")] == [("5000", "4980", "20", "host9")]
    assert [(r["from_seq"], r["to_seq"]) for r in ask("missing", f"boot={host(9)['boot']}")] == [("501", "520")]
    assert synthetic.sql("many", "SELECT uniqExact(boot, seq) FROM record") == [[str(1000000 - 20)]]
    rows = ask("file", "path=/etc/shadow")
    assert names([r for r in rows if r["type"] == "file_open"]) == list(range(3, 200, 10))
    assert names([r for r in rows if r["type"] == "file_rename"]) == [3, 103] and len(rows) == 22
    rows = ask("address", "host=203.0.113.66")
    assert names(rows) == [7, 57, 107, 157] and {row["times"] for row in rows} == {"1"}
    assert names(ask("module", f"sha256={'bad0' * 16}")) == [42, 142]
    assert len(names(ask("module", f"sha256={'600d' * 16}"))) == 200
    days = collections.Counter()
    for number in range(5, 200, 20):
        seconds = number * 7919 % 100 * 2592000 // 100 + number
        days[(datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%d"),
             ["lsm_hooks", "kernel_text", "syscall_table"][number % 3]] += 1
    assert {(r["day"], r["target"]): int(r["records"]) for r in ask("violations")} == days
    assert sum(int(row["records"]) for row in ask("user", "loginuid=1004")) == 1000 * 200  # login 4 of each machine


@clickhouse
def test_clickhouse_has_a_synthetic_tree(synthetic):
    lines = synthetic.run("many", "tree", host(0)["boot"], "1020").splitlines()
    found = [(len(line) - len(line.lstrip()), int(line.split()[0])) for line in lines]
    wanted = [(0, 1020)]
    for child in range(1021, 1025):
        wanted += [(4, child), *((8, grandchild) for grandchild in range(child + 4, 1040, 4))]
    assert found == wanted


@clickhouse
def test_clickhouse_questions_are_timed(synthetic):
    lines = synthetic.run("many", "bench").splitlines()
    assert lines[0].startswith("999,980 rows") or lines[0].startswith("1,000,")
    timed = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[3:]]
    assert [row[0] for row in timed] == [line.split()[0] for line in synthetic.run("many", "ask").splitlines()]
    rows = {row[0]: int(row[-1].replace(",", "")) for row in timed}
    assert (rows["machines"], rows["file"], rows["address"], rows["module"], rows["gaps"]) == (200, 22, 4, 2, 1)
