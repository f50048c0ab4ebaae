/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log for programs: JSON Lines. */
#include "export.h"

#include <string.h>

#include "disasm.h"
#include "json.h"
#include "text.h"

static void export_proc(struct json *j, const struct rec *r)
{
	struct rw_proc proc;
	int known = rec_proc(r, &proc);

	if (!known)
		return;
	json_u64(j, "pid", proc.pid);
	json_u64(j, "tgid", proc.tgid);
	if (known == 2) {
		json_u64(j, "ppid", proc.ppid);
		json_u64(j, "uid", proc.uid);
		json_u64(j, "euid", proc.euid);
		json_u64(j, "gid", proc.gid);
	}
	json_text(j, "comm", rec_comm(&proc));
}

static void export_agent(struct json *j, const struct rec *r)
{
	struct text path, path2;
	struct rw_rec_agent a;

	rec_agent(r, &a, &path, &path2);
	switch (r->hdr.type) {
	case RW_REC_FORK:
		json_u64(j, "child_pid", a.arg[0]);
		json_u64(j, "child_tgid", a.arg[1]);
		json_u64(j, "flags", a.flags);
		return;
	case RW_REC_EXIT:
		json_u64(j, "exit_code", a.arg[0]);
		json_u64(j, "flags", a.flags);
		return;
	case RW_REC_KEXEC:
		json_str(j, "event", rec_kexec_name(a.flags));
		json_text(j, "path", path);
		json_u64(j, "dev", a.dev);
		json_u64(j, "ino", a.ino);
		json_u64(j, "generation", a.generation);
		json_i64(j, "result", a.result);
		return;
	default:
		break;
	}
	json_text(j, "path", path);
	if (r->hdr.type == RW_REC_FILE_RENAME)
		json_text(j, "new_path", path2);
	else if (path2.len)
		json_text(j, "interpreter", path2);
	json_u64(j, "dev", a.dev);
	json_u64(j, "ino", a.ino);
	json_u64(j, "generation", a.generation);
	json_u64(j, "flags", a.flags);
	json_i64(j, "result", a.result);
}

static void export_access(struct json *j, const struct rec *r)
{
	struct rw_rec_violation v;
	char insn[DISASM_LEN];

	rec_access(r, &v);
	json_str(j, "target", rec_target_name(v.target));
	json_str(j, "access", rec_access_name(v.access));
	if (v.access == RW_ACCESS_HYPERCALL)
		json_u64(j, "hypercall", v.nr);
	if (v.access == RW_ACCESS_MSR)
		json_u64(j, "msr", v.nr);
	json_address(j, "gpa", v.gpa);
	json_address(j, "gva", v.gva);
	json_address(j, "rip", v.rip);
	json_address(j, "cr3", v.cr3);
	json_u64(j, "cpl", v.cpl);
	json_hex(j, "bytes", v.bytes, v.nbytes);
	if (disasm(v.bytes, v.nbytes, v.rip, insn))
		json_str(j, "insn", insn);
	json_text(j, "symbol", (struct text){ (const uint8_t *)v.symbol, strlen(v.symbol) });
	json_u64(j, "symbol_offset", v.sym_off);
	if (v.value_len) {
		json_hex(j, "old_value", v.old_value, v.value_len);
		json_hex(j, "new_value", v.new_value, v.value_len);
	}
	if (v.repeat)
		json_u64(j, "repeat", v.repeat);
}

static void export_event(struct json *j, const struct rec *r)
{
	struct rw_rec_event e;
	struct text text;

	rec_event(r, &e, &text);
	switch (r->hdr.type) {
	case RW_REC_AGENT:
		json_text(j, "release", text);
		json_u64(j, "abi_version", e.code);
		return;
	case RW_REC_LOCK:
	case RW_REC_UNLOCK:
		json_u64(j, "ranges", e.code);
		json_u64(j, "pages", e.arg[0]);
		break;
	default:
		json_str(j, "reason", rec_drop_name(e.code));
		json_u64(j, "count", e.arg[0]);
		json_u64(j, "total", e.arg[2]);
		if (e.code == RW_DROP_MALFORMED)
			json_str(j, "first", rec_malformed_name(e.arg[1]));
		if (e.code != RW_DROP_EVICTED)
			json_u64(j, "ring_cpu", e.arg[3]);
	}
	json_text(j, "text", text);
}

static void export_record(const struct rec *r, const char *boot, FILE *out)
{
	struct json j = { .out = out };

	json_open(&j, NULL, '{');
	if (boot)
		json_str(&j, "boot", boot);
	json_u64(&j, "seq", r->hdr.seq);
	json_u64(&j, "time_ns", r->hdr.time_ns);
	json_u64(&j, "cpu", r->hdr.cpu);
	json_str(&j, "type", rec_type_name(r->hdr.type));
	export_proc(&j, r);
	json_str(&j, "verdict", rec_verdict_name(r->hdr.verdict));
	if (rec_is_agent(r))
		export_agent(&j, r);
	else if (rec_is_access(r))
		export_access(&j, r);
	else
		export_event(&j, r);
	if (r->hdr.flags & RW_RECF_SYNC)
		json_true(&j, "sync");
	if (r->hdr.flags & RW_RECF_PATH_TRUNC)
		json_true(&j, "path_truncated");
	if (r->hdr.flags & RW_RECF_TIME_ADJ)
		json_true(&j, "time_adjusted");
	json_close(&j, '}');
	putc('\n', out);
}

void export_jsonl(const struct input *in, const struct filter *filter, FILE *out)
{
	for (size_t i = 0; i < in->nboot; i++) {
		const struct boot *b = &in->boot[i];
		char id[TEXT_BOOT_LEN] = "unknown";

		if (b->newest->have_hdr)
			text_boot(id, &b->newest->hdr);
		for (size_t k = 0; k < b->nrec; k++)
			if (filter_match(filter, &b->rec[k]))
				export_record(&b->rec[k], in->nboot > 1 ? id : NULL, out);
	}
}
