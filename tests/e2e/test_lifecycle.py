# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Every way to end a run, reboots that return to Ringward, NMIs, machine checks."""
import os
import re
import shlex
import socket
import threading

import machine
import pytest

ENDING = machine.BUILD / "tests/guests/ending.efi"
MCE = machine.BUILD / "tests/guests/mce.efi"
CHIP = machine.BUILD / "tests/chip"
TINY = machine.BUILD / "tests/tiny"

# The program's action, before (B) or after (A) ExitBootServices -> rwrun's exit status, end of the run, end of the log.
ENDINGS = {"s": (0, "poweroff", "poweroff"), "c": (1, "reset", "reset"), "w": (1, "reset", "reset"),
           "9": (1, "reset", "reset"), "k": (1, "reset", "reset"), "b": (0, "debug_exit", "exit"),
           "l": (0, "debug_exit", "exit"), "f": (0, "debug_exit", "exit")}
WRITTEN = {"b": 0x21, "l": 0x12345678, "f": 0}
# Written directly to the ports that reset a machine.
RESETS = {"9": "cf9, value 6", "k": "60, value de"}
GUARDED = ("Bs", "As", "Bc", "Ac", "Bw", "Aw", "A9", "Ak", "Bb", "Al", "Bf")
BARE = ("Bs", "As", "Bc", "Ac", "Bw", "Aw", "Bb", "Al")


def end_by(folder, cpu, how, *arguments):
    """Runs a copy of the ending program that ends in this way; returns a machine.Run."""
    program = folder / "ending.efi"
    program.write_bytes(ENDING.read_bytes().replace(b"RWENDING=??", b"RWENDING=" + how.encode()))
    done = machine.rwrun("--cpu", cpu, "--efi", program, "--serial", folder / "console", "--hv-serial",
                         folder / "hv-serial", "--stats", folder / "stats", *arguments)
    return machine.collect(folder, done)


@pytest.mark.parametrize("how", GUARDED)
def test_ending_leaves_the_whole_log(cpu, how, tmp_path):
    status, end, log_end = ENDINGS[how[1]]
    run = end_by(tmp_path, cpu, how, "--store", tmp_path / "store")
    assert "ending" in run.console and "FAIL" not in run.console, run.explain()
    assert (run.status, run.stats["end"]) == (status, end), run.explain()
    assert run.stats["boots"] == 1 and run.stats["exits_total"] > 0 and run.stats["store"]["end"] == log_end
    for source in (run.store, run.hv_serial):
        out = run.rwlog("verify", source=source)
        assert out.returncode == 0 and out.stdout.endswith(f"ended by {log_end}\n"), out.stdout + out.stderr
    if how[1] in RESETS:
        assert f"the guest resets the machine (port {RESETS[how[1]]})" in run.hv, run.explain()
    value = WRITTEN.get(how[1])
    assert run.stats.get("debug_exit") == value
    if value is not None:
        assert run.stats["debug_exit_status"] == (value << 1 | 1) & 0xff
        assert f"the guest ends the run (port f4, value {value:x})" in run.hv


def test_microcode_stays_as_the_firmware_left_it(cpu, tmp_path):
    run = end_by(tmp_path, cpu, "Bm", "--store", tmp_path / "store")
    assert run.status == 0 and "loaded" in run.console, run.explain()
    msr = 0x79 if cpu == "intel" else 0xc0010020
    assert len(re.findall(f"ALERT write of MSR {msr:x} ignored, rip ", run.hv)) == 1, run.explain()
    assert re.search(r"CPU 0 .*, microcode level [0-9a-f]+\r?\n", run.hv), run.explain()
    record, = run.of_type("violation")
    assert [record[key] for key in ("access", "msr", "verdict", "cpl")] == ["msr", msr, "skip", 0]


@pytest.mark.parametrize("how", BARE)
def test_bare_ending_is_told_the_same_way(cpu, how, tmp_path):
    status, end, _ = ENDINGS[how[1]]
    run = end_by(tmp_path, cpu, how, "--no-hv")
    assert (run.status, run.stats["end"]) == (status, end), run.explain()
    value = WRITTEN.get(how[1])
    if value is not None:
        assert run.stats["debug_exit_status"] == (value << 1 | 1) & 0xff
        # QEMU's exit status has 7 bits.
        assert run.stats["debug_exit"] == (value if cpu == "intel" else value & 0x7f)


