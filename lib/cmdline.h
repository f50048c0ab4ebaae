/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What command-line programs say about a word that they do not know: the nearest one that they do know. */
#pragma once

#include <getopt.h>
#include <stddef.h>

#define CMDLINE_WORD_MAX 64u /* longer words are near to nothing */
#define CMDLINE_NEAR     2u  /* most edits between a word and one that it may have been meant for */

/**
 * cmdline_distance() - edits that make one word of another: a character put in, taken out or changed, or
 * two neighbours swapped.
 *
 * Return: the number of edits, or SIZE_MAX where a word is longer than CMDLINE_WORD_MAX.
 */
size_t cmdline_distance(const char *a, const char *b);

/**
 * cmdline_nearest() - the known word that an unknown one was probably meant for.
 * @names: the known words; @n: how many
 *
 * Return: the word, or NULL where none is within CMDLINE_NEAR edits and fewer edits than @word has characters.
 */
const char *cmdline_nearest(const char *word, const char *const *names, size_t n);

/**
 * cmdline_bad_option() - say why getopt_long() returned '?' or ':'.
 * @text:    receives the message, without a line end; @size: its size
 * @options: as given to getopt_long()
 * @word:    the argument that it was about: argv[optind - 1]
 * @missing: whether it returned ':'
 *
 * Reads optopt. Names the options that an abbreviation could be, or the nearest one of an unknown option.
 */
void cmdline_bad_option(char *text, size_t size, const struct option *options, const char *word, int missing);
