/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the recording of messages to the syslog daemon needs to know from the hooks of sockets. */
#pragma once

#include <linux/net.h>
#include <linux/socket.h>
#include <linux/types.h>

/* Context: module init, before the hooks are attached. */
void syslog_init(void);

/**
 * syslog_sending() - look at what is about to be sent by a UNIX socket.
 *
 * Context: hook socket_sendmsg; may sleep.
 * Return: whether it is sent to an address that names a log: then the message makes a record here or later.
 */
bool syslog_sending(struct socket *sock, struct msghdr *msg, size_t size);

/** syslog_connecting() - look at the address that a UNIX socket is about to be connected to. */
void syslog_connecting(struct socket *sock, const struct sockaddr *address, int len);
