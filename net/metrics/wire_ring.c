/* SPDX-License-Identifier: MIT */
/* The ring of a connection: read beside its writer, and told as text. */
#include "net/metrics/wire_ring.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <coodie/envelope.h>

#include "base/alloc.h"

static const char *const state_names[CD_RING_STATES] = {
#define X(name) [CD_RING_##name] = #name,
	CD_RING_STATE_TABLE(X)
#undef X
};

struct cd_wire_ring *cd_wire_ring_new(const coodie_allocator *a)
{
	return cd_alloc_zero(a, sizeof(struct cd_wire_ring));
}

void cd_wire_ring_free(struct cd_wire_ring *r, const coodie_allocator *a)
{
	cd_release(a, r);
}

/* The n-th event there ever was; false when it has been written over. */
static bool read_event(const struct cd_wire_ring *r, uint64_t n, coodie_wire_event *e)
{
	const struct cd_wire_slot *slot = &r->slots[n % CD_WIRE_EVENTS];
	uint8_t code = atomic_load_explicit(&slot->code, memory_order_acquire);
	uint8_t flags = atomic_load_explicit(&slot->flags, memory_order_acquire);

	*e = (coodie_wire_event){ .size = sizeof *e,
				  .at_us = atomic_load_explicit(&slot->at_us, memory_order_acquire),
				  .is_frame = flags & CD_WIRE_FRAME,
				  .is_sent = flags & CD_WIRE_SENT };
	if (e->is_frame) {
		e->opcode = code;
		e->stream = atomic_load_explicit(&slot->stream, memory_order_acquire);
		e->body_len = atomic_load_explicit(&slot->body_len, memory_order_acquire);
	} else {
		e->state = code < CD_RING_STATES ? state_names[code] : "?";
	}
	return atomic_load_explicit(&r->begun, memory_order_relaxed) - n <= CD_WIRE_EVENTS;
}

bool cd_wire_ring_each(const struct cd_wire_ring *r, uint64_t connection, coodie_wire_fn *fn,
		       void *user)
{
	uint64_t end = r ? atomic_load_explicit(&r->pushed, memory_order_acquire) : 0;
	coodie_wire_event e;

	for (uint64_t n = end > CD_WIRE_EVENTS ? end - CD_WIRE_EVENTS : 0; n < end; n++)
		if (read_event(r, n, &e) && !fn(connection, &e, user))
			return false;
	return true;
}

/* ---- as text -------------------------------------------------------------------------------- */

enum { LINE_SIZE = 480, EVENT_SIZE = 72 };

struct dump {
	const char *address;
	cd_wire_line_fn *line;
	void *user;
	char text[LINE_SIZE];
	size_t len; /* 0: the line has not begun */
	uint64_t last_us;
};

static void end_line(struct dump *d)
{
	if (d->len)
		d->line(d->text, d->user);
	d->len = 0;
}

static void begin_line(struct dump *d, uint64_t connection, uint64_t at_us)
{
	d->len = (size_t)snprintf(d->text, sizeof d->text,
				  "wire %" PRIu64 " %.100s %" PRIu64 ".%06" PRIu64 ":", connection,
				  d->address, at_us / 1000000, at_us % 1000000);
}

static void format_event(char out[EVENT_SIZE], const coodie_wire_event *e)
{
	const char *name = cql_opcode_name(e->opcode);
	char way = e->is_sent ? '>' : '<';

	if (!e->is_frame)
		snprintf(out, EVENT_SIZE, "=%s", e->state);
	else if (strcmp(name, "UNKNOWN") != 0)
		snprintf(out, EVENT_SIZE, "%c%s %d %" PRIu32, way, name, e->stream, e->body_len);
	else
		snprintf(out, EVENT_SIZE, "%c0x%02x %d %" PRIu32, way, e->opcode, e->stream,
			 e->body_len);
}

static bool dump_event(uint64_t connection, const coodie_wire_event *e, void *user)
{
	struct dump *d = user;
	char event[EVENT_SIZE], gap[24] = "";

	if (d->len + EVENT_SIZE + sizeof gap > sizeof d->text)
		end_line(d);
	if (d->len)
		snprintf(gap, sizeof gap, ", +%" PRIu64,
			 e->at_us > d->last_us ? e->at_us - d->last_us : 0);
	else
		begin_line(d, connection, e->at_us);
	format_event(event, e);
	d->len += (size_t)snprintf(d->text + d->len, sizeof d->text - d->len, "%s %s", gap, event);
	d->last_us = e->at_us;
	return true;
}

/* One word, whatever it was. */
static void copy_address(char *out, size_t size, const char *address)
{
	snprintf(out, size, "%s", address && *address ? address : "-");
	for (; *out; out++)
		if ((unsigned char)*out <= ' ' || *out == 0x7f)
			*out = '_';
}

void cd_wire_ring_dump(const struct cd_wire_ring *r, uint64_t connection, const char *address,
		       cd_wire_line_fn *line, void *user)
{
	char word[101];
	struct dump d = { .address = word, .line = line, .user = user };

	copy_address(word, sizeof word, address);
	cd_wire_ring_each(r, connection, dump_event, &d);
	end_line(&d);
}

static void log_line(const char *line, void *user)
{
	cd_log_write(user, COODIE_LOG_WARN, "%s", line);
}

void cd_wire_ring_log(const struct cd_wire_ring *r, uint64_t connection, const char *address,
		      const struct coodie_options *o, struct cd_log_limits *limits, uint64_t now_us)
{
	/* the line function only reads it */
	void *options = (void *)(uintptr_t)o;

	if (r && cd_log_wanted(o, COODIE_LOG_WARN) &&
	    cd_log_pass(o, limits, CD_LOG_WIRE, now_us, COODIE_LOG_WARN))
		cd_wire_ring_dump(r, connection, address, log_line, options);
}