def boots_of(run):
    """The boots in the capture, in order: boot_id -> its records. Each must be sound and complete."""
    out = run.rwlog("verify", source=run.hv_serial)
    assert out.returncode == 0, out.stdout + run.explain()
    found = re.findall(r"^OK: (\d+) records, seq 1 to (\d+), 1 dump, boot (\w+), evicted 0, ended by (\w+)$",
                       out.stdout, re.MULTILINE)
    assert len(found) == len(out.stdout.splitlines()) == len({boot for _, _, boot, _ in found}), out.stdout
    out = run.rwlog("export", source=run.hv_serial)
    assert out.returncode == 0, out.stderr
    records = machine.parsed(out.stdout)
    boots = {}
    for count, last, boot, end in found:
        mine = [r for r in records if r.get("boot", boot) == boot]
        assert int(count) == int(last) == len(mine)
        assert [r["seq"] for r in mine] == list(range(1, len(mine) + 1))
        boots[boot] = (end, mine)
    return boots


def assert_guarded_to_the_end(records):
    """The agent was present and locked, nothing was lost, and the log has the guest's last action."""
    assert [r["type"] for r in records if r["type"] in ("agent", "lock", "drop")] == ["agent", "lock"]
    last = max(records, key=lambda r: r["time_ns"])
    programs = [r["arguments"] for r in records if r["type"] == "exec" and r["pid"] == last.get("pid")]
    assert programs and programs[-1] in (["reboot", "-f"], ["/root/chip", "exit"]), (last, programs)
    assert "/opt/last" in [r["path"] for r in records if r["type"] == "exec"]


WAYS = ("acpi", "kbd", "pci", "triple", "efi")
DRIVERS = ("scsi/scsi_common", "scsi/scsi_mod", "scsi/sd_mod", "ata/libata", "ata/ata_piix")
# Prints the number of earlier boots. On Bochs only the disk survives a reset.
COUNT = {"amd": "/root/chip cmos", "intel": f"""
	for m in {" ".join(map(os.path.basename, DRIVERS))}; do insmod /root/$m.ko; done
	while [ ! -e /dev/sda ]; do sleep 0.1; done
	last=$(($(cat /sys/block/sda/size) - 1))
	n=$(dd if=/dev/sda bs=512 skip=$last count=1 2>/dev/null | tr -dc 0-9)
	printf $((n + 1)) | dd of=/dev/sda bs=512 seek=$last conv=fsync 2>/dev/null
	echo ${{n:-0}}
"""}
REBOOT = """
n=$(count)
set -- {ways}
[ $n -lt $# ] || {{ echo "RWTEST: boot $n"; stty onlcr </dev/console; /opt/last; /root/chip exit; }}
shift $n
echo "RWTEST: boot $n $1"
echo $1 >/sys/kernel/reboot/type
/opt/last
stty onlcr </dev/console
reboot -f
"""


@pytest.fixture(scope="module")
def rebooted(cpu, boot):
    """Reset in each way in turn, then ended by the exit port."""
    modules = machine.BUILD / "kernels" / machine.kernel_release() / "modules/kernel/drivers"
    files = {"/root/chip": CHIP, "/opt/last": TINY}
    files |= {f"/root/{os.path.basename(d)}.ko": modules / f"{d}.ko" for d in DRIVERS if cpu == "intel"}
    script = f"count() {{ {COUNT[cpu]}\n}}\n" + REBOOT.format(ways=" ".join(WAYS))
    return boot(cpu, script, files=files, smp=2 if cpu == "amd" else 1, timeout=900,
                extra=("--reboots", len(WAYS)), ends="debug_exit")


def test_each_reset_comes_back_into_ringward(cpu, rebooted):
    assert rebooted.status == 0, rebooted.explain()
    told = [f"boot {n} {way}" for n, way in enumerate(WAYS)] + [f"boot {len(WAYS)}"]
    assert [m for m in rebooted.markers if m.startswith("boot ")] == told, rebooted.explain()
    boots = boots_of(rebooted)
    assert [end for end, _ in boots.values()] == ["reset"] * len(WAYS) + ["exit"]
    for _, records in boots.values():
        assert_guarded_to_the_end(records)
    assert rebooted.hv.count("now runs as a guest") == len(boots) * (2 if cpu == "amd" else 1)


def test_store_and_counters_are_the_last_boots(rebooted):
    assert (rebooted.stats["boots"], rebooted.stats["store"]["end"]) == (len(WAYS) + 1, "exit")
    told = [rebooted.stats[key] for key in ("end", "debug_exit", "debug_exit_status")]
    assert told == ["debug_exit", 33, 67]
    last = list(boots_of(rebooted).values())[-1][1]
    assert [{**r, "boot": None} for r in rebooted.records] == [{**r, "boot": None} for r in last]
    assert sum(c["records"] for c in rebooted.stats["cpus"]) <= len(last)


