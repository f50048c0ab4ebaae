/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The other end of a TCP connection that does not leave a network namespace. */
#pragma once

struct request_sock;
struct sock;
struct sockaddr;

/** compat_tcp_peer() - the socket that @sk is connected to, or NULL. For sock_gen_put(). Context: any. */
struct sock *compat_tcp_peer(const struct sock *sk);

/** compat_tcp_client() - the same for who asks @sk, or the listener that it comes from, for a connection. */
struct sock *compat_tcp_client(const struct sock *sk, const struct request_sock *req);

/**
 * compat_tcp_listener() - the socket that a connection to an address of this machine reaches.
 * @address: @len bytes, as the caller gave them
 *
 * Context: any, under rcu_read_lock(). Return: NULL if there is none.
 */
struct sock *compat_tcp_listener(const struct sock *sk, const struct sockaddr *address, int len);
