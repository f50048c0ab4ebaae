/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of lib/events.c: the table of events follows its own rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/events.h"

static void look_up(void **state)
{
	(void)state;
	assert_string_equal(event_desc(RW_REC_EXEC)->name, "exec");
	assert_string_equal(event_desc(RW_REC_DROP)->name, "drop");
	assert_null(event_desc(0));
	assert_null(event_desc(RW_REC_AGENT_LAST));
	assert_null(event_desc(RW_TYPES));
	assert_null(event_desc(UINT32_MAX));
	assert_string_equal(field_desc(RW_F_PATH)->name, "path");
	assert_int_equal(field_desc(RW_F_PATH)->kind, RW_KIND_PATH);
	assert_null(field_desc(0));
	assert_null(field_desc(4)); /* a gap between two groups */
	assert_null(field_desc(RW_FIELD_COUNT));
	assert_null(field_desc(UINT32_MAX));
}

/* Names are the JSON members' names, and each type has its own. */
static void good_name(const char *name)
{
	assert_true(name[0] != '\0');
	assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name));
}

static void events(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < RW_TYPES; i++) {
		const struct event_desc *event = event_desc(i);

		if (!event)
			continue;
		good_name(event->name);
		for (unsigned int k = 0; k < i; k++)
			if (event_desc(k))
				assert_string_not_equal(event_desc(k)->name, event->name);
	}
}

/*
 * An event has each field at most once, and all are in the table. The agent's events name the process,
 * except for the one that counts those of many.
 */
static void fields_of_events(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < RW_TYPES; i++) {
		const struct event_field *f = event_desc(i) ? event_desc(i)->fields : NULL;

		if (f && i <= RW_REC_AGENT_LAST && i != RW_REC_LIMITED)
			assert_true(f->id == RW_F_TASK && f->must);
		for (unsigned int k = 0; f && f[k].id; k++) {
			assert_true(k < EVENT_FIELDS_MAX);
			assert_non_null(field_desc(f[k].id));
			for (unsigned int before = 0; before < k; before++)
				assert_int_not_equal(f[before].id, f[k].id);
		}
	}
}

/* No two fields of an event share a name: rwlog would show the second one as bytes. */
static void names_within_an_event(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < RW_TYPES; i++) {
		const struct event_field *f = event_desc(i) ? event_desc(i)->fields : NULL;

		for (unsigned int k = 0; f && f[k].id; k++)
			for (unsigned int before = 0; before < k; before++)
				if (field_desc(f[k].id)->name[0])
					assert_string_not_equal(field_desc(f[before].id)->name,
								field_desc(f[k].id)->name);
	}
}

static void kinds(void **state)
{
	(void)state;
	for (unsigned int id = 0; id < RW_FIELD_COUNT; id++) {
		const struct field_desc *field = field_desc(id);

		if (!field)
			continue;
		assert_in_range(field->kind, RW_KIND_NONE + 1, RW_KIND_COUNT - 1);
		/* A structure's members have names, before which the field's may stand. */
		if (!kind_desc(field->kind)->grows || field->name[0])
			good_name(field->name);
	}
	for (unsigned int kind = RW_KIND_NONE + 1; kind < RW_KIND_COUNT; kind++) {
		const struct kind_desc *desc = kind_desc(kind);

		assert_true(desc->max > 0 && desc->min <= desc->max && desc->max <= RW_REC_MAX);
		if (desc->rule != VALUE_ANY)
			assert_true(desc->min == 4 && desc->max == 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(look_up),
		cmocka_unit_test(events),
		cmocka_unit_test(fields_of_events),
		cmocka_unit_test(names_within_an_event),
		cmocka_unit_test(kinds),
	};

	return cmocka_run_group_tests_name("lib/events", tests, NULL, NULL);
}
