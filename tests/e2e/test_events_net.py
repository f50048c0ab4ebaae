# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Sockets: tests/events/net.c."""
import errno

import pytest

import machines

WHERE = machines.ALL
TYPES = ("socket", "bind", "listen", "connect", "accept", "sendto")
TCP = {"family": "inet", "host": "127.0.0.1"}
TCP6 = {"family": "inet6", "host": "::1"}


def of_case(events, case, *, helper=True):
    """The socket records of a case, without the helper that switches the loopback interface on."""
    found = events.records(case, *TYPES)
    return found[1:] if helper else found


def types(records):
    """Their types, in order."""
    return [r["type"] for r in records]


@pytest.mark.parametrize("case, at", [("net_tcp", TCP), ("net_tcp6", TCP6)])
def test_tcp(events, case, at):
    facts, first = events.facts(case), events.records(case, *TYPES)[0]
    assert (first["type"], first["family"], first["socket_type"]) == ("socket", "unix", "dgram")
    made, bind, listen, client, connect, accept = of_case(events, case)
    assert types([made, bind, listen, client, connect, accept]) == ["socket", "bind", "listen", "socket", "connect", "accept"]
    assert {r["family"] for r in of_case(events, case)} == {at["family"]}
    assert {r["socket_type"] for r in of_case(events, case)} == {"stream"}
    assert made["socket"] == bind["socket"] == listen["socket"] == facts["listener"]
    assert client["socket"] == connect["socket"] == facts["client"]
    assert accept["socket"] == facts["accepted"]
    assert bind["address"] == {**at, "port": 0}
    assert listen["local"] == {**at, "port": facts["port"]} and listen["backlog"] == 5
    assert connect["address"] == {**at, "port": facts["port"]}
    assert accept["address"] == {**at, "port": facts["client_port"]}
    assert accept["local"] == {**at, "port": facts["port"]}
    assert accept["protocol"] == 6 and len({r["net_ns"] for r in of_case(events, case)}) == 1
    assert {(r["verdict"], r["sync"] if "sync" in r else False) for r in of_case(events, case)} == {("allow", False)}


def test_fastopen_is_a_sendto(events):
    facts = events.facts("net_fastopen")
    records = of_case(events, "net_fastopen")
    assert types(records) == ["socket", "bind", "listen", "socket", "sendto", "accept"]
    assert records[4]["address"] == {**TCP, "port": facts["port"]} and records[4]["socket"] == facts["client"]


def test_io_uring_connect(events):
    facts = events.facts("net_ring")
    if facts["result"] == -errno.ENOSYS:
        pytest.skip("this kernel has no io_uring")
    assert facts["result"] == 0
    records = of_case(events, "net_ring")
    assert types(records) == ["socket", "bind", "listen", "socket", "connect", "accept"]
    assert records[4]["address"] == {**TCP, "port": facts["port"]}


def test_each_destination_of_datagrams_once(events):
    facts = events.facts("net_udp")
    records = events.records("net_udp", "sendto", "connect")
    assert [(r["type"], r["address"]["port"]) for r in records] == [("sendto", 5000), ("sendto", 5001), ("connect", 5002)]
    assert {r["socket"] for r in records} == {facts["sender"]}
    assert {(r["family"], r["socket_type"]) for r in records} == {("inet", "dgram")}


@pytest.mark.parametrize("case, at", [("net_unix", {"family": "unix", "path": "/tmp/net-unix"}),
                                      ("net_abstract", {"family": "unix", "abstract": "net-abstract"})])
def test_unix(events, case, at):
    facts = events.facts(case)
    records = of_case(events, case, helper=False)
    made, bind, listen, _, connect, accept = records
    assert types(records) == ["socket", "bind", "listen", "socket", "connect", "accept"]
    assert bind["address"] == listen["local"] == connect["address"] == accept["local"] == at
    assert "address" not in accept
    assert (accept["peer_pid"], accept["peer_uid"]) == (facts["pid"], 0)
    assert (made["socket"], accept["socket"]) == (facts["listener"] if "listener" in facts else made["socket"], facts["accepted"])


def test_socketpair_is_not_recorded(events):
    assert events.facts("net_socketpair")["status"] == 0
    assert events.records("net_socketpair", *TYPES) == []


def test_netlink(events):
    made, bind, sendto = events.records("net_netlink", *TYPES)
    assert types([made, bind, sendto]) == ["socket", "bind", "sendto"]
    assert (made["family"], made["socket_type"], made["protocol"]) == ("netlink", "raw", 0)
    assert bind["address"] == {"family": "netlink", "port": 0, "groups": 1}
    assert sendto["address"] == {"family": "netlink", "port": 0, "groups": 0}


def test_packet(events):
    facts = events.facts("net_packet")
    if facts["error"]:
        assert facts["error"] == errno.EAFNOSUPPORT and events.records("net_packet", *TYPES) == []
        return
    made, bind = events.records("net_packet", *TYPES)
    assert (made["type"], made["family"], made["socket_type"], made["protocol"]) == ("socket", "packet", "raw", 0x300)
    assert bind["address"] == {"family": "packet", "interface": 1, "protocol": 0x800}


def test_vsock(events):
    facts = events.facts("net_vsock")
    records = of_case(events, "net_vsock", helper=False)
    _, bind, listen, _, connect, accept = records
    assert types(records) == ["socket", "bind", "listen", "socket", "connect", "accept"]
    assert bind["address"] == listen["local"] == {"family": "vsock", "cid": 0xffffffff, "port": 77}
    assert connect["address"] == {"family": "vsock", "cid": 1, "port": 77}
    assert accept["socket"] == facts["accepted"] and accept["address"]["cid"] == 1
    assert accept["local"]["port"] == 77


def test_refused_bind(events):
    assert events.facts("net_refused")["error"] == errno.EADDRNOTAVAIL
    assert events.record("net_refused", "bind")["address"] == {"family": "inet", "host": "192.0.2.1", "port": 80}
