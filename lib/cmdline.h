/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What command-line programs say about an unknown word: the nearest known one. */
#pragma once

#include <getopt.h>
#include <stddef.h>

#define CMDLINE_WORD_MAX 64u /* longer words match nothing */
#define CMDLINE_NEAR     2u  /* most edits between a word and a suggestion for it */

/**
 * cmdline_distance() - count the edits that turn one word into another: a character inserted, deleted or
 * changed, or two neighbours swapped.
 *
 * Return: the number of edits, or SIZE_MAX if a word is longer than CMDLINE_WORD_MAX.
 */
size_t cmdline_distance(const char *a, const char *b);

/**
 * cmdline_nearest() - find the known word that the user probably meant.
 * @names: the known words; @n: how many
 *
 * Return: the word, or NULL if none is within CMDLINE_NEAR edits and fewer than @word has characters.
 */
const char *cmdline_nearest(const char *word, const char *const *names, size_t n);

/**
 * cmdline_command() - find a subcommand by its name.
 * @names: the known ones; @n: how many
 * @text:  receives what is wrong with @word, without a line end; @size: its size
 *
 * Return: its number in @names, or @n with @text filled.
 */
size_t cmdline_command(const char *word, const char *const *names, size_t n, char *text, size_t size);

/**
 * cmdline_bad_option() - say why getopt_long() returned '?' or ':'.
 * @text:    receives the message, without a line end; @size: its size
 * @options: as given to getopt_long(); their values are no letters, except where a letter means the same
 * @word:    the argument at fault: argv[optind - 1]
 * @missing: whether it returned ':'
 *
 * Reads optopt. Names the options that an abbreviation may stand for, or the one nearest to an unknown one.
 */
void cmdline_bad_option(char *text, size_t size, const struct option *options, const char *word, int missing);
