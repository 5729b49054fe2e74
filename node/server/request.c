/* SPDX-License-Identifier: MIT */
/* A request's clocks, warnings and way to the ring; the database it is about. */
#include "node/server/request.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { WARNINGS = 16 }; /* more are not told */

bool nd_database_init(struct nd_database *db, const coodie_allocator *allocator,
		      struct nd_clock clock)
{
	*db = (struct nd_database){ .allocator = allocator, .clock = clock };
	nd_settings_init(&db->settings);
	cd_buffer_init(&db->rows, allocator, 0);
	return nd_schema_init(&db->schema, allocator);
}

void nd_database_deinit(struct nd_database *db)
{
	cd_buffer_deinit(&db->rows);
	nd_schema_deinit(&db->schema);
}

void nd_request_init(struct nd_request *x, struct nd_database *db, struct cd_arena *arena)
{
	memset(x, 0, offsetof(struct nd_request, problem));
	x->db = db;
	x->arena = arena;
	nd_problem_init(&x->problem, arena);
}

int64_t nd_request_now_seconds(const struct nd_request *x)
{
	return x->has_now ? x->now_in_seconds : x->now_us / 1000000;
}

int64_t nd_request_timestamp(struct nd_request *x)
{
	return x->has_timestamp ? x->timestamp_us : nd_request_own_timestamp(x);
}

int64_t nd_request_own_timestamp(struct nd_request *x)
{
	int64_t now = x->now_us;

	if (now <= x->db->last_timestamp_us)
		now = x->db->last_timestamp_us + 1;
	x->db->last_timestamp_us = now;
	return now;
}

void nd_request_warn(struct nd_request *x, const char *format, ...)
{
	char line[1024];
	char *copy;
	va_list args;

	if (!x->warnings)
		x->warnings = cd_arena_take_array(x->arena, WARNINGS, sizeof *x->warnings);
	if (!x->warnings || x->warning_count == WARNINGS)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	copy = cd_arena_strndup(x->arena, line, strlen(line));
	if (copy)
		x->warnings[x->warning_count++] = (cql_text){ copy, strlen(copy) };
}

bool nd_request_admit(struct nd_request *x, const struct nd_keyspace *keyspace, int64_t token,
		      enum nd_access access)
{
	if (!x->admitted++) {
		x->token = token;
		x->admitted_keyspace = keyspace;
	}
	return !x->db->admit || x->db->admit(x->db->ring, x, keyspace, token, access);
}
