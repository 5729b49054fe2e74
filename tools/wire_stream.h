/* SPDX-License-Identifier: MIT */
/* A connection as `coodie wire decode` follows it: bytes of both directions to messages. */
#ifndef TOOLS_WIRE_STREAM_H
#define TOOLS_WIRE_STREAM_H

#include "tools/wire_message.h"

enum wire_mode { WIRE_UNKNOWN, WIRE_ENVELOPES, WIRE_SEGMENTS };

/* What is printed, and how. */
struct wire_sink {
	FILE *to;
	bool json;
	size_t errors, messages;
	struct wire_memory memory;
};

/* What both directions of a connection have agreed on. */
struct wire_connection {
	struct wire_sink *sink;
	char client[64], server[64]; /* addresses; "" where none are known */
	enum wire_mode mode;
	unsigned version;                 /* that is forced or was agreed on; 0: not known */
	enum cql_compression compression; /* of bodies, or the layout of segments */
	bool has_startup;                 /* STARTUP was seen: what it did not say is not agreed */
	struct wire_startup *startup;     /* that waits for its answer */
	cql_terms terms;
	int32_t advertised_rate_limit;
	struct wire_statements *statements; /* NULL: none were prepared */
	struct wire_stream *streams[2]; /* [from_client] */
};

/* One direction, or a file that may hold both. */
struct wire_stream {
	struct wire_connection *connection;
	int direction;      /* 1 from the client, 0 from the server, -1 either */
	struct bytes raw;   /* as it came */
	size_t at;          /* where reading goes on in `raw` */
	uint64_t offset;    /* of raw.at[0] in the stream */
	struct bytes plain; /* out of segments */
	size_t skipped;     /* bytes since the last thing that was understood */
	bool is_hopeless;   /* TLS: nothing can be read */
	double time;
};

/* A message that was taken from a stream. */
struct wire_origin {
	const struct wire_stream *stream;
	bool is_request;
	uint64_t offset; /* of its envelope, or of the segment it ends in */
	size_t size;     /* of its envelope on the wire */
};

void wire_connection_init(struct wire_connection *c, struct wire_sink *sink);
void wire_connection_deinit(struct wire_connection *c);

void wire_stream_init(struct wire_stream *s, struct wire_connection *c, int direction);
void wire_stream_feed(struct wire_stream *s, const void *data, size_t len, double time);
/* `len` bytes are missing here: what was begun cannot be ended. */
void wire_stream_gap(struct wire_stream *s, uint64_t len);
/* Nothing more comes. */
void wire_stream_end(struct wire_stream *s);
void wire_stream_deinit(struct wire_stream *s);

/* ---- its parts ------------------------------------------------------------------------------ */

/* One whole envelope; shows it and learns from it. */
void wire_follow(struct wire_connection *c, const struct wire_origin *origin, cql_blob envelope);
/* Is STARTUP of v5 without its answer? In a capture of the client alone there will be none. */
bool wire_awaits_segments(const struct wire_connection *c);
/* Shows what is wrong, and counts it. */
void wire_complain(const struct wire_stream *s, uint64_t offset, const char *format, ...)
	COODIE_PRINTF(3, 4);
void wire_show(struct wire_connection *c, const struct wire_origin *origin, struct wire_view *view,
	       const cql_message *message, const cql_envelope *envelope);
void wire_show_segment(const struct wire_stream *s, uint64_t offset, const cql_segment *segment);
/* A message that could not be read: its header, the error, the beginning of its body. */
void wire_show_broken(struct wire_connection *c, const struct wire_origin *origin,
		      const cql_envelope *envelope, const coodie_error *err);

#endif
