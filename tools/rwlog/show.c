/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for people: one line a record. */
#define _GNU_SOURCE
#include "show.h"

#include <inttypes.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "disasm.h"
#include "text.h"

/* Flags of open(2) and bits of a wait status on x86-64 Linux, whatever this program runs on. */
#define GUEST_O_ACCMODE 00000003u
#define GUEST_O_CREAT   00000100u
#define GUEST_O_TRUNC   00001000u
#define GUEST_O_APPEND  00002000u
#define WAIT_SIGNAL     0x7fu
#define WAIT_CORE       0x80u

struct counts {
	uint64_t records, violations, repeats, lost;
};

static void show_who(const struct rec *r, FILE *out)
{
	struct rw_proc proc;
	int known = rec_proc(r, &proc);

	if (!known) {
		fputs("-", out);
		return;
	}
	text_show(out, rec_comm(&proc), false);
	fprintf(out, "[%" PRIu32 "]", proc.pid);
	if (known == 1)
		return;
	fprintf(out, " uid %" PRIu32, proc.uid);
	if (proc.euid != proc.uid)
		fprintf(out, " euid %" PRIu32, proc.euid);
}

static void show_open_flags(uint32_t flags, FILE *out)
{
	static const char *const mode[] = { "read", "write", "read,write", "no access" };

	fprintf(out, " %s%s%s%s", mode[flags & GUEST_O_ACCMODE], flags & GUEST_O_CREAT ? ",create" : "",
		flags & GUEST_O_TRUNC ? ",truncate" : "", flags & GUEST_O_APPEND ? ",append" : "");
}

static void show_exit(const struct rw_rec_agent *a, FILE *out)
{
	uint32_t status = a->arg[0];

	if (status & WAIT_SIGNAL)
		fprintf(out, " killed by signal %" PRIu32 "%s", status & WAIT_SIGNAL,
			status & WAIT_CORE ? ", core dumped" : "");
	else
		fprintf(out, " code %" PRIu32, status >> 8 & 0xff);
	if (a->flags & 1)
		fputs(" last thread", out);
}

static void show_agent(const struct rec *r, FILE *out)
{
	struct text path, path2;
	struct rw_rec_agent a;

	rec_agent(r, &a, &path, &path2);
	if (r->hdr.type == RW_REC_FORK) {
		fprintf(out, " %s %" PRIu32 " of process %" PRIu32, a.flags & 1 ? "thread" : "child",
			a.arg[0], a.arg[1]);
	} else if (r->hdr.type == RW_REC_EXIT) {
		show_exit(&a, out);
	} else if (r->hdr.type == RW_REC_KEXEC) {
		fprintf(out, " %s ", rec_kexec_name(a.flags));
		text_show(out, path, true);
	} else {
		putc(' ', out);
		text_show(out, path, true);
		if (path2.len) {
			fputs(r->hdr.type == RW_REC_FILE_RENAME ? " to " : " by ", out);
			text_show(out, path2, true);
		}
		if (r->hdr.type == RW_REC_FILE_OPEN)
			show_open_flags(a.flags, out);
		fprintf(out, " dev %u:%u ino %" PRIu64, major(a.dev), minor(a.dev), a.ino);
	}
	if (a.result) {
		const char *name = a.result < 0 && a.result > -4096 ? strerrorname_np(-a.result) : NULL;

		fprintf(out, " result %" PRId32 "%s%s%s", a.result, name ? " (" : "", name ? name : "",
			name ? ")" : "");
	}
	fprintf(out, ": %s", rec_verdict_name(r->hdr.verdict));
}

static void show_address_name(const struct symbols *symbols, uint64_t addr, FILE *out)
{
	const struct symbol *s;
	uint64_t off;

	if (!symbols)
		return;
	s = symbols_find(symbols, addr, &off);
	if (!s)
		return;
	fputs(" (", out);
	text_show(out, s->name, false);
	fprintf(out, "+0x%" PRIx64 ")", off);
}

