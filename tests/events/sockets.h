/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the cases about sockets share. Each function ends the case if it fails. */
#pragma once

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/** unix_name() - make a UNIX address: a path, or after '@' an abstract name. Return: its length. */
socklen_t unix_name(struct sockaddr_un *un, const char *path);

/** unix_bound() - make a UNIX socket, bound to @path, which is removed first. */
int unix_bound(const char *path, int type);

/** unix_connected() - make a UNIX socket, connected to @path. */
int unix_connected(const char *path, int type);

/** loopback_up() - switch the loopback interface on. */
void loopback_up(void);

/**
 * ring_connect(), ring_send() - connect(2) and send(2) by io_uring.
 *
 * Return: what the call returned, or -ENOSYS if the kernel has no io_uring.
 */
int ring_connect(int fd, const void *address, socklen_t len);
int ring_send(int fd, const void *data, size_t len);

/** fact_socket() - report the inode number of a socket, as in the records. */
void fact_socket(const char *name, int fd);
