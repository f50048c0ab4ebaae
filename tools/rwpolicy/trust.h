/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* rwpolicy trust: the lines of a policy.conf that trust a program with all that it loads. */
#pragma once

/**
 * trust() - print the lines for programs, their interpreters and all libraries.
 * @files: NULL-terminated list of at least one program or library
 *
 * Nothing is executed: libraries are looked for as ld.so(8) of glibc does, by the names in the files. What a
 * program opens by dlopen(3) is in no file, and has to be named here.
 *
 * Return: the exit status of the program.
 */
int trust(char **files);
