/* SPDX-License-Identifier: MIT */
/* Captures of a network: pcap and pcapng files to packets, packets to streams of TCP. */
#ifndef TOOLS_PCAP_H
#define TOOLS_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcap_packet {
	const uint8_t *data; /* borrowed from the file */
	size_t len;
	uint32_t link; /* LINKTYPE_ number */
	double time;   /* seconds since 1970; 0: not known */
};

struct pcap_reader {
	const uint8_t *data, *at, *end;
	bool next_generation, big_endian;
	double tick;
	uint32_t link;
	struct pcap_interface {
		uint32_t link;
		double tick;
	} interfaces[256]; /* of the section; those beyond are not read */
	size_t interface_count;
	const char *error; /* what ended it; NULL: its end */
};

/* Whether the bytes begin as a pcap or pcapng file does. */
bool pcap_is(const uint8_t *data, size_t len);
void pcap_open(struct pcap_reader *r, const uint8_t *data, size_t len);
bool pcap_next(struct pcap_reader *r, struct pcap_packet *out);

/* ---- streams -------------------------------------------------------------------------------- */

struct tcp_address {
	uint8_t ip[16];
	uint8_t length; /* 4 or 16 */
	uint16_t port;
};

/* A piece of TCP in a packet. */
struct tcp_piece {
	struct tcp_address from, to;
	uint32_t sequence;
	bool syn, ack, fin, reset;
	const uint8_t *data;
	size_t len;
	double time;
};

/* False: the packet is none of TCP, is cut, or a fragment. */
bool tcp_parse(const struct pcap_packet *packet, struct tcp_piece *out);

/* Both directions of the connections with a port, put in order. What arrives goes to `data`, and
 * how many bytes the capture misses to `gap`; `user` is a connection's own, made at its first
 * data. */
struct tcp_calls {
	void *(*open)(void *context, const struct tcp_address *client,
		      const struct tcp_address *server);
	void (*data)(void *user, bool from_client, const uint8_t *data, size_t len, double time);
	void (*gap)(void *user, bool from_client, uint64_t len);
	void (*close)(void *user);
	void *context;
};

struct tcp_table;

struct tcp_table *tcp_new(const struct tcp_calls *calls, uint16_t server_port);
void tcp_take(struct tcp_table *table, const struct tcp_piece *piece);
/* Gives what still waits for missing bytes, closes all connections and frees the table. */
void tcp_free(struct tcp_table *table);

#endif
