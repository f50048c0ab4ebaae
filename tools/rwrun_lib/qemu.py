# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""QEMU: TCG for SVM/NPT, KVM for either where the machine has nested virtualization."""
import json
import os
import shlex
import shutil
import socket
import time

from .common import STATUS_EMULATOR, RunError, need_file
from .emulator import Emulator

OVMF_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"
DEBUG_EXIT_PORT = 0xf4
CONNECT_SECONDS = 20


class Qemu(Emulator):
    """qemu-system-x86_64; QMP tells why the machine ended."""

    def __init__(self, machine, tmp):
        super().__init__(machine, tmp)
        self.name = "kvm" if machine.accel == "kvm" else "qemu-tcg"
        self._qmp_path = os.path.join(tmp, "qmp")
        self._qmp = None
        self._pending = b""
        self._reason = None

    def command(self):
        m = self.machine
        code = need_file(OVMF_CODE, " (package ovmf)")
        variables = os.path.join(self.tmp, "vars.fd")
        shutil.copyfile(need_file(OVMF_VARS, " (package ovmf)"), variables)
        accel = {"kvm": "kvm", "tcg": "tcg" + (",thread=single" if m.icount else "")}[m.accel]
        argv = ["qemu-system-x86_64", "-machine", "q35", "-accel", accel,
                "-cpu", "host" if m.accel == "kvm" else "EPYC,+svm,+npt", "-smp", str(m.smp),
                "-m", str(m.mem), "-nodefaults", "-no-user-config", "-display", "none", "-vga", "std",
                "-nic", "none", "-no-reboot",
                "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={code}",
                "-drive", f"if=pflash,format=raw,unit=1,file={variables}",
                "-device", f"isa-debug-exit,iobase={DEBUG_EXIT_PORT:#x},iosize=0x04",
                "-monitor", "none", "-qmp", f"unix:{self._qmp_path},server=on,wait=on",
                "-serial", f"file:{self.console}", "-serial", f"file:{self.hv_serial}"]
        if m.icount:
            argv += ["-icount", "shift=0"]
        # The user's disk comes first on the bus, with and without Ringward, and is never written.
        if m.disk:
            argv += self._disk("disk", m.disk, None if m.esp else 0)
        if m.esp:
            argv += self._disk("esp", m.esp, 0)
        argv += shlex.split(os.environ.get("RWRUN_QEMU", ""))
        return argv, {}

    @staticmethod
    def _disk(name, path, bootindex):
        escaped = path.replace(",", ",,")
        device = f"virtio-blk-pci,drive={name}" + ("" if bootindex is None else f",bootindex={bootindex}")
        return ["-drive", f"if=none,id={name},format=raw,snapshot=on,file={escaped}", "-device", device]

    def start(self):
        super().start()
        deadline = time.monotonic() + CONNECT_SECONDS
        while self._qmp is None:
            if self.process.poll() is not None:
                raise self.failed()
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                link.connect(self._qmp_path)
                self._qmp = link
            except OSError as e:
                link.close()
                if time.monotonic() > deadline:
                    raise RunError(STATUS_EMULATOR, f"{self.name}: no answer on its QMP socket") from e
                time.sleep(0.02)
        self._qmp.sendall(b'{"execute":"qmp_capabilities"}\n')
        self._qmp.setblocking(False)

    def _read_events(self):
        try:
            while True:
                data = self._qmp.recv(65536)
                if not data:
                    return
                self._pending += data
                *lines, self._pending = self._pending.split(b"\n")
                for line in lines:
                    event = json.loads(line)
                    if event.get("event") == "SHUTDOWN":
                        self._reason = event["data"]["reason"]
        except (BlockingIOError, ConnectionError):
            pass

    def poll(self):
        ended = self.process.poll() is not None
        self._read_events()
        if not ended:
            return None
        if self._reason == "guest-shutdown":
            return "poweroff"
        if self._reason in ("guest-reset", "guest-panic"):
            return "reset"
        if self._reason is None and self.process.returncode > 0 and self.process.returncode & 1:
            self.debug_exit = self.process.returncode >> 1
            return "debug_exit"
        raise self.failed()

    def stop(self):
        super().stop()
        if self._qmp is not None:
            self._qmp.close()
