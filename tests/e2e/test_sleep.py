# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Sleep states that keep memory are not offered to the guest, and a write that would start one is dropped."""
import pytest

import machine

ALIVE = """
dmesg | grep -o 'supports S[0-9 S]*)' | sed 's/^/RWTEST: states /'
sed 's/^/RWTEST: power /' /sys/power/state
[ -e /sys/power/mem_sleep ] && sed 's/^/RWTEST: mem /' /sys/power/mem_sleep
"""
# PM1a's control register from the FADT: 16 bits, SLP_TYP in bits 10 to 12, SLP_EN is bit 13.
ATTACK = """
port=$(od -An -tu4 -j64 -N4 /sys/firmware/acpi/tables/FACP | tr -d ' ')
for type in 1 3 4 5 6 7; do
	/root/portwrite $port:2:$((type << 10)) $port:2:$((type << 10 | 1 << 13))
	/root/portwrite $((port + 1)):1:$((type << 2 | 1 << 5)) $((port - 2)):4:$((type << 26 | 1 << 29))
	echo "RWTEST: survived $type"
done
(echo disk >/sys/power/state) 2>&1 | sed 's/^/RWTEST: hibernate /'
dmesg | grep -c 'ringward: hibernation is refused' | sed 's/^/RWTEST: told /'
"""


@pytest.fixture(scope="module")
def sleepy(boot):
    """A guest that looks for its sleep states and writes some to the register: in QEMU, S3 is type 1, S4 2, S5 0."""
    return boot("amd", ALIVE + ATTACK, files={"/root/portwrite": machine.BUILD / "attacks/portwrite"})


def test_states_are_hidden(sleepy):
    assert "states supports S0 S4 S5)" in sleepy.markers, sleepy.explain()
    assert not any(m.startswith("mem ") and "deep" in m for m in sleepy.markers)


def test_sleeping_is_refused(sleepy):
    survived = [m for m in sleepy.markers if m.startswith("survived")]
    assert len(survived) == 6, sleepy.explain()
    assert sleepy.hv.count("refused: a sleep state that keeps memory") == 1
    assert sleepy.status == 0 and sleepy.stats["end"] == "poweroff"


def test_hibernation_is_refused(sleepy):
    assert any(m.startswith("hibernate ") and "not permitted" in m for m in sleepy.markers), sleepy.explain()
    assert "told 1" in sleepy.markers


def test_bare_machine_offers_s3(boot):
    run = boot("amd", ALIVE, no_hv=True, agent=False)
    assert "states supports S0 S3 S4 S5)" in run.markers, run.explain()
