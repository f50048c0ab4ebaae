/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Parses Linux's socket addresses. */
#include "socket.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "util.h"

/* The members of one address being parsed. */
struct parts {
	struct member *v;
	unsigned int n;
	char *text;
};

static void add_u64(struct parts *p, const char *name, uint64_t v)
{
	p->v[p->n++] = (struct member){ .name = name, .form = MEMBER_U64, .u = v };
}

static void add_word(struct parts *p, const char *name, const char *word)
{
	p->v[p->n++] = (struct member){ .name = name, .form = MEMBER_WORD, .word = word };
}

static void add_bytes(struct parts *p, const char *name, enum member_form form, const uint8_t *at, size_t n)
{
	p->v[p->n++] = (struct member){ .name = name, .form = form, .text = { at, n } };
}

/* A path ends with a NUL; a name that begins with NUL is not a path and may have any bytes. */
static void unix_parts(struct parts *p, struct text raw)
{
	size_t off = offsetof(struct sockaddr_un, sun_path), n = raw.len - off;
	const uint8_t *path = raw.p + off;

	if (n && path[0])
		add_bytes(p, "path", MEMBER_TEXT, path, strnlen((const char *)path, n));
	else if (n)
		add_bytes(p, "abstract", MEMBER_TEXT, path + 1, n - 1);
}

static void inet_parts(struct parts *p, struct text raw)
{
	struct sockaddr_in in;

	memcpy(&in, raw.p, sizeof(in));
	add_word(p, "host", inet_ntop(AF_INET, &in.sin_addr, p->text, SOCKET_TEXT_LEN));
	add_u64(p, "port", ntohs(in.sin_port));
}

static void inet6_parts(struct parts *p, struct text raw)
{
	struct sockaddr_in6 in = { 0 };

	memcpy(&in, raw.p, raw.len < sizeof(in) ? raw.len : sizeof(in));
	add_word(p, "host", inet_ntop(AF_INET6, &in.sin6_addr, p->text, SOCKET_TEXT_LEN));
	add_u64(p, "port", ntohs(in.sin6_port));
	if (in.sin6_scope_id)
		add_u64(p, "scope", in.sin6_scope_id);
}

static void netlink_parts(struct parts *p, struct text raw)
{
	struct sockaddr_nl nl;

	memcpy(&nl, raw.p, sizeof(nl));
	add_u64(p, "port", nl.nl_pid);
	add_u64(p, "groups", nl.nl_groups);
}

static void vsock_parts(struct parts *p, struct text raw)
{
	struct sockaddr_vm vm;

	memcpy(&vm, raw.p, sizeof(vm));
	add_u64(p, "cid", vm.svm_cid);
	add_u64(p, "port", vm.svm_port);
}

static void packet_parts(struct parts *p, struct text raw)
{
	struct sockaddr_ll ll = { 0 };

	memcpy(&ll, raw.p, raw.len < sizeof(ll) ? raw.len : sizeof(ll));
	add_u64(p, "interface", (uint32_t)ll.sll_ifindex);
	add_u64(p, "protocol", ntohs(ll.sll_protocol));
}

static const struct {
	uint16_t family;
	const char *name;
	size_t least; /* bytes of a whole address */
	void (*add)(struct parts *p, struct text raw);
} families[] = {
	{ AF_UNIX, "unix", offsetof(struct sockaddr_un, sun_path), unix_parts },
	{ AF_INET, "inet", sizeof(struct sockaddr_in), inet_parts },
	{ AF_INET6, "inet6", offsetof(struct sockaddr_in6, sin6_scope_id), inet6_parts },
	{ AF_NETLINK, "netlink", sizeof(struct sockaddr_nl), netlink_parts },
	{ AF_PACKET, "packet", offsetof(struct sockaddr_ll, sll_hatype), packet_parts },
	{ AF_VSOCK, "vsock", sizeof(struct sockaddr_vm), vsock_parts },
};

unsigned int socket_parts(struct text raw, struct member part[SOCKET_PARTS], char text[SOCKET_TEXT_LEN])
{
	struct parts p = { part, 0, text };
	uint16_t family;

	memcpy(&family, raw.p, sizeof(family));
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (families[i].family != family)
			continue;
		add_word(&p, "family", families[i].name);
		if (raw.len < families[i].least)
			break;
		families[i].add(&p, raw);
		return p.n;
	}
	if (!p.n) {
		snprintf(text, SOCKET_TEXT_LEN, "family_%u", family);
		add_word(&p, "family", text);
	}
	add_bytes(&p, "data", MEMBER_HEX, raw.p + sizeof(family), raw.len - sizeof(family));
	return p.n;
}
