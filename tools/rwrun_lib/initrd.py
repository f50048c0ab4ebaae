# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Initial RAM disks: cpio archives of a tree, concatenated archives, and the agent's archive."""
import os
import shutil
import struct
import subprocess

from .common import BUILD, STATUS_USAGE, TOP, RunError, need_product, tool


def kernel_release(vmlinuz):
    """The release of a bzImage, from its set-up header ("The Linux/x86 Boot Protocol": kernel_version)."""
    with open(vmlinuz, "rb") as f:
        head = f.read(0x10000)
    if len(head) < 0x210 or head[0x202:0x206] != b"HdrS":
        raise RunError(STATUS_USAGE, f"{vmlinuz}: not an x86 Linux kernel image (no boot header)")
    offset = struct.unpack_from("<H", head, 0x20e)[0] + 0x200
    text = head[offset:offset + 256].split(b"\0")[0].split(b" ")[0]
    release = text.decode("ascii", errors="replace")
    if offset == 0x200 or not release or not all(c.isalnum() or c in ".-+_~" for c in release):
        raise RunError(STATUS_USAGE, f"{vmlinuz}: no kernel release in its boot header")
    return release


def pack(tree, archive):
    """Makes a newc archive of everything under the folder tree, owned by root."""
    names = ["."]
    for folder, folders, files in os.walk(tree):
        folders.sort()
        names += sorted(os.path.relpath(os.path.join(folder, n), tree) for n in folders + files)
    with open(archive, "wb") as out:
        done = subprocess.run(["cpio", "--quiet", "-o", "-0", "-H", "newc", "-R", "0:0", "--reproducible"],
                              input=b"".join(n.encode() + b"\0" for n in names), cwd=tree, stdout=out,
                              stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RunError(STATUS_USAGE, f"cpio failed: {done.stderr.decode(errors='replace').strip()}")


def concatenate(archives, out):
    """Concatenates archives, each at a multiple of four bytes, as the kernel requires."""
    with open(out, "wb") as f:
        for archive in archives:
            f.write(bytes(-f.tell() % 4))
            with open(archive, "rb") as part:
                shutil.copyfileobj(part, f)


def agent_archive(release, tmp):
    """Makes the archive that holds the agent for this kernel release; builds the module where needed."""
    module = os.path.join(BUILD, "kmod", release, "ringward.ko")
    if not os.path.isfile(module):
        tool("make", "-C", TOP, "--no-print-directory", "agent", f"KREL={release}")
    parts = {"start": need_product("ringward-start"), "rwctl": need_product("rwctl"),
             "ringward.ko": need_product(os.path.join("kmod", release, "ringward.ko"))}
    tree = os.path.join(tmp, "agent")
    os.makedirs(os.path.join(tree, "ringward"))
    for name, source in parts.items():
        target = os.path.join(tree, "ringward", name)
        shutil.copyfile(source, target)
        os.chmod(target, 0o644 if name.endswith(".ko") else 0o755)
    archive = os.path.join(tmp, "agent.cpio")
    pack(tree, archive)
    return archive


def agent_command_line(append):
    """Puts the agent's start-up program before the init that the command line names."""
    words, init = [], "/init"
    for word in append.split():
        if word.startswith("rdinit="):
            init = word[len("rdinit="):]
        else:
            words.append(word)
    # The arguments of init follow a "--".
    at = words.index("--") if "--" in words else len(words)
    words[at:at] = ["rdinit=/ringward/start", f"RINGWARD_INIT={init}"]
    return " ".join(words)