static void show_access(const struct rec *r, const struct symbols *symbols, struct counts *n, FILE *out)
{
	struct rw_rec_violation v;
	char insn[DISASM_LEN];

	rec_access(r, &v);
	if (r->hdr.type == RW_REC_VIOLATION) {
		n->violations++;
		n->repeats += v.repeat;
	}
	fprintf(out, " %s %s", rec_access_name(v.access), rec_target_name(v.target));
	if (v.access == RW_ACCESS_HYPERCALL)
		fprintf(out, " number %" PRIu64, v.nr);
	if (v.access == RW_ACCESS_MSR)
		fprintf(out, " number 0x%" PRIx64, v.nr);
	if (v.symbol[0]) {
		putc(' ', out);
		text_show(out, (struct text){ (const uint8_t *)v.symbol, strlen(v.symbol) }, false);
		fprintf(out, "+0x%" PRIx64, v.sym_off);
	}
	fprintf(out, ": %s | gpa 0x%" PRIx64 " gva 0x%016" PRIx64 " cpl %u rip 0x%016" PRIx64,
		rec_verdict_name(r->hdr.verdict), v.gpa, v.gva, v.cpl, v.rip);
	show_address_name(symbols, v.rip, out);
	fprintf(out, " cr3 0x%" PRIx64, v.cr3);
	if (v.nbytes) {
		fputs(" code ", out);
		text_hex(out, v.bytes, v.nbytes);
		fprintf(out, " <%s>", disasm(v.bytes, v.nbytes, v.rip, insn) ? insn : "no instruction");
	}
	if (v.value_len) {
		fputs(r->hdr.type == RW_REC_PATCH ? " was " : " stays ", out);
		text_hex(out, v.old_value, v.value_len);
		fputs(r->hdr.type == RW_REC_PATCH ? " now " : " refused ", out);
		text_hex(out, v.new_value, v.value_len);
	}
	if (v.repeat)
		fprintf(out, " and %" PRIu32 " times more", v.repeat);
}

static void show_event(const struct rec *r, struct counts *n, FILE *out)
{
	struct rw_rec_event e;
	struct text text;

	rec_event(r, &e, &text);
	switch (r->hdr.type) {
	case RW_REC_AGENT:
		fprintf(out, " version %" PRIu32 " kernel", e.code);
		break;
	case RW_REC_LOCK:
	case RW_REC_UNLOCK:
		fprintf(out, " %" PRIu32 " ranges, %" PRIu64 " pages", e.code, e.arg[0]);
		break;
	default:
		if (e.code != RW_DROP_EVICTED)
			n->lost += e.arg[0];
		fprintf(out, " %s %" PRIu64 ", %" PRIu64 " in all", rec_drop_name(e.code), e.arg[0],
			e.arg[2]);
		if (e.code == RW_DROP_MALFORMED)
			fprintf(out, ", first: %s", rec_malformed_name(e.arg[1]));
	}
	if (text.len) {
		putc(' ', out);
		text_show(out, text, true);
	}
	fprintf(out, ": %s", rec_verdict_name(r->hdr.verdict));
}

static void show_record(const struct rec *r, uint64_t epoch, const struct symbols *symbols, struct counts *n,
			FILE *out)
{
	char when[TEXT_TIME_LEN];

	text_time(when, epoch, r->hdr.time_ns);
	fprintf(out, "%s%s #%" PRIu64 " cpu%u %-11s ", when, r->hdr.flags & RW_RECF_TIME_ADJ ? "~" : "",
		r->hdr.seq, r->hdr.cpu, rec_type_name(r->hdr.type));
	show_who(r, out);
	if (rec_is_agent(r))
		show_agent(r, out);
	else if (rec_is_access(r))
		show_access(r, symbols, n, out);
	else
		show_event(r, n, out);
	if (r->hdr.flags & RW_RECF_PATH_TRUNC)
		fputs(" [path cut in front]", out);
	putc('\n', out);
	n->records++;
}

void show(const struct input *in, const struct filter *filter, const struct symbols *symbols, FILE *out)
{
	struct counts n = { 0 };
	uint64_t all = 0, evicted = 0;

	for (size_t i = 0; i < in->nboot; i++) {
		const struct boot *b = &in->boot[i];
		const struct rw_store_hdr *h = &b->newest->hdr;
		char id[TEXT_BOOT_LEN];

		if (in->nboot > 1) {
			text_boot(id, h);
			fprintf(out, "-- boot %s\n",
				b->newest->have_hdr ? id : "not known: its header is lost");
		}
		for (size_t j = 0; j < b->nrec; j++)
			if (filter_match(filter, &b->rec[j]))
				show_record(&b->rec[j], h->boot_epoch, symbols, &n, out);
		all += b->nrec;
		evicted += h->evicted;
	}
	fprintf(out, "-- %" PRIu64 " of %" PRIu64 " records shown, %" PRIu64 " violations", n.records, all,
		n.violations);
	if (n.repeats)
		fprintf(out, " (and %" PRIu64 " repeats)", n.repeats);
	fprintf(out,
		", %" PRIu64 " records lost before they reached the store, %" PRIu64 " evicted from it\n",
		n.lost, evicted);
}
