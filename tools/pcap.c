/* SPDX-License-Identifier: MIT */
/* Reads pcap and pcapng files, and finds TCP in their packets. */
#include <string.h>

#include "tools/pcap.h"

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, OLD_PACKET = 2, SIMPLE_PACKET = 3, PACKET = 6 };
enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW_OLD = 12,
	LINK_RAW_BSD = 14,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276
};

static uint32_t big(const uint8_t *at, size_t bytes)
{
	uint32_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | at[i];
	return n;
}

static uint32_t number(const struct pcap_reader *r, const uint8_t *at, size_t bytes)
{
	uint32_t n = 0;

	if (r->big_endian)
		return big(at, bytes);
	for (size_t i = bytes; i > 0; i--)
		n = n << 8 | at[i - 1];
	return n;
}

/* ---- files ---------------------------------------------------------------------------------- */

static const struct {
	uint8_t magic[4];
	bool next_generation, big_endian;
	double tick;
} magics[] = {
	{ { 0xa1, 0xb2, 0xc3, 0xd4 }, false, true, 1e-6 },
	{ { 0xd4, 0xc3, 0xb2, 0xa1 }, false, false, 1e-6 },
	{ { 0xa1, 0xb2, 0x3c, 0x4d }, false, true, 1e-9 },
	{ { 0x4d, 0x3c, 0xb2, 0xa1 }, false, false, 1e-9 },
	{ { 0x0a, 0x0d, 0x0d, 0x0a }, true, false, 1e-6 },
};

enum { MAGICS = sizeof magics / sizeof magics[0], FILE_HEADER = 24, RECORD_HEADER = 16 };

static size_t magic_of(const uint8_t *data, size_t len)
{
	size_t i = 0;

	while (i < MAGICS && (len < 4 || memcmp(magics[i].magic, data, 4) != 0))
		i++;
	return i;
}

bool pcap_is(const uint8_t *data, size_t len)
{
	return magic_of(data, len) < MAGICS;
}

static bool stop(struct pcap_reader *r, const char *why)
{
	r->error = why;
	r->at = r->end;
	return false;
}

void pcap_open(struct pcap_reader *r, const uint8_t *data, size_t len)
{
	size_t i = magic_of(data, len);

	memset(r, 0, sizeof *r);
	r->data = r->at = data;
	r->end = data + len;
	if (i == MAGICS) {
		stop(r, "it is no capture");
		return;
	}
	r->next_generation = magics[i].next_generation;
	r->big_endian = magics[i].big_endian;
	r->tick = magics[i].tick;
	if (r->next_generation)
		return;
	if (len < FILE_HEADER) {
		stop(r, "the file header is cut");
		return;
	}
	r->link = number(r, data + 20, 4) & 0x0fffffff;
	r->at += FILE_HEADER;
}

static bool next_record(struct pcap_reader *r, struct pcap_packet *out)
{
	size_t left = (size_t)(r->end - r->at);
	uint32_t len;

	if (!left)
		return false;
	if (left < RECORD_HEADER)
		return stop(r, "the last packet is cut");
	len = number(r, r->at + 8, 4);
	if (len > left - RECORD_HEADER)
		return stop(r, "the last packet is cut");
	*out = (struct pcap_packet){ r->at + RECORD_HEADER, len, r->link,
				     number(r, r->at, 4) + r->tick * number(r, r->at + 4, 4) };
	r->at += RECORD_HEADER + len;
	return true;
}

/* ---- blocks of pcapng ----------------------------------------------------------------------- */

static double negative_power(double base, unsigned exponent)
{
	double n = 1;

	while (exponent--)
		n /= base;
	return n;
}

/* if_tsresol among an interface's options: 10^-n, or 2^-n. */
static double tick_of(const struct pcap_reader *r, const uint8_t *at, const uint8_t *end)
{
	while (end - at >= 4) {
		uint32_t code = number(r, at, 2), len = number(r, at + 2, 2);
		if (!code || len > (size_t)(end - at) - 4)
			break;
		if (code == 9 && len >= 1)
			return negative_power(at[4] & 0x80 ? 2 : 10, at[4] & 0x7f);
		len = (len + 3) / 4 * 4;
		if (len > (size_t)(end - at) - 4)
			break;
		at += 4 + len;
	}
	return 1e-6;
}

static void add_interface(struct pcap_reader *r, const uint8_t *body, size_t len)
{
	if (len < 8 || r->interface_count == sizeof r->interfaces / sizeof r->interfaces[0])
		return;
	r->interfaces[r->interface_count].link = number(r, body, 2);
	r->interfaces[r->interface_count++].tick = tick_of(r, body + 8, body + len);
}

static bool packet_of(struct pcap_reader *r, uint32_t type, const uint8_t *body, size_t len,
		      struct pcap_packet *out)
{
	size_t header = type == SIMPLE_PACKET ? 4 : 20, size;
	uint32_t interface = 0;
	double ticks = 0;

	if (len < header)
		return false;
	if (type == SIMPLE_PACKET) {
		size = number(r, body, 4);
		size = size < len - header ? size : len - header;
	} else {
		interface = number(r, body, type == OLD_PACKET ? 2 : 4);
		ticks = number(r, body + 4, 4) * 4294967296.0 + number(r, body + 8, 4);
		size = number(r, body + 12, 4);
	}
	if (size > len - header || interface >= r->interface_count)
		return false;
	*out = (struct pcap_packet){ body + header, size, r->interfaces[interface].link,
				     ticks * r->interfaces[interface].tick };
	return true;
}

