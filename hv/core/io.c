/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The ports that exit. */
#include "arch/x86/insn.h"
#include "core/end.h"
#include "core/exit.h"
#include "core/panic.h"
#include "core/state.h"
#include "lib/uart16550.h"
#include "log/printk.h"

/* ACPI specification, "PM1 Control Registers", upper byte: SLP_EN enters the sleep state in SLP_TYP. */
#define PM1_SLP_EN        BIT(5)
#define PM1_SLP_TYP(byte) ((byte) >> 2 & 7)
#define PORT_CF9          0xcf9u /* chipset's reset control register: bit 2 resets on its rising edge */
#define CF9_RESET         BIT(2)
#define PORT_PCI_ADDRESS  0xcf8u
/* keyboard controller: commands F0 to FF pulse output lines, D1 sets them; a low bit 0 is a reset */
#define PORT_KBC      0x64u
#define PORT_KBC_DATA 0x60u
#define KBC_PULSE     0xf0u
#define KBC_SET_LINES 0xd1u
/* further commands that take a byte: that byte is not for the output lines */
#define KBC_SET_MODE      0x60u
#define KBC_OWN_BYTE      0xd2u
#define KBC_OWN_BYTE_LAST 0xd4u
#define PORT_92           0x92u /* system control port A: bit 0 is the reset line */

