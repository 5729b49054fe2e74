/* SPDX-License-Identifier: MIT */
/* Making a migrator, its events, and why it failed. */
#include "migrate/migrator.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/identifier.h"

enum {
	LOCK_TTL_S = 300,
	STATEMENT_TIMEOUT_MS = 120000,
	AGREEMENT_TIMEOUT_MS = 30000,
	NOTE_SIZE = 2000
};

static const char *const templates[] = {
#define X(name, text) text,
#include "migrate/cql.def"
#undef X
};

const char *coodie_migrate_cause_name(enum coodie_migrate_cause cause)
{
	switch (cause) {
#define X(name, number, text) \
	case COODIE_CAUSE_##name: \
		return #name;
#include <coodie/migrate_causes.def>
#undef X
	}
	return "UNKNOWN";
}

enum coodie_migrate_cause coodie_migrator_cause(const coodie_migrator *m)
{
	return m->cause;
}

void coodie_migrator_stop(coodie_migrator *m)
{
	atomic_store(&m->stopped, true);
}

bool mg_goes_on(coodie_migrator *m, coodie_error *err)
{
	return !atomic_load(&m->stopped) ||
	       mg_fail(m, COODIE_CAUSE_STOPPED, err, COODIE_ERR_CANCELLED,
		       "migrations: stopped as was asked for; the next run goes on there");
}

bool mg_because(coodie_migrator *m, enum coodie_migrate_cause cause)
{
	if (m->cause == COODIE_CAUSE_NONE)
		m->cause = cause;
	return false;
}

bool mg_fail(coodie_migrator *m, enum coodie_migrate_cause cause, coodie_error *err,
	     enum coodie_errc code, const char *format, ...)
{
	char text[COODIE_ERROR_MESSAGE_SIZE + 64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	cd_fail(err, code, "%s", text);
	return mg_because(m, cause);
}

void mg_tell(coodie_migrator *m, const coodie_migrate_event *event)
{
	if (m->options.event)
		m->options.event(event, m->options.user);
}

void mg_note(coodie_migrator *m, const char *migration, const char *format, ...)
{
	coodie_migrate_event event = { .size = sizeof event,
				       .kind = COODIE_MIGRATE_NOTE,
				       .migration = migration,
				       .description = "",
				       .dry_run = m->options.dry_run };
	char text[NOTE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	event.text = text;
	mg_tell(m, &event);
}

uint64_t mg_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- making one ------------------------------------------------------------------------------ */

/* Puts the keyspace where a statement says KS. */
static const char *with_keyspace(struct cd_arena *a, const char *text, const char *keyspace)
{
	const char *at = strstr(text, "KS.");
	size_t before = at ? (size_t)(at - text) : 0;
	size_t len = strlen(text) + strlen(keyspace) + 1;
	char *out;

	if (!at)
		return text;
	out = cd_arena_take(a, len);
	if (out)
		snprintf(out, len, "%.*s%s%s", (int)before, text, keyspace, at + 2);
	return out;
}

static bool write_statements(coodie_migrator *m, coodie_error *err)
{
	for (size_t i = 0; i < MG_CQL_COUNT; i++) {
		m->cql[i] = with_keyspace(&m->arena, templates[i], m->keyspace_cql);
		if (!m->cql[i])
			return cd_no_memory(err, "a migrator");
	}
	return true;
}

static bool set_keyspace(coodie_migrator *m, coodie_error *err)
{
	const char *of_session = coodie_session_keyspace(m->session);
	const char *keyspace = m->options.keyspace ? m->options.keyspace : of_session;
	struct cd_buffer b;

	if (!keyspace)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "migrations: no keyspace was given, and the session has none");
	if (!cd_identifier_valid(keyspace))
		return cd_fail(err, COODIE_ERR_INVALID, "migrations: \"%s\" is no keyspace's name",
			       keyspace);
	cd_buffer_init(&b, m->arena.allocator, 0);
	cd_identifier_append(&b, keyspace);
	cd_buffer_u8(&b, '\0');
	m->keyspace_cql = b.failed ? NULL : cd_arena_strndup(&m->arena, (char *)b.data, b.len);
	cd_buffer_deinit(&b);
	m->keyspace = cd_identifier_name(&m->arena, keyspace);
	of_session = of_session ? cd_identifier_name(&m->arena, of_session) : "";
	if (!m->keyspace || !m->keyspace_cql || !of_session)
		return cd_no_memory(err, "a migrator");
	m->request_keyspace = strcmp(of_session, m->keyspace) == 0 ? NULL : m->keyspace_cql;
	return true;
}

static void set_defaults(coodie_migrate_options *o)
{
	o->directory = o->directory ? o->directory : "migrations";
	o->compiler = o->compiler ? o->compiler : "cc";
	o->build_directory = o->build_directory ? o->build_directory : "/tmp";
	o->steps = o->steps ? o->steps : 1;
	o->lock_ttl_s = o->lock_ttl_s ? o->lock_ttl_s : LOCK_TTL_S;
	o->statement_timeout_ms = o->statement_timeout_ms ? o->statement_timeout_ms
							  : STATEMENT_TIMEOUT_MS;
	o->agreement_timeout_ms = o->agreement_timeout_ms ? o->agreement_timeout_ms
							  : AGREEMENT_TIMEOUT_MS;
}

/* A program may be older than the library: what it does not know is zero. */
static void copy_options(coodie_migrate_options *to, const coodie_migrate_options *from)
{
	*to = (coodie_migrate_options){ .size = sizeof *to };
	if (from)
		memcpy(to, from, from->size < sizeof *to ? from->size : sizeof *to);
	to->size = sizeof *to;
	set_defaults(to);
}

static bool keep_texts(coodie_migrator *m, coodie_error *err)
{
	const char **const texts[] = {
		&m->options.keyspace,        &m->options.directory, &m->options.target,
		&m->options.resolve,         &m->options.compiler,  &m->options.compiler_flags,
		&m->options.build_directory,
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (!cd_arena_keep(&m->arena, texts[i]))
			return cd_no_memory(err, "a migrator");
	}
	return true;
}

static bool check_options(const coodie_migrate_options *o, coodie_error *err)
{
	if (o->resolve && strcmp(o->resolve, "done") != 0 && strcmp(o->resolve, "again") != 0)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "migrations: resolve is \"done\" or \"again\", not \"%s\"",
			       o->resolve);
	if (o->lock_ttl_s > 630720000)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "migrations: the lock's time to live is 630720000 s at most");
	return true;
}

coodie_migrator *coodie_migrator_new(coodie_session *s, const coodie_migrate_options *options,
				     coodie_error *err)
{
	const coodie_allocator *a = options && options->allocator ? options->allocator
								  : coodie_session_allocator(s);
	coodie_migrator *m;

	cd_clear(err);
	m = cd_alloc_zero(a, sizeof *m);
	if (!m)
		return cd_fail_null(err, COODIE_ERR_NO_MEMORY, "out of memory: a migrator");
	m->session = s;
	copy_options(&m->options, options);
	m->options.allocator = a;
	cd_arena_init(&m->arena, a, 0);
	cd_arena_init(&m->work, a, 4096);
	if (check_options(&m->options, err) && keep_texts(m, err) && set_keyspace(m, err) &&
	    write_statements(m, err))
		return m;
	coodie_migrator_free(m);
	return NULL;
}

void coodie_migrator_free(coodie_migrator *m)
{
	const coodie_allocator *a;

	if (!m)
		return;
	a = m->options.allocator;
	cd_arena_deinit(&m->work);
	cd_arena_deinit(&m->arena);
	cd_release(a, m);
}
