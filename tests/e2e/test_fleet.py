# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The example of docs/fleet.md: two machines' logs through rsyslog into PostgreSQL, twice, and a question over both."""
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

pytestmark = [pytest.mark.soak, pytest.mark.skipif(
    not (BIN and PLUGIN.exists() and shutil.which("psql") and os.geteuid() == 0),
    reason="needs root and the Debian packages postgresql, rsyslog and rsyslog-pgsql")]


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
            log = folder / name
            subprocess.run([machine.BUILD / "tests/unit/rwlog/report", log, str(number)], check=True)
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


def test_each_record_is_there(fleet):
    assert fleet.sql("-c", "SELECT name, count(*), min(seq), max(seq) FROM record JOIN machine USING (boot) "
                     "GROUP BY 1 ORDER BY 1") == [["web1", "33", "1", "33"], ["web2", "33", "1", "33"]]
    assert fleet.sql("-c", "SELECT DISTINCT status FROM input") == [["success"]]


def test_loading_twice_gives_the_same(fleet):
    before = everything(fleet)
    for log in fleet.logs:
        fleet.load(log)
    # A log of a third machine comes last: when it is there, all before it was taken.
    third = fleet.folder / "third"
    subprocess.run([machine.BUILD / "tests/unit/rwlog/report", third, "3"], check=True)
    fleet.load(third)
    fleet.wait("record", 99)
    fleet.wait("input", 3)
    fleet.sql("-c", "DELETE FROM record WHERE boot LIKE '03%'", "-c", "DELETE FROM input WHERE doc ->> 'name' LIKE '%third'")
    assert everything(fleet) == before


def test_hostile_names_are_data(fleet):
    rows = fleet.sql("-c", "SELECT count(*) FROM record WHERE path LIKE '/tmp/\"'' type=EOE </script>%' AND doc ? 'path_hex'")
    assert rows == [["2"]]


def test_a_question_over_both(fleet):
    assert fleet.sql("-f", FLEET / "question.sql") == [["192.0.2.7", "2", "web1:sh web2:sh"],
                                                       ["198.51.100.2", "2", "web1:sh web2:sh"]]
