/* SPDX-License-Identifier: MIT */
/* coodie_create_keyspace() and coodie_drop_keyspace(). */
#include <string.h>

#include <coodie/schema.h>

#include "base/error.h"
#include "base/identifier.h"
#include "base/keyspace.h"
#include "base/list.h"
#include "base/sized.h"
#include "orm/schema/ddl.h"
#include "orm/schema/job.h"

/* What both are called with. */
struct keyspace {
	const char *text; /* as the user wrote it */
	const coodie_keyspace *options;
};

static bool is_map(const char *text)
{
	return *text == '{' && text[strlen(text) - 1] == '}';
}

/* "dc1: 3": a name that is not empty, a number. */
static bool is_datacenter(const char *item, size_t len)
{
	const char *colon = memchr(item, ':', len), *end = item + len, *at;
	bool has_digit = false;

	if (!colon || colon == item)
		return false;
	for (at = colon + 1; at < end && *at == ' '; at++)
		continue;
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		has_digit = true;
	return has_digit && at == end;
}

static bool check_datacenters(const char *list, coodie_error *err)
{
	const char *item;
	size_t len, count = 0;

	for (; cd_list_next(&list, &item, &len); count++) {
		if (!is_datacenter(item, len))
			return cd_fail(err, COODIE_ERR_INVALID,
				       "datacenters: \"%.*s\" is not as \"dc1: 3\" is", (int)len,
				       item);
	}
	return count > 0 || cd_fail(err, COODIE_ERR_INVALID,
				    "datacenters: none is named; write \"dc1: 3, dc2: 2\"");
}

static bool check_options(const coodie_keyspace *o, coodie_error *err)
{
	if (!!o->replication + !!o->datacenters + !!o->replication_factor > 1)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "replication_factor, datacenters and replication exclude one "
			       "another; set one of them");
	if (o->replication && !is_map(o->replication))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "replication is a CQL map, such as {'class': "
			       "'NetworkTopologyStrategy', 'dc1': 3}");
	return !o->datacenters || check_datacenters(o->datacenters, err);
}

/* `name` becomes the keyspace's as the server has it; messages name it as it was written. */
static bool read_name(struct cd_op *op, const struct keyspace *k, char name[CD_KEYSPACE_SIZE],
		      coodie_error *err)
{
	if (!cd_keyspace_read(k->text, name, err)) {
		cd_error_prefix(err, "%s", op->verb);
		return false;
	}
	op->subject = cd_arena_strndup(&cd_job(op)->arena, k->text, strlen(k->text));
	return op->subject || cd_no_memory(err, "a keyspace");
}

static bool begin_create(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	const struct keyspace *k = t->what;
	coodie_keyspace options = { 0 };
	char name[CD_KEYSPACE_SIZE];
	struct cd_buffer b;

	if (!read_name(op, k, name, err))
		return false;
	if ((k->options &&
	     !cd_take_struct(&options, sizeof(options), k->options, "coodie_keyspace", err)) ||
	    !check_options(&options, err)) {
		cd_error_prefix(err, "%s(%s)", op->verb, op->subject);
		return false;
	}
	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_ddl_create_keyspace(&b, name, &options);
	return cd_job_plan(op, &b, err) != NULL;
}

static bool begin_drop(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	char name[CD_KEYSPACE_SIZE];
	struct cd_buffer b;

	if (!read_name(op, t->what, name, err))
		return false;
	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_buffer_text(&b, "DROP KEYSPACE IF EXISTS ");
	cd_identifier_append(&b, name);
	return cd_job_plan(op, &b, err) != NULL;
}

static const struct cd_verb create = { "coodie_create_keyspace", begin_create };
static const struct cd_verb drop = { "coodie_drop_keyspace", begin_drop };

#define KEYSPACE(name, options) \
	(&(struct cd_target){ .session = s, .what = &(struct keyspace){ name, options } })

bool coodie_create_keyspace(coodie_session *s, const char *name, const coodie_keyspace *options,
			    coodie_error *err)
{
	return cd_verb_wait(&create, KEYSPACE(name, options), err);
}

bool coodie_create_keyspace_async(coodie_session *s, const char *name,
				  const coodie_keyspace *options, coodie_status_fn *done,
				  void *user, coodie_error *err)
{
	return cd_verb_start(&create, KEYSPACE(name, options), done, user, err);
}

bool coodie_drop_keyspace(coodie_session *s, const char *name, coodie_error *err)
{
	return cd_verb_wait(&drop, KEYSPACE(name, NULL), err);
}

bool coodie_drop_keyspace_async(coodie_session *s, const char *name, coodie_status_fn *done,
				void *user, coodie_error *err)
{
	return cd_verb_start(&drop, KEYSPACE(name, NULL), done, user, err);
}
