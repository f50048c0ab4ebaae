/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog on alerts in a capture's text: each has its record, or is all that is left. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alerts.h"
#include "tests/unit/rwlog/build.h"

/* As hv/protect/evidence.c prints the violations of build_violation(). */
#define ACCESS \
	"ringward: ALERT write of lsm_hooks security_hook_heads+38 at gpa 1234000, rip ffffffffc0001010, " \
	"cpl 0, by insmod[77]: skip"
#define HYPERCALL "ringward: ALERT hypercall 6 refused, rip ffffffffc0001010, by insmod[77]"
#define STARTED   "ringward: hypervisor 0.1, VMX/EPT, 2 CPUs\r\n"

static void starts(const char *text, struct alert_key want)
{
	struct alert_key k = alert_parse(text);

	assert_int_equal(k.form, want.form);
	assert_int_equal(k.rip, want.rip);
	assert_int_equal(k.place, want.place);
	assert_int_equal(k.pid, want.pid);
}

static void forms(void **state)
{
	(void)state;
	starts("ALERT write of lsm_hooks a.b+8 at gpa f5b07c0, rip ffffffff81000010, cpl 0, by sh[82]: skip",
	       (struct alert_key){ ALERT_ACCESS, 0xf5b07c0, 0xffffffff81000010, 82 });
	starts("ALERT read of hypervisor +0 at gpa 7f000000, rip 401000, cpl 3, by a[b]: 1[7]: skip, 9 times since",
	       (struct alert_key){ ALERT_ACCESS, 0x7f000000, 0x401000, 7 });
	starts("ALERT write of MSR c0000082 ignored, rip ffffffffc0000123, by insmod[96]",
	       (struct alert_key){ ALERT_MSR, 0xc0000082, 0xffffffffc0000123, 96 });
	starts("ALERT hypercall 12 refused, rip 55, by an unknown task[0], 3 times since",
	       (struct alert_key){ ALERT_HYPERCALL, 12, 0x55, 0 });
	starts("ALERT write of MSR c0000082 ignored, rip ffffffffc0000123, by insm",
	       (struct alert_key){ .form = ALERT_UNKNOWN });
	starts("ALERT write of CR4.SMEP, rip ffffffffc03d17d5, by sh[92]: skip",
	       (struct alert_key){ ALERT_ACCESS, 0, 0xffffffffc03d17d5, 92 });
	starts("ALERT the agent on CPU 3 is silent",
	       (struct alert_key){ ALERT_AGENT, 3, RW_AGENT_SILENT, 0 });
	starts("ALERT the agent on CPU 12 is attached to 2 tracepoints less than at its start",
	       (struct alert_key){ ALERT_AGENT, 12, RW_AGENT_DEAF, 2 });
	starts("ALERT the agent on CPU 3 is sil", (struct alert_key){ .form = ALERT_UNKNOWN });
	starts("ALERT the agent on CPU 3 is attached to 2 tracep",
	       (struct alert_key){ .form = ALERT_UNKNOWN });
	starts("ALERT of another kind", (struct alert_key){ .form = ALERT_UNKNOWN });
}

/* The text of a start, @alerts alerts, and a dump of a store with @records violations, of boot @boot. */
static void one_boot(FILE *out, uint8_t boot, unsigned int alerts, unsigned int records)
{
	struct build b;

	fputs(STARTED, out);
	build_start(&b, BUILD_FEW, boot);
	build_note(&b, RW_REC_AGENT, "6.1");
	for (unsigned int i = 0; i < alerts; i++)
		fputs(ACCESS "\r\n", out);
	for (unsigned int i = 0; i < records; i++)
		build_violation(&b, RW_REC_VIOLATION, RW_TARGET_LSM_HOOKS, RW_ACCESS_WRITE);
	build_dump(&b, out, 1);
	build_free(&b);
}

/* Parses the text, which is then freed. Return: how many alerts have no record. */
static uint64_t missing(struct build_text *t, struct input *in)
{
	build_text_stop(t);
	assert_int_equal(build_parse(in, t->p, t->len), 0);
	assert_int_equal(in->problems.of[PROBLEM_ALERT], in->problems.count);
	free(t->p);
	return in->problems.count;
}

static void each_has_its_record(void **state)
{
	struct build_text t;
	struct input in;

	(void)state;
	for (unsigned int alerts = 0; alerts < 4; alerts++)
		for (unsigned int records = 0; records < 4; records++) {
			build_text_start(&t);
			one_boot(t.f, 1, alerts, records);
			assert_int_equal(missing(&t, &in), alerts > records ? alerts - records : 0);
			assert_int_equal(input_status(&in), alerts > records ? STATUS_ALERTS : STATUS_GOOD);
			input_free(&in);
		}
}