void io_init(void)
{
	const struct rw_bootinfo *boot = hv.boot;
	const struct {
		uint16_t port, count; /* port 0: the machine has none */
	} watched[] = {
		{ boot->serial_port, UART_PORTS },
		{ boot->pm1a_cnt, 2 },
		{ boot->pm1b_cnt, 2 },
		{ boot->reset_port == PORT_CF9 ? 0 : boot->reset_port, 1 },
		{ boot->exit_port, RW_EXIT_PORTS },
	};

	for (unsigned int i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		if (watched[i].port)
			hv_backend()->io_intercept(watched[i].port, watched[i].count);
	if (boot->watch_resets)
		io_lock();
}

void io_lock(void)
{
	hv_backend()->io_intercept(PORT_CF9, 1);
	hv_backend()->io_intercept(PORT_KBC, 1);
	hv_backend()->io_intercept(PORT_KBC_DATA, 1);
	hv_backend()->io_intercept(PORT_92, 1);
}

static uint32_t port_read(uint16_t port, unsigned int size)
{
	return size == 1 ? inb(port) : size == 2 ? inw(port) : inl(port);
}

static void port_write(uint16_t port, unsigned int size, uint32_t value)
{
	if (size == 1)
		outb(port, (uint8_t)value);
	else if (size == 2)
		outw(port, (uint16_t)value);
	else
		outl(port, value);
}

/* Does [port, port + size) include @wanted? If so, stores @value's byte for it in @byte. */
static bool touches(const struct hv_exit *x, uint16_t wanted, uint32_t value, uint32_t *byte)
{
	unsigned int off = (unsigned int)(wanted - x->io.port);

	if (!wanted || wanted < x->io.port || off >= x->io.size)
		return false;
	*byte = value >> (8 * off) & 0xff;
	return true;
}

enum sleep {
	SLEEP_NONE = 0,
	SLEEP_OFF = 1,
	SLEEP_REFUSED = 2
};

/* Does writing @value to the PM1 control register @port enter a sleep state that is set in @off_types? */
static enum sleep sleeps(const struct hv_exit *x, uint16_t port, uint8_t off_types, uint32_t value)
{
	uint32_t high;

	if (!port || !touches(x, port + 1, value, &high) || !(high & PM1_SLP_EN))
		return SLEEP_NONE;
	return off_types >> PM1_SLP_TYP(high) & 1 ? SLEEP_OFF : SLEEP_REFUSED;
}

/* The host bridge takes only 32-bit writes at CF8, as the PCI configuration address. */
static bool is_cf9_reset(const struct hv_exit *x, uint32_t value)
{
	uint32_t v;

	return touches(x, PORT_CF9, value, &v) && v & CF9_RESET &&
	       !(x->io.port == PORT_PCI_ADDRESS && x->io.size == 4);
}

/* All CPUs share one keyboard controller: held from checking what it expects until the write. */
static struct spinlock kbc_lock = SPINLOCK(KBC); /* (x) */

static bool is_kbc(const struct hv_exit *x)
{
	uint32_t v;

	return touches(x, PORT_KBC, 0, &v) || touches(x, PORT_KBC_DATA, 0, &v);
}

/* Tracks the keyboard controller's commands. Context: kbc_lock is held. */
static bool kbc_resets(const struct hv_exit *x, uint32_t value)
{
	static bool lines_next; /* (k) the next byte to its data port sets the output lines */
	uint32_t v;

	if (touches(x, PORT_KBC_DATA, value, &v)) {
		bool sets = lines_next;

		lines_next = false;
		return sets && !(v & 1);
	}
	if (!touches(x, PORT_KBC, value, &v))
		return false;
	if (v == KBC_SET_LINES)
		lines_next = true;
	else if (v == KBC_SET_MODE || (v >= KBC_OWN_BYTE && v <= KBC_OWN_BYTE_LAST))
		lines_next = false;
	return (v & KBC_PULSE) == KBC_PULSE && !(v & 1);
}

static bool is_reset(const struct hv_exit *x, uint32_t value)
{
	uint32_t v;

	return is_cf9_reset(x, value) || kbc_resets(x, value) || (touches(x, PORT_92, value, &v) && v & 1) ||
	       (hv.boot->reset_port != PORT_CF9 && touches(x, hv.boot->reset_port, value, &v) &&
		v == hv.boot->reset_value);
}

static void write_or_reset(const struct hv_exit *x, uint32_t value)
{
	bool kbc = is_kbc(x);

	if (kbc)
		spin_lock(&kbc_lock);
	bool reset = is_reset(x, value);

	if (!reset)
		port_write(x->io.port, x->io.size, value);
	if (kbc)
		spin_unlock(&kbc_lock);
	if (!reset)
		return;
	printk("the guest resets the machine (port %x, value %x)", x->io.port, value);
	end_log(RW_END_RESET);
	exit_reset_machine(); /* a full reset, even where the guest asked for an INIT only */
}

static bool is_hidden(const struct hv_exit *x)
{
	uint16_t hidden = hv.boot->serial_port;

	return hidden && x->io.port < hidden + UART_PORTS && x->io.port + x->io.size > hidden;
}

enum hv_action exit_io(struct percpu *cpu, const struct hv_exit *x)
{
	const struct rw_bootinfo *boot = hv.boot;
	uint32_t mask = ~0u >> (32 - 8 * x->io.size), value = (uint32_t)cpu->gprs.rax & mask;

	/* No driver uses string instructions on these ports: they transfer nothing, see LIMITATIONS.md. */
	if (x->io.string || (is_hidden(x) && !x->io.in))
		return HV_ADVANCE;
	if (x->io.in) {
		value = is_hidden(x) ? mask : port_read(x->io.port, x->io.size);
		cpu->gprs.rax = x->io.size == 4 ? value : (cpu->gprs.rax & ~(uint64_t)mask) | value;
		return HV_ADVANCE;
	}
	if (boot->exit_port && (uint16_t)(x->io.port - boot->exit_port) < RW_EXIT_PORTS) {
		printk("the guest ends the run (port %x, value %x)", x->io.port, value);
		end_log(RW_END_EXIT);
		port_write(x->io.port, x->io.size, value); /* an emulator may have a device there */
		hv_halt_machine();
	}
	unsigned int sleep = sleeps(x, boot->pm1a_cnt, boot->pm1a_off_types, value) |
			     sleeps(x, boot->pm1b_cnt, boot->pm1b_off_types, value);
	if (sleep & SLEEP_REFUSED) {
		static bool told; /* (x) two CPUs may both tell */

		/* The machine would resume through the firmware, without the hypervisor. */
		if (!told)
			printk("refused: a sleep state that keeps memory (port %x, value %x); reported once",
			       x->io.port, value);
		told = true;
		return HV_ADVANCE;
	}
	if (sleep & SLEEP_OFF) {
		printk("the guest switches off (port %x, value %x)", x->io.port, value);
		end_log(RW_END_POWEROFF);
	}
	write_or_reset(x, value);
	return HV_ADVANCE;
}