IDLE, BUSY = 5, 50
NMI = f"""
count() {{ awk '/NMI:/ {{ for (i = 2; $i ~ /^[0-9]+$/; i++) s += $i; print s }}' /proc/interrupts; }}
# Waits for that many further NMIs, and tells of each: the host sends the next one then, when it comes to it.
take() {{
	base=$(count) told=-1
	until [ $told -ge $2 ]; do
		n=$(($(count) - base))
		[ $n -eq $told ] || echo "RWTEST: $1 $n"
		told=$n
	done
	sleep 1
	echo "RWTEST: $1 all $(($(count) - base))"
}}
take idle {IDLE}
/root/chip cpuid
take busy {BUSY}
killall chip
dmesg | grep -E "Uhhuh|WARNING: CPU|BUG:|lockup|stall" | sed 's/^[^]]*] //; s/ [0-9a-f]* on CPU.*//' |
	sort | uniq -c | sed 's/^ */RWTEST: said /'
"""


class Monitor:
    """QEMU's human monitor, for a run started with the RWRUN_QEMU given here."""

    def __init__(self, monkeypatch, folder):
        self._path = str(folder / "hmp")
        monkeypatch.setenv("RWRUN_QEMU", f"-chardev socket,id=hmp,path={shlex.quote(self._path)},server=on,"
                           "wait=off -mon chardev=hmp,mode=readline")
        self._link = None

    def command(self, text):
        """Sends a command and ignores the answer."""
        if self._link is None:
            self._link = socket.socket(socket.AF_UNIX)
            self._link.connect(self._path)
        self._link.sendall(text.encode() + b"\n")


def send_nmis(monitor, console, over):
    """Sends an NMI as soon as the guest has counted the previous one."""
    sent = set()
    while not over.wait(0.02):
        try:
            text = console.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            continue
        for phase, number in re.findall(r"RWTEST: (idle|busy) (\d+)\r?\n", text):
            if (phase, number) not in sent and int(number) < {"idle": IDLE, "busy": BUSY}[phase]:
                sent.add((phase, number))
                monitor.command("nmi")


@pytest.mark.parametrize("cpus", (1, 4))
def test_nmis_reach_linux_as_on_the_bare_machine(monkeypatch, tmp_path, cpus):
    for no_hv in (True, False):
        folder = tmp_path / f"bare-{no_hv}"
        folder.mkdir()
        over = threading.Event()
        sender = threading.Thread(target=send_nmis,
                                  args=(Monitor(monkeypatch, folder), folder / "console", over))
        sender.start()
        try:
            run = machine.boot(folder, "amd", NMI, files={"/root/chip": CHIP}, no_hv=no_hv, smp=cpus)
        finally:
            over.set()
            sender.join()
        assert run.status == 0, run.explain()
        assert f"idle all {IDLE}" in run.markers and f"busy all {BUSY}" in run.markers, run.explain()
        # Linux prints a line for each and nothing else goes wrong.
        told = [m for m in run.markers if m.startswith("said ")]
        assert told == [f"said {IDLE + BUSY} Uhhuh. NMI received for unknown reason"], run.explain()
    assert run.stats["exits"]["cpuid"] > 10000  # from the loop, which spends most of its time in the hypervisor
    assert run.rwlog("verify").returncode == 0


# Status and MCG_STATUS of machine checks: valid, plus other bits; an uncorrected one raises an exception.
CORRECTED = ("0x8c00000000000135", "0x0")
UNCORRECTED = ("0xb400000000000135", "0x5")
MACHINE_CHECKS = [CORRECTED, *[UNCORRECTED] * 10, CORRECTED]


def send_machine_checks(monitor, console, over):
    """Raises a machine check in the last bank as soon as the guest has reported the previous one."""
    sent = 0
    while not over.wait(0.02):
        text = console.read_text(encoding="utf-8", errors="replace") if console.exists() else ""
        if "ready" in text and sent < len(MACHINE_CHECKS) and text.count(" status ") == sent:
            status, mcg = MACHINE_CHECKS[sent]
            bank = int(re.search(r"banks (0x[0-9a-f]+)", text).group(1), 16) - 1
            monitor.command(f"mce 0 {bank} {status} {mcg} 0x1000 0x8c")
            sent += 1


@pytest.mark.parametrize("no_hv", (True, False), ids=("bare", "guarded"))
def test_machine_checks_reach_the_guest(monkeypatch, tmp_path, no_hv):
    over = threading.Event()
    sender = threading.Thread(target=send_machine_checks,
                              args=(Monitor(monkeypatch, tmp_path), tmp_path / "console", over))
    sender.start()
    try:
        done = machine.rwrun("--efi", MCE, "--serial", tmp_path / "console", "--hv-serial",
                             tmp_path / "hv-serial", "--stats", tmp_path / "stats", *["--no-hv"] * no_hv)
    finally:
        over.set()
        sender.join()
    run = machine.collect(tmp_path, done)
    told = re.findall(r"^(\w+) status (0x\w+) mcg 0x0*(\w)\r?$", run.console, re.MULTILINE)
    wanted = [("polled" if check == CORRECTED else "exception", check[0], check[1][2:])
              for check in MACHINE_CHECKS]
    assert (run.status, told) == (0, wanted), run.explain()