static void add_state(struct build *b, uint32_t state, uint32_t cpu, uint32_t gone)
{
	struct rec_writer *w = build_record(b, RW_REC_AGENT_STATE, RW_VERDICT_NONE);

	rec_u32(w, RW_F_AGENT_STATE, state);
	rec_u32(w, RW_F_OF_CPU, cpu);
	rec_u32(w, RW_F_PROBES_GONE, gone);
	build_end(b);
}

/* An agent that falls silent has a record like a violation. */
static void states_of_the_agent(void **state)
{
	struct build_text t;
	struct input in;
	struct build b;

	(void)state;
	build_text_start(&t);
	build_start(&b, BUILD_FEW, 1);
	add_state(&b, RW_AGENT_SILENT, 1, 0);
	add_state(&b, RW_AGENT_DEAF, 0, 3);
	add_state(&b, RW_AGENT_HEARD, 1, 0);
	fputs(STARTED
	      "ringward: ALERT the agent on CPU 1 is sil\r\nent\r\n"
	      "ringward: ALERT the agent on CPU 0 is attached to 3 tracepoints less than at its start\r\n"
	      "ringward: ALERT the agent on CPU 1 is heard\r\n"
	      "ringward: ALERT the agent on CPU 2 is silent\r\n"
	      "ringward: ALERT the agent on CPU 0 is attached to 4 tracepoints less than at its start\r\n",
	      t.f);
	build_dump(&b, t.f, 1);
	build_free(&b);
	assert_int_equal(missing(&t, &in), 2);
	assert_true(alerts_missing(&in.capture.console.alert[3]) &&
		    alerts_missing(&in.capture.console.alert[4]));
	input_free(&in);
}

/* The last dump was lost with the power: what came after the one before it is in the text only. */
static void the_last_dump_is_missing(void **state)
{
	struct build_text t;
	struct input in;
	struct sink to;
	char *shown = NULL;
	size_t len;
	FILE *out;

	(void)state;
	build_text_start(&t);
	one_boot(t.f, 1, 2, 2);
	fputs("[09:20:53] " ACCESS "\r\n" HYPERCALL "\r\n", t.f);
	assert_int_equal(missing(&t, &in), 2);
	assert_true(in.capture.console.alert[3].boot_known);
	out = open_memstream(&shown, &len);
	alerts_show(&in, out);
	sink_open(&to, out);
	alerts_jsonl(&in, &to);
	sink_close(&to);
	fclose(out);
	assert_non_null(strstr(shown, ", boot 01010101: \"[09:20:53] ringward: ALERT write of lsm_hooks"));
	assert_non_null(strstr(shown, "{\"boot\":\"01010101\",\"type\":\"console_alert\",\"line\":"));
	free(shown);
	input_free(&in);
}

/* An alert in a form that is not compared does not take the lines after it, nor the next alert. */
static void one_of_another_kind_ends_at_its_line(void **state)
{
	struct build_text t;
	struct input in;

	(void)state;
	build_text_start(&t);
	fputs(STARTED "ringward: ALERT of a kind that comes later\r\nringward: another line\r\n", t.f);
	one_boot(t.f, 1, 2, 2);
	assert_int_equal(missing(&t, &in), 0);
	assert_int_equal(in.capture.console.nalert, 3);
	assert_string_equal(in.capture.console.alert[0].text, "ringward: ALERT of a kind that comes later");
	input_free(&in);
}

/* A boot without any dump, alone and between two others that did the same. */
static void a_boot_without_a_dump(void **state)
{
	struct build_text t;
	struct input in;

	(void)state;
	build_text_start(&t);
	fputs(STARTED ACCESS "\r\n", t.f);
	assert_int_equal(missing(&t, &in), 1);
	assert_int_equal(in.nboot, 0);
	assert_true(in.is_capture);
	assert_int_equal(input_status(&in), STATUS_ALERTS);
	assert_false(in.capture.console.alert[0].boot_known);
	input_free(&in);
	build_text_start(&t);
	one_boot(t.f, 1, 1, 1);
	fputs(STARTED ACCESS "\r\n", t.f);
	one_boot(t.f, 2, 1, 1);
	assert_int_equal(missing(&t, &in), 1);
	assert_false(in.capture.console.alert[1].has_record);
	assert_false(in.capture.console.alert[1].boot_known);
	input_free(&in);
}

