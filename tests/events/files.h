/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the cases about files share. */
#pragma once

#define FILE_DATA 65536

extern char file_data[FILE_DATA];

/** file_make() - make a file of @bytes bytes, which must not exist. Return: it, open for both. */
int file_make(const char *path, int bytes);

/** file_of() - the name of an open file in /proc/self/fd; valid until the next call. */
const char *file_of(int fd);

/** file_folder() - make a folder with a tmpfs of its own, for xattrs and handles. */
void file_folder(const char *path);

/** file_layers() - make the folders LAYERS/lower, upper and work, in a tmpfs of their own, and @merged. */
void file_layers(const char *layers, const char *merged);

/** file_overlay() - mount the overlay of @layers at @merged. @flags: of mount(2). */
void file_overlay(const char *layers, const char *merged, unsigned long flags);

/** file_load_module() - load a kernel module unless it is loaded. */
void file_load_module(const char *path);
