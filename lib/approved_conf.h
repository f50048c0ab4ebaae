/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reads approved.conf, and makes its image. Pure C. */
#pragma once

#include "abi/approved.h"
#include "lib/conf_text.h"

#define APPROVED_NAME      "approved.conf"
#define APPROVED_FILE_MAX  (24u << 20) /* bytes */
#define APPROVED_TEXT_MAX  160u        /* bytes of a module's name */
#define APPROVED_IMAGE_MAX RW_APPROVED_BYTES(RW_APPROVED_MAX)

/**
 * approved_parse() - read a file, report all its errors, and make its image.
 * @text:  the file's @size bytes, untrusted
 * @file:  who gets the reports
 * @image: filled; 4-byte aligned, APPROVED_IMAGE_MAX bytes
 *
 * A line is `SHA256 NAME`: 64 hexadecimal digits of the uncompressed module file, and a name for people,
 * printable and without blanks. A word that begins with # begins a comment. Lines with the same digest are
 * one.
 *
 * Return: bytes of the image; 0 if there was an error.
 */
uint32_t approved_parse(const char *text, size_t size, struct conf_file *file, void *image);