/* Two machines on one line: the start of the second one stands between an alert and a dump of the first. */
static void two_machines(void **state)
{
	struct build_text t;
	struct build b;
	struct input in;

	(void)state;
	build_text_start(&t);
	build_start(&b, BUILD_FEW, 1);
	build_violation(&b, RW_REC_VIOLATION, RW_TARGET_LSM_HOOKS, RW_ACCESS_WRITE);
	fputs(STARTED ACCESS "\r\n", t.f);
	one_boot(t.f, 2, 1, 1);
	build_dump(&b, t.f, 1);
	assert_int_equal(missing(&t, &in), 0);
	input_free(&in);
	build_free(&b);
}

/* With a choice, only the alerts of that boot are judged: the records of others were not read. */
static void one_boot_chosen(void **state)
{
	struct build_text t;
	struct input in;

	(void)state;
	build_text_start(&t);
	one_boot(t.f, 1, 2, 2);
	one_boot(t.f, 2, 3, 2);
	build_text_stop(&t);
	assert_int_equal(
		build_parse_as(&in, t.p, t.len, INPUT_AS_IT_LOOKS, (struct image_choice){ .boot = "01" }), 0);
	assert_int_equal(in.problems.count, 0);
	input_free(&in);
	assert_int_equal(
		build_parse_as(&in, t.p, t.len, INPUT_AS_IT_LOOKS, (struct image_choice){ .boot = "02" }), 0);
	assert_int_equal(in.problems.of[PROBLEM_ALERT], 1);
	input_free(&in);
	free(t.p);
}

/* A day of the same attack: the work does not grow with the square of the alerts. */
static void many_alerts(void **state)
{
	const unsigned int count = 30000;
	struct build_text t;
	struct build b;
	struct input in;

	(void)state;
	build_start(&b, count / 4, 1);
	build_text_start(&t);
	for (unsigned int i = 0; i < count; i++) {
		fputs(i % 2 ? ACCESS "\r\n" : STARTED ACCESS "\r\n", t.f);
		build_violation(&b, RW_REC_VIOLATION, RW_TARGET_LSM_HOOKS, RW_ACCESS_WRITE);
	}
	build_dump(&b, t.f, 1);
	assert_int_equal(missing(&t, &in), 0);
	assert_int_equal(in.capture.console.nalert, count);
	input_free(&in);
	build_free(&b);
}

/* A terminal of 80 columns breaks an alert, and a capture may have everything twice. */
static void broken_and_repeated(void **state)
{
	struct build_text one, t;
	struct input in;

	(void)state;
	build_text_start(&one);
	one_boot(one.f, 1, 2, 2);
	build_text_stop(&one);
	build_text_start(&t);
	for (size_t i = 0, column = 0; i < one.len; i++) {
		column = one.p[i] == '\n' ? 0 : column + 1;
		if (column > 80) {
			fputs("\r\n", t.f);
			column = 1;
		}
		putc(one.p[i], t.f);
	}
	assert_int_equal(missing(&t, &in), 0);
	assert_int_equal(in.capture.console.nalert, 2);
	assert_int_equal(in.capture.console.alert[0].key.form, ALERT_ACCESS);
	input_free(&in);
	build_text_start(&t);
	fwrite(one.p, 1, one.len, t.f);
	fwrite(one.p, 1, one.len, t.f);
	assert_int_equal(missing(&t, &in), 0);
	input_free(&in);
	free(one.p);
}

/* A name that a guest chose is no alert: it stands in a line of Ringward's, after the name. */
static void a_name_is_no_alert(void **state)
{
	struct build_text t;
	struct input in;

	(void)state;
	build_text_start(&t);
	fputs("ringward: patch of kernel_text x+0 by ringward: ALERT [7]\r\n", t.f);
	one_boot(t.f, 1, 0, 1);
	assert_int_equal(missing(&t, &in), 0);
	assert_int_equal(in.capture.console.nalert, 0);
	input_free(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(each_has_its_record),
		cmocka_unit_test(states_of_the_agent),
		cmocka_unit_test(the_last_dump_is_missing),
		cmocka_unit_test(a_boot_without_a_dump),
		cmocka_unit_test(one_of_another_kind_ends_at_its_line),
		cmocka_unit_test(two_machines),
		cmocka_unit_test(one_boot_chosen),
		cmocka_unit_test(many_alerts),
		cmocka_unit_test(broken_and_repeated),
		cmocka_unit_test(a_name_is_no_alert),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
