/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Which UNIX sockets belong to a syslog daemon: those with a path that ends in /dev/log, dev-log,
 * journal/socket or journal/stdout (also below a folder journal.NAMESPACE), in any mount namespace. The path is
 * the one that the socket was bound to, the one where it is now, or the one by which a sender names it.
 */
#pragma once

#include <linux/net.h>
#include <linux/socket.h>
#include <linux/types.h>
#include <net/sock.h>

#include "abi/record.h"

/**
 * log_name_input() - tell what a UNIX address names.
 * @name: as given by a program, in kernel memory
 * @len:  its length in bytes, 0 to 128
 *
 * Return: enum rw_log_input, or 0 for an address that is no log's.
 * Context: any.
 */
unsigned int log_name_input(const void *name, int len);

/**
 * log_socket_input() - tell what a receiving UNIX socket is for.
 *
 * Context: may sleep; the caller holds a reference to @sk and does not hold its state lock.
 * Return: enum rw_log_input, or 0 if it is no log's.
 */
unsigned int log_socket_input(struct sock *sk);

/**
 * log_socket_add() - let a socket that has another path count, as a sender has reached it by a log's name
 * (through a link, or a mount): it, and those that share its address. The latest 16 such addresses are known.
 * @input: enum rw_log_input
 *
 * Context: any task's; does not sleep; @sk has a reference.
 */
void log_socket_add(const struct sock *sk, unsigned int input);
