# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""modules = approved: only modules whose file approved.conf lists are loaded after the lock."""
import functools
import hashlib
import lzma

import pytest

import attacked as attacked_run
import machine
import test_code

COMPRESSED = 4  # MODULE_INIT_COMPRESSED_FILE

LOADS = f"""
[ -e /ringward/rwctl ] && /ringward/rwctl status | sed -n "s/^modules */RWTEST: setting: /p"
try() {{ name=$1; shift; echo "RWTEST: $name: $(/bin/modload "$@" 2>&1)"; rmmod dummy 2>/dev/null; }}
try file file /root/dummy.ko
try memory memory /root/dummy.ko
try compressed file /root/dummy.ko.xz {COMPRESSED}
try unapproved file /root/veth.ko
try changed file /root/changed/dummy.ko
try changed_memory memory /root/changed/dummy.ko
try changed_compressed file /root/changed/dummy.ko.xz {COMPRESSED}
try text file /root/text.ko
cp /root/changed/dummy.ko /root/dummy.ko
try replaced file /root/dummy.ko
"""
# Modules that need others, have data of CPUs, alternatives or static calls: some of each kind.
OTHERS = ("lib/crc-itu-t", "lib/libcrc32c", "net/llc/llc", "net/802/stp", "net/bridge/bridge", "fs/fat/fat", "fs/fat/vfat",
          "net/ipv4/netfilter/nf_defrag_ipv4", "net/ipv6/netfilter/nf_defrag_ipv6", "net/netfilter/nf_conntrack",
          "drivers/cdrom/cdrom", "fs/isofs/isofs", "crypto/xor", "crypto/cryptd", "crypto/crypto_simd",
          "crypto/gf128mul", "lib/crypto/gf128mul", "arch/x86/crypto/aesni-intel", "drivers/block/loop")
TAMPER = ("text", "rodata", "target", "file")
# One load may end before an interrupt comes.
AGAIN = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do insmod /root/tampered.ko && rmmod dummy; done"
ATTACK = """
for m in /root/others/*.ko; do insmod $m && echo "RWTEST: other: $m"; done
insmod /root/rwattack.ko
attack approve approve
""" + "".join(f"""
attack tamper.{kind} tamper {kind}
{AGAIN if kind == "file" else ""}
try tampered.{kind} file /root/tampered.ko
""" for kind in TAMPER) + """
attack tamper.off tamper off
try untampered file /root/tampered.ko
"""
REFUSED = ("unapproved", "changed", "changed_memory", "changed_compressed", "replaced")


def contents(linux):
    """The module that is approved; the same one with another last byte, which Linux does not look at; another."""
    dummy = machine.stock_module("drivers/net/dummy", linux) + b"\0"
    return dummy, dummy[:-1] + b"\1", machine.stock_module("drivers/net/veth", linux)


def files(linux):
    dummy, changed, other = contents(linux)
    packed = {"/root/dummy.ko.xz": dummy, "/root/changed/dummy.ko.xz": changed}
    return {"/root/dummy.ko": dummy, "/root/changed/dummy.ko": changed, "/root/veth.ko": other, "/root/text.ko": "x" * 100,
            "/bin/modload": machine.BUILD / "attacks/modload",
            **{path: lzma.compress(content, check=lzma.CHECK_CRC32) for path, content in packed.items()}}


@functools.cache
def others(linux):
    """Further modules, in the order of their loading: path in the guest -> content."""
    found = {}
    for path in OTHERS:
        try:
            found[f"/root/others/{len(found):02}-{path.rsplit('/', 1)[1]}.ko"] = machine.stock_module(path, linux)
        except ValueError:  # built in, or not there
            pass
    return found


def digest(content):
    return hashlib.sha256(content).hexdigest()


def answers(run):
    return dict(marker.split(": ", 1) for marker in run.markers if ": " in marker)


def approved(linux):
    """An approved.conf with what a guest may load."""
    listed = (contents(linux)[0], machine.kmod("rwattack", linux).read_bytes(), *others(linux).values())
    return "# some modules\n" + "".join(f"{digest(content)}  {linux}/x\n" for content in listed)


@pytest.fixture(name="agent", scope="module")
def fixture_agent(boot):
    """A guest in which the agent alone decides."""
    return boot("amd", LOADS, files=files("6.12"), linux="6.12", approved=approved("6.12"),
                conf={"modules": "approved", "kernel_code": "off"})


# The hypervisor decides where it guards the kernel's code. Bochs takes long.
@pytest.fixture(name="guarded", scope="module", ids="-".join,
                params=[("gmet", "6.12"), ("gmet", "6.1"), pytest.param(("intel", "6.12"), marks=pytest.mark.soak)])
def fixture_guarded(request, boot):
    """A guest in which the hypervisor decides; an attacked.Attacked with the kernel's version."""
    which, linux = request.param
    with pytest.MonkeyPatch.context() as patch:
        run = boot(test_code.use(which, patch), attacked_run.SHELL + LOADS + ATTACK, linux=linux,
                   files={**files(linux), **others(linux), "/root/tampered.ko": contents(linux)[0],
                          "/root/rwattack.ko": machine.kmod("rwattack", linux)},
                   approved=approved(linux), conf={"modules": "approved", "kernel_code": "enforce"})
    found = attacked_run.Attacked(run, {})
    found.linux = linux
    return found


def loads(run):
    return [(r["sha256"], r["verdict"], r["listed"], r.get("name")) for r in run.records if r["type"] == "module_load"]


