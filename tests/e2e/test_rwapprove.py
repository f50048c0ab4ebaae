# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""rwapprove: the lines of approved.conf, from folders, module files and Debian packages."""
import gzip
import hashlib
import lzma
import os
import shutil
import subprocess

import pytest

import machine

RWAPPROVE = machine.BUILD / "rwapprove"
HOOK = machine.TOP / "tools/rwapprove/hooks/zz-ringward-approve"
OTHER = f"{'0' * 63}1  other/module"


def rwapprove(*arguments):
    return subprocess.run([RWAPPROVE, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)


@pytest.fixture(name="content", scope="module")
def fixture_content():
    """The bytes of a module."""
    return machine.stock_module("drivers/net/dummy", "6.1")


@pytest.fixture(name="release", scope="module")
def fixture_release():
    return machine.kernel_release("6.1")


@pytest.fixture(name="line", scope="module")
def fixture_line(content, release):
    """The line of that module."""
    return f"{hashlib.sha256(content).hexdigest()}  {release}/dummy"


def zstd(content):
    return subprocess.run(["zstd", "-q"], input=content, stdout=subprocess.PIPE, check=True).stdout


def test_every_form_has_the_same_line(tmp_path, content, line):
    forms = {"dummy.ko": content, "dummy.ko.xz": lzma.compress(content, check=lzma.CHECK_CRC32),
             "dummy.ko.gz": gzip.compress(content)}
    if shutil.which("zstd"):
        forms["dummy.ko.zst"] = zstd(content)
    for name, form in forms.items():
        (tmp_path / name).write_bytes(form)
        done = rwapprove(tmp_path / name)
        assert (done.returncode, done.stdout, done.stderr) == (0, line + "\n", ""), name


def test_a_folder(tmp_path, content, line):
    (tmp_path / "kernel/net").mkdir(parents=True)
    (tmp_path / "updates/dkms").mkdir(parents=True)
    (tmp_path / "kernel/net/dummy.ko.xz").write_bytes(lzma.compress(content))
    (tmp_path / "kernel/net/same.ko").write_bytes(content)
    (tmp_path / "modules.dep").write_text("kernel/net/dummy.ko.xz:\n")
    (tmp_path / "updates/dkms/own.ko").write_bytes(machine.kmod("rwevent").read_bytes())
    (tmp_path / "updates/link.ko").symlink_to("../kernel/net/same.ko")
    (tmp_path / "build").symlink_to("/usr/src")
    done = rwapprove(tmp_path)
    own = hashlib.sha256(machine.kmod("rwevent").read_bytes()).hexdigest()
    assert (done.returncode, done.stderr) == (0, "")
    assert line in done.stdout.splitlines() and len(done.stdout.splitlines()) == 2
    assert [ln.split("/")[-1] for ln in done.stdout.splitlines() if ln.startswith(own)] == ["rwevent"]


@pytest.mark.parametrize("how", ["xz", "zstd", "gzip", "none"])
def test_a_package(tmp_path, content, line, release, how):
    deep = tmp_path / "tree/lib/modules" / release / ("long-" * 19) / ("name-" * 19)
    deep.mkdir(parents=True)
    (deep / "dummy.ko").write_bytes(content)
    (tmp_path / "tree/lib/readme").write_text("no module")
    (tmp_path / "tree/DEBIAN").mkdir()
    (tmp_path / "tree/DEBIAN/control").write_text(
        "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n")
    subprocess.run(["dpkg-deb", f"-Z{how}", "--root-owner-group", "-b", tmp_path / "tree", tmp_path / "x.deb"],
                   check=True, stdout=subprocess.PIPE)
    done = rwapprove(tmp_path / "x.deb")
    assert (done.returncode, done.stdout, done.stderr) == (0, line + "\n", "")
    whole = (tmp_path / "x.deb").read_bytes()
    (tmp_path / "cut.deb").write_bytes(whole[:len(whole) // 2])
    done = rwapprove(tmp_path / "cut.deb")
    assert done.returncode == 2 and "damaged" in done.stderr


def test_a_bad_module_is_named_and_the_others_are_done(tmp_path, content, line):
    (tmp_path / "dummy.ko").write_bytes(content)
    (tmp_path / "text.ko").write_text("no module")
    (tmp_path / "cut.ko.xz").write_bytes(lzma.compress(content)[:1000])
    done = rwapprove(tmp_path)
    assert (done.returncode, done.stdout) == (1, line + "\n")
    assert sorted(done.stderr.splitlines()) == [f"rwapprove: {tmp_path}/cut.ko.xz: its compressed data is damaged",
                                                f"rwapprove: {tmp_path}/text.ko: it is not an ELF file"]


def test_update_keeps_what_is_there(tmp_path, content, line, release):
    conf = tmp_path / "approved.conf"
    (tmp_path / "dummy.ko").write_bytes(content)
    conf.write_text(f"# mine\n{OTHER} # why\n{'a' * 64}  {release}/old\n")
    assert rwapprove("--update", conf, tmp_path / "dummy.ko").returncode == 0
    assert rwapprove("--update", conf, tmp_path / "dummy.ko").returncode == 0
    assert conf.read_text() == f"# mine\n{OTHER} # why\n{'a' * 64}  {release}/old\n{line}\n"
    assert rwapprove("--update", conf, "--remove", release).returncode == 0
    assert conf.read_text() == f"# mine\n{OTHER} # why\n"
    assert rwapprove("--update", tmp_path / "new.conf", tmp_path / "dummy.ko").returncode == 0
    assert (tmp_path / "new.conf").read_text() == line + "\n"


def test_update_does_not_touch_a_wrong_file(tmp_path, content):
    conf = tmp_path / "approved.conf"
    (tmp_path / "dummy.ko").write_bytes(content)
    conf.write_text("12 a\nx\n")
    done = rwapprove("--update", conf, tmp_path / "dummy.ko")
    assert done.returncode == 1 and conf.read_text() == "12 a\nx\n"
    assert done.stderr.splitlines()[:2] == [f"{conf}:1:1: error: 12: a SHA-256 has 64 digits",
                                            f"{conf}:2:1: error: x: a SHA-256 has hexadecimal digits only"]


@pytest.mark.parametrize("arguments, message", [((), "no path"), (("--remove", "x", "y"), "--remove goes with --update"),
                                                (("--updte", "x"), "nearest is --update"), (("/none",), "No such file")])
def test_wrong_use(arguments, message):
    done = rwapprove(*arguments)
    assert done.returncode == 2 and message in done.stderr


def test_the_hook_follows_the_kernels(tmp_path, content, line, release):
    conf = tmp_path / "approved.conf"
    folder = tmp_path / "modules" / release
    folder.mkdir(parents=True)
    (folder / "dummy.ko").write_bytes(content)
    for name in ("postinst.d", "postrm.d"):
        (tmp_path / name).mkdir()
        (tmp_path / name / HOOK.name).symlink_to(HOOK)
    env = {**os.environ, "PATH": f"{RWAPPROVE.parent}:{os.environ['PATH']}", "RINGWARD_APPROVED": str(conf),
           "RINGWARD_MODULES": str(tmp_path / "modules")}

    def call(folder):
        subprocess.run([tmp_path / folder / HOOK.name, release, "/boot/vmlinuz"], env=env, check=True)

    call("postinst.d")
    assert not conf.exists()  # the machine has none
    conf.write_text(f"{OTHER}\n{'a' * 64}  {release}/old\n")
    call("postinst.d")
    assert conf.read_text() == f"{OTHER}\n{line}\n"
    call("postrm.d")
    assert conf.read_text() == f"{OTHER}\n"