static bool next_block(struct pcap_reader *r, struct pcap_packet *out)
{
	while (r->at < r->end) {
		size_t left = (size_t)(r->end - r->at);
		const uint8_t *block = r->at;
		uint32_t type, size;

		if (left < 12)
			return stop(r, "the last block is cut");
		type = number(r, block, 4);
		if (type == SECTION) {
			r->big_endian = big(block + 8, 4) == 0x1a2b3c4d;
			r->interface_count = 0;
		}
		size = number(r, block + 4, 4);
		if (size < 12 || size % 4)
			return stop(r, "a block has an impossible length");
		if (size > left)
			return stop(r, "the last block is cut");
		r->at += size;
		if (type == INTERFACE)
			add_interface(r, block + 8, size - 12);
		else if ((type == PACKET || type == SIMPLE_PACKET || type == OLD_PACKET) &&
			 packet_of(r, type, block + 8, size - 12, out))
			return true;
	}
	return false;
}

bool pcap_next(struct pcap_reader *r, struct pcap_packet *out)
{
	return r->next_generation ? next_block(r, out) : next_record(r, out);
}

/* ---- packets -------------------------------------------------------------------------------- */

struct cursor {
	const uint8_t *at;
	size_t left;
};

static bool skip(struct cursor *c, size_t n)
{
	if (c->left < n)
		return false;
	c->at += n;
	c->left -= n;
	return true;
}

/* Takes the link's header off; the rest begins with IP. */
static bool strip_link(uint32_t link, struct cursor *c)
{
	uint32_t type = 0x0800;

	if (link == LINK_RAW || link == LINK_RAW_OLD || link == LINK_RAW_BSD || link == LINK_IPV4 ||
	    link == LINK_IPV6)
		return true;
	if (link == LINK_NULL || link == LINK_LOOP)
		return skip(c, 4);
	if (link == LINK_SLL2)
		return c->left >= 2 && (type = big(c->at, 2)) && skip(c, 20) &&
		       (type == 0x0800 || type == 0x86dd);
	if (link != LINK_ETHERNET && link != LINK_SLL)
		return false;
	if (!skip(c, link == LINK_SLL ? 14 : 12))
		return false;
	do {
		if (c->left < 2)
			return false;
		type = big(c->at, 2);
		skip(c, 2);
	} while ((type == 0x8100 || type == 0x88a8) && skip(c, 2));
	return type == 0x0800 || type == 0x86dd;
}

/* The bytes behind what IP says its length is are padding. A length of 0 is the card's doing. */
static void trim(struct cursor *c, size_t len)
{
	if (len && len < c->left)
		c->left = len;
}

static bool strip_ipv4(struct cursor *c, struct tcp_piece *out)
{
	size_t header;

	if (c->left < 20)
		return false;
	header = (size_t)(c->at[0] & 15) * 4;
	trim(c, big(c->at + 2, 2));
	if (header < 20 || c->at[9] != 6 || (big(c->at + 6, 2) & 0x3fff))
		return false;
	memcpy(out->from.ip, c->at + 12, 4);
	memcpy(out->to.ip, c->at + 16, 4);
	out->from.length = out->to.length = 4;
	return skip(c, header);
}

static bool strip_ipv6(struct cursor *c, struct tcp_piece *out)
{
	uint8_t next;
	size_t len;

	if (c->left < 40)
		return false;
	next = c->at[6];
	len = big(c->at + 4, 2);
	trim(c, len ? 40 + len : 0);
	memcpy(out->from.ip, c->at + 8, 16);
	memcpy(out->to.ip, c->at + 24, 16);
	out->from.length = out->to.length = 16;
	skip(c, 40);
	while (next == 0 || next == 43 || next == 60) { /* hop by hop, routing, destination */
		if (c->left < 8)
			return false;
		next = c->at[0];
		if (!skip(c, 8 + (size_t)c->at[1] * 8))
			return false;
	}
	return next == 6;
}

bool tcp_parse(const struct pcap_packet *packet, struct tcp_piece *out)
{
	struct cursor c = { packet->data, packet->len };
	size_t header;
	bool ok;

	memset(out, 0, sizeof *out);
	if (!strip_link(packet->link, &c) || !c.left)
		return false;
	ok = c.at[0] >> 4 == 4 ? strip_ipv4(&c, out) : c.at[0] >> 4 == 6 && strip_ipv6(&c, out);
	if (!ok || c.left < 20)
		return false;
	header = (size_t)(c.at[12] >> 4) * 4;
	out->from.port = (uint16_t)big(c.at, 2);
	out->to.port = (uint16_t)big(c.at + 2, 2);
	out->sequence = big(c.at + 4, 4);
	out->fin = c.at[13] & 0x01;
	out->syn = c.at[13] & 0x02;
	out->reset = c.at[13] & 0x04;
	out->ack = c.at[13] & 0x10;
	if (header < 20 || !skip(&c, header))
		return false;
	out->data = c.at;
	out->len = c.left;
	out->time = packet->time;
	return true;
}
