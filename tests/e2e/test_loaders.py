# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Any loader works: an installed Debian with shim and GRUB, systemd-boot, a kernel's EFI stub, a UKI."""
import re
import shutil

import pytest

import machine
from disks import boot_disk, make_disk
from rwrun_lib import esp
from rwrun_lib import initrd as rwrun_initrd
from rwrun_lib import uki as rwrun_uki

SYSTEMD_BOOT = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi"
BOOT = "EFI/BOOT/BOOTX64.EFI"
STORE_MIB = 4  # holds a boot to the login prompt with the built-in rules
MARKERS = ["init", "cmdline rwtest_token", "script 0"]
SCRIPT = 'grep -q -w rwtest_token /proc/cmdline && echo "RWTEST: cmdline rwtest_token"'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """folder(NAME): an empty folder."""
    return lambda name: tmp_path_factory.mktemp(name)


@pytest.fixture(scope="module")
def debian(folder):
    """debian(KERNEL, *OPTIONS): an image by scripts/make-disk, of a Debian that reports and powers off."""
    made = {}

    def make(kernel, *options):
        key = (kernel, *options)
        if key not in made:
            made[key] = folder("disk-") / "disk.img"
            make_disk(made[key], kernel, *options)
        return made[key]

    yield make
    for disk in made.values():
        disk.unlink()


def check_debian(disk_run, bare, kernel, smp):
    """Debian started and shut down; it has the bare machine's failed units, and no warning that bare does not have."""
    run = disk_run.run
    assert run.status == 0, run.explain()
    assert "multi-user" in run.markers and "end" in run.markers, run.explain()
    assert re.search(r"^ringward-test login: ", run.console, re.MULTILINE), run.explain()
    assert disk_run.value("kernel").startswith(kernel + ".")
    assert disk_run.value("cpus") == str(smp)
    assert sorted(disk_run.failed) == sorted(bare.failed)
    assert disk_run.value("state") == bare.value("state")
    assert disk_run.warnings - bare.warnings == set()
    cpus = run.stats["cpus"]
    assert [c["cpu"] for c in cpus] == list(range(smp))
    assert all(sum(c["exits"].values()) > 0 for c in cpus), cpus


@pytest.mark.parametrize("kernel,smp", [("6.1", 2), ("6.12", 1)])
def test_installed_debian_by_shim_and_grub(debian, folder, kernel, smp):
    disk = debian(kernel)
    bare = boot_disk(folder("bare-"), disk, smp=smp, no_hv=True)
    assert bare.run.status == 0, bare.run.explain()
    check_debian(boot_disk(folder("guarded-"), disk, smp=smp), bare, kernel, smp)


@pytest.fixture(scope="module", params=(("6.1",), ("6.12",), ("6.1", "--dracut")), ids="-".join)
def with_agent(request, debian, folder):
    """An installed Debian with the agent in its initramfs, as docs/agent.md says."""
    kernel, *options = request.param
    keys = {**machine.DEFAULT_CONF, "store_mib": STORE_MIB}
    conf = "".join(f"{k} = {v}\n" for k, v in keys.items())
    return boot_disk(folder("agent-"), debian(kernel, "--agent", *options), conf=conf)


def test_agent_of_an_installed_debian_locks_and_the_system_lives(with_agent):
    run = with_agent.run
    assert run.status == 0, run.explain()
    assert "multi-user" in run.markers and with_agent.value("state") == "running", run.explain()
    assert with_agent.failed == []
    assert not re.search(r"Oops|BUG:|Call Trace|general protection", run.console), run.explain()


def test_agent_of_an_installed_debian_records(with_agent):
    run = with_agent.run
    out = run.rwlog("verify")
    assert out.returncode == 0, out.stdout + out.stderr
    assert len(run.of_type("lock")) == 1
    assert run.of_type("violation") == []
    assert any(r["path"].endswith("/systemd") for r in run.of_type("exec") if r["pid"] == 1)
    assert len(run.of_type("patch")) > 0
    programs = {r.get("path", "").rsplit("/", 1)[-1] for r in run.of_type("exec")}
    assert {"systemd", "agetty", "rwtest"} <= programs, programs


def test_a_boot_fits_in_a_small_store(with_agent):
    """Even with the shutdown after the login prompt: nothing was evicted, nor lost."""
    store = with_agent.run.stats["store"]
    print({name: c["bytes"] for name, c in store["classes"].items()})
    assert store["evicted"] == 0 and with_agent.run.of_type("drop") == []
    assert sum(c["bytes"] for c in store["classes"].values()) < STORE_MIB << 20
    assert with_agent.run.records[0]["seq"] == 1


@pytest.fixture(scope="module")
def small(folder):
    """A small initial RAM disk that checks for its token on the kernel's command line."""
    path = folder("small-") / "initrd"
    machine.build_initrd(path, SCRIPT)
    return path


@pytest.fixture(scope="module")
def volume(folder, small):
    """A FAT volume with a kernel, its initial RAM disk, and systemd-boot with an entry for them."""
    here = folder("volume-")
    entry = here / "entry"
    entry.write_text("title Ringward test\nlinux /vmlinuz\ninitrd /initrd.img\n"
                     f"options {machine.COMMAND_LINE} rwtest_token\n", encoding="ascii")
    conf = here / "loader"
    conf.write_text("timeout 0\ndefault test.conf\n", encoding="ascii")
    image = here / "volume.img"
    esp.build({BOOT: SYSTEMD_BOOT, "loader/loader.conf": conf, "loader/entries/test.conf": entry,
               "vmlinuz": machine.kernel(), "initrd.img": small}, image)
    return image


@pytest.mark.parametrize("vendor,no_hv", [("amd", True), ("amd", False), ("intel", False)])
def test_systemd_boot(volume, folder, vendor, no_hv):
    run = boot_disk(folder("sdboot-"), volume, cpu=vendor, mem=512, no_hv=no_hv).run
    assert run.status == 0, run.explain()
    assert run.markers == MARKERS, run.explain()
    assert no_hv or sum(run.stats["cpus"][0]["exits"].values()) > 0


def test_kernel_by_its_efi_stub(volume, folder):
    conf = ("serial = com2\nagent = no\nnext = other:\\vmlinuz\n"
            f"next_options = {machine.COMMAND_LINE} rwtest_token initrd=\\initrd.img\n")
    run = boot_disk(folder("stub-"), volume, mem=512, conf=conf).run
    assert run.status == 0, run.explain()
    assert run.markers == MARKERS, run.explain()


def test_unified_kernel_image_of_another_kernel(small, folder):
    """Linux 6.12 has a new EFI stub."""
    kernel = machine.kernel("6.12")
    assert rwrun_initrd.kernel_release(kernel).startswith("6.12.")
    here = folder("uki-")
    uki = rwrun_uki.build(kernel, small, f"{machine.COMMAND_LINE} rwtest_token", str(here))
    for arguments in ((), ("--no-hv",)):
        done = machine.rwrun("--efi", uki, "--serial", here / "console", *arguments)
        console = (here / "console").read_text(encoding="utf-8", errors="replace")
        assert done.returncode == 0, done.stderr + console[-3000:]
        assert re.findall(r"RWTEST: (.*?)\r?$", console, re.MULTILINE) == MARKERS
    shutil.rmtree(here)