def test_approved_modules_are_loaded(agent):
    count = len(approved("6.12").splitlines()) - 1
    assert f"modules: approved.conf, {count} approved" in agent.hv + agent.console
    found = answers(agent)
    assert found["setting"] == "approved"
    assert [found[name] for name in ("file", "memory", "compressed")] == ["loaded"] * 3


def test_others_are_refused(agent):
    found = answers(agent)
    assert {name: found[name] for name in REFUSED} == dict.fromkeys(REFUSED, "Operation not permitted")


def test_each_attempt_has_a_record(agent):
    dummy, changed, other = map(digest, contents("6.12"))
    found = loads(agent)
    good, bad = (dummy, "allow", True, "dummy"), (changed, "deny", False, "dummy")
    assert found[:3] == [good, good, (dummy, "allow", True, None)]
    assert found[3:8] == [(other, "deny", False, "veth"), bad, bad, (changed, "deny", False, None),
                          (digest(b"x" * 100), "deny", False, None)]
    assert found[8:] == [bad]


def test_the_hypervisor_decides(guarded):
    found, linux = answers(guarded), guarded.linux
    packed = linux != "6.1"  # that kernel unpacks none
    assert [found[name] for name in ("file", "memory")] == ["loaded"] * 2, guarded.explain()
    assert found["compressed"] == "loaded" if packed else "Operation not supported"
    refused = [name for name in REFUSED if packed or "compressed" not in name]
    assert {name: found[name] for name in refused} == dict.fromkeys(refused, "Operation not permitted")
    dummy, changed, other = map(digest, contents(linux))
    records = [(r["name"], r["sha256"], r["verdict"], r["listed"]) for r in guarded.of_type("module_code") if "sha256" in r]
    good, bad = ("dummy", dummy, "allow", True), ("dummy", changed, "deny", False)
    expected = [good] * (2 + packed) + [("veth", other, "deny", False)] + [bad] * (3 + packed)
    assert records[:len(expected)] == expected


def test_other_modules_are_as_their_files_say(guarded):
    """Modules of all kinds: no false alarm."""
    expected = others(guarded.linux)
    loaded = [m.removeprefix("other: ") for m in guarded.markers if m.startswith("other: ")]
    assert loaded == list(expected), guarded.explain()
    verdicts = {r["sha256"]: (r["verdict"], r.get("text")) for r in guarded.of_type("module_code") if "sha256" in r}
    for path, content in expected.items():
        assert verdicts[digest(content)] == ("allow", None), path


def test_the_agents_code_alone_cannot_approve(guarded):
    """Without the file of a module, its code is not approved, whoever asks."""
    assert guarded.answers("approve") == ["approve 14: -1 EPERM"], guarded.explain()
    record = next(r for r in guarded.of_type("module_code") if "sha256" not in r)
    assert (record["name"], record["verdict"]) == ("rwattack", "deny")


@pytest.mark.parametrize("kind,section", [("text", ".text"), ("rodata", ".rodata"), ("target", ".text")])
def test_a_changed_module_is_refused(guarded, kind, section):
    """It is changed after the kernel has loaded it, before anybody approves it."""
    assert guarded.answers(f"tamper.{kind}") == [f"tamper {kind}: 0"]
    assert answers(guarded)[f"tampered.{kind}"] == "Operation not permitted", guarded.explain()
    found = [r for r in guarded.after(f"tamper.{kind}", "module_code") if r["name"] == "dummy"]
    assert [(r["verdict"], r["listed"], r["text"], r["section"]) for r in found] == [
        ("deny", True, "memory differs from the file", section)]
    assert found[0]["expected"] != found[0]["found"]


def test_the_files_copy_cannot_change(guarded):
    """An interrupt writes to the agent's copy while the hypervisor hashes and compares."""
    assert answers(guarded)["tampered.file"] == "loaded", guarded.explain()
    found = guarded.after("tamper.file", "violation")
    assert found and {(r["target"], r["access"], r["verdict"]) for r in found} == {("module_file", "write", "skip")}
    assert {r["target"] for r in guarded.of_type("violation")} == {"module_file"}


def test_the_module_itself_is_approved(guarded):
    assert answers(guarded)["untampered"] == "loaded"


def test_attacks_are_real(boot):
    """Without Ringward each of these modules is loaded."""
    # A change of padding: the others would have the module call what the attacker chose.
    tampered = """
insmod /root/rwattack.ko
attack tamper.text tamper text
try tampered file /root/dummy.ko
"""
    run = boot("amd", attacked_run.SHELL + LOADS + tampered, linux="6.12", no_hv=True,
               files={**files("6.12"), "/root/rwattack.ko": machine.kmod("rwattack", "6.12")})
    found = answers(run)
    assert {name: found[name] for name in (*REFUSED, "tampered")} == dict.fromkeys((*REFUSED, "tampered"), "loaded")


def test_a_missing_list_stops_the_loader(boot):
    run = boot("amd", "", ends="stopped", conf={"modules": "approved"})
    assert "modules = approved needs \\EFI\\ringward\\approved.conf: rwapprove makes it" in run.hv + run.console


def test_a_wrong_list_stops_the_loader(boot):
    run = boot("amd", "", ends="stopped", conf={"modules": "approved"}, approved="12 a\nx b\n")
    said = run.hv + run.console
    for line in ("approved.conf:1:1: 12: a SHA-256 has 64 digits", "approved.conf:2:1: x: a SHA-256 has hexadecimal digits only",
                 "approved.conf: 2 errors"):
        assert line in said
