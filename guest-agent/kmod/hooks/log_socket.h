/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Which UNIX sockets belong to a syslog daemon: those with a path that ends in /dev/log, dev-log,
 * journal/socket or journal/stdout (also below a folder journal.NAMESPACE), in any mount namespace. The
 * path is the one that the socket was bound to, the one where it is now, or the one by which a sender names
 * it.
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
 * log_sender_add() - remember that a socket was connected by a log's name.
 * @receiver: to which; one whose own path counts needs no memory
 * @input:    enum rw_log_input
 *
 * A link, or a mount, can lead from a log's name to any socket. Only what is sent through @sk counts then:
 * who makes such a link does not have the messages of others recorded.
 *
 * Context: a hook in which @sk connects; does not sleep.
 */
void log_sender_add(const struct sock *sk, const struct sock *receiver, unsigned int input);

/**
 * log_sender_input() - tell whether a socket was connected by a log's name.
 *
 * Context: a hook in which @sk sends.
 * Return: enum rw_log_input, or 0.
 */
unsigned int log_sender_input(const struct sock *sk);
