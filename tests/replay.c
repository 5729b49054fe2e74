/* SPDX-License-Identifier: MIT */
/* Sends statements as their script says, and follows the pages. */
#include "tests/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/answer.h"

enum { VALUES_MAX = 128, PAGES_MAX = 200 };

/* One statement while it runs. */
struct turn {
	struct dialog *dialog;
	const struct script_statement *s;
	FILE *out;
	cql_bound values[VALUES_MAX];
	size_t value_count; /* VALUES_MAX values at most in all statements of a batch */
};

/* ---- values --------------------------------------------------------------------------------- */

static bool say(struct turn *t, const char *what, const char *text, const char *reason)
{
	fprintf(t->out, "the script is wrong: %s '%s': %s\n", what, text, reason);
	return false;
}

/* Cuts the next value off a list with ` | ` between; NULL at the end. */
static char *next_value(char **list)
{
	char *value = *list, *bar;

	if (!value)
		return NULL;
	bar = strstr(value, " | ");
	*list = bar ? bar + 3 : NULL;
	if (bar)
		*bar = 0;
	return value;
}

static bool read_value(struct turn *t, const cql_type *type, const char *text, cql_bound *out)
{
	coodie_error err = { 0 };
	cql_value value;

	*out = (cql_bound){ .is_unset = !strcmp(text, "unset") };
	if (out->is_unset || !strcmp(text, "null"))
		return true;
	if (!strncmp(text, "raw ", 4))
		return cql_blob_parse(text + 4, t->dialog->arena, &out->value, &err) ||
		       say(t, "raw", text, err.message);
	if (!type)
		return say(t, "value", text, "there is no marker for it: use raw");
	if (!cql_literal_parse(type, text, t->dialog->arena, &value, &err) ||
	    !cql_encode(type, value, t->dialog->arena, &out->value, &err))
		return say(t, "value", text, err.message);
	return true;
}

/* The values of a `bind` line, by the types of the markers. */
static bool read_bind(struct turn *t, const char *line, const cql_markers *markers,
		      const cql_bound **values, uint16_t *count)
{
	char *copy = strdup(line), *rest = copy, *text;
	bool ok = copy;

	*values = t->values + t->value_count;
	*count = 0;
	if (copy && !strcmp(line, "none"))
		rest = NULL;
	while (ok && (text = next_value(&rest))) {
		const cql_type *type = *count < markers->column_count
					       ? markers->columns[*count].type
					       : NULL;
		ok = t->value_count < VALUES_MAX
			     ? read_value(t, type, text, &t->values[t->value_count++])
			     : say(t, "bind", line, "too many values");
		++*count;
	}
	free(copy);
	return ok;
}

/* A `values` line: each with its type in front. The types stay as long as the dialog's arena. */
static bool read_typed(struct turn *t, const char *line)
{
	char *copy = strdup(line), *rest = copy, *text;
	bool ok = copy;

	while (ok && (text = next_value(&rest))) {
		char *space = strchr(text, ' ');
		coodie_error err = { 0 };
		cql_type *type;
		if (t->value_count == VALUES_MAX)
			ok = say(t, "values", line, "too many values");
		else if (!space || !strncmp(text, "raw ", 4))
			ok = read_value(t, NULL, text, &t->values[t->value_count++]);
		else {
			*space = 0;
			type = cql_type_parse(text, &err);
			ok = type ? read_value(t, type, space + 1, &t->values[t->value_count++])
				  : say(t, "type", text, err.message);
			cql_type_free(type);
		}
	}
	free(copy);
	return ok;
}

/* ---- requests ------------------------------------------------------------------------------- */

static cql_text text_or_none(const char *text)
{
	return text ? cql_text_of(text) : (cql_text){ NULL, 0 };
}

static cql_params params_of(const struct script_statement *s)
{
	return (cql_params){
		.consistency = s->consistency,
		.serial_consistency = s->serial,
		.has_page_rows = s->page_rows != 0,
		.page_rows = s->page_rows,
		.has_timestamp = s->has_timestamp,
		.timestamp_us = s->timestamp_us,
		.keyspace = text_or_none(s->keyspace),
		.has_now = s->has_now,
		.now_in_seconds = s->now_seconds,
	};
}

static bool ask(struct turn *t, const cql_message *request, cql_message *answer)
{
	if (dialog_ask(t->dialog, request, answer))
		return true;
	fprintf(t->out, "no answer: %s\n", t->dialog->reason);
	return false;
}

/* Asks, and asks for the following pages. */
static void run_pages(struct turn *t, cql_message *request, cql_params *params)
{
	cql_message answer;

	for (int page = 0; page < PAGES_MAX && ask(t, request, &answer); page++) {
		answer_write(t->out, &answer);
		if (answer.opcode != CQL_OP_RESULT || answer.as.result.kind != COODIE_RESULT_ROWS)
			return;
		params->paging_state = answer.as.result.metadata.paging_state;
		if (!params->paging_state.data)
			return;
	}
}

static void run_query(struct turn *t)
{
	cql_message request = { .opcode = CQL_OP_QUERY };

	request.as.query.cql = cql_text_of(t->s->cql);
	request.as.query.params = params_of(t->s);
	if (t->s->values && !read_typed(t, t->s->values))
		return;
	request.as.query.params.values = t->values;
	request.as.query.params.value_count = (uint16_t)t->value_count;
	run_pages(t, &request, &request.as.query.params);
}

static bool prepare(struct turn *t, cql_text cql, cql_message *answer)
{
	cql_message request = { .opcode = CQL_OP_PREPARE };

	request.as.prepare.cql = cql;
	request.as.prepare.keyspace = text_or_none(t->s->keyspace);
	if (!ask(t, &request, answer))
		return false;
	answer_write(t->out, answer);
	return answer->opcode == CQL_OP_RESULT && answer->as.result.kind == COODIE_RESULT_PREPARED;
}

static void run_prepared(struct turn *t)
{
	cql_message prepared;

	if (!prepare(t, cql_text_of(t->s->cql), &prepared))
		return;
	for (uint32_t i = 0; i < t->s->bind_count; i++) {
		cql_message request = { .opcode = CQL_OP_EXECUTE };
		cql_params params = params_of(t->s);
		params.keyspace = text_or_none(NULL); /* it was prepared there */
		t->value_count = 0;
		fprintf(t->out, "bind %s\n", t->s->binds[i]);
		if (!read_bind(t, t->s->binds[i], &prepared.as.result.markers, &params.values,
			       &params.value_count))
			continue;
		request.as.execute.id = prepared.as.result.id;
		request.as.execute.metadata_id = prepared.as.result.metadata_id;
		request.as.execute.params = params;
		run_pages(t, &request, &request.as.execute.params);
	}
}

static bool read_item(struct turn *t, uint16_t i, cql_text cql, cql_batch_item *item)
{
	cql_message prepared;

	*item = (cql_batch_item){ .cql = cql };
	if (i >= t->s->bind_count)
		return true;
	if (!prepare(t, cql, &prepared))
		return false;
	*item = (cql_batch_item){ .id = prepared.as.result.id };
	return read_bind(t, t->s->binds[i], &prepared.as.result.markers, &item->values,
			 &item->value_count);
}

static void run_batch(struct turn *t)
{
	cql_batch_item items[32];
	cql_message request = { .opcode = CQL_OP_BATCH }, answer;
	uint16_t count = 0;

	for (const char *at = t->s->cql; *at && count < 32; count++) {
		size_t len = strcspn(at, "\n");
		if (!read_item(t, count, (cql_text){ at, len }, &items[count]))
			return;
		at += len;
		at += strspn(at, "\n\t ");
	}
	request.as.batch.type = *t->s->batch == 'l'   ? CQL_BATCH_LOGGED
				: *t->s->batch == 'u' ? CQL_BATCH_UNLOGGED
						      : CQL_BATCH_COUNTER;
	request.as.batch.items = items;
	request.as.batch.item_count = count;
	request.as.batch.params = params_of(t->s);
	if (ask(t, &request, &answer))
		answer_write(t->out, &answer);
}

/* ---- scripts -------------------------------------------------------------------------------- */

/* Runs a statement of our own, which must work. */
static bool simply(struct replay *r, struct dialog *d, const char *cql)
{
	cql_message request = { .opcode = CQL_OP_QUERY }, answer;

	request.as.query.cql = cql_text_of(cql);
	request.as.query.params.consistency = CQL_CONSISTENCY_ONE;
	request.as.query.params.serial_consistency = CQL_CONSISTENCY_UNSET;
	if (!dialog_ask(d, &request, &answer)) {
		snprintf(r->reason, sizeof r->reason, "%.90s: %s", cql, d->reason);
		return false;
	}
	if (answer.opcode != CQL_OP_RESULT)
		snprintf(r->reason, sizeof r->reason, "%.90s: %.*s", cql,
			 (int)answer.as.error.message.len, answer.as.error.message.data);
	dialog_forget(d);
	return answer.opcode == CQL_OP_RESULT;
}

/* The connection of a version, in the script's keyspace; opened when it is first needed. */
static struct dialog *dialog_of(struct replay *r, unsigned version)
{
	struct dialog *d = &r->dialogs[version - 4];
	char use[80];

	if (dialog_is_open(d))
		return d;
	dialog_close(d);
	if (!dialog_open(d, r->where, version, &r->login)) {
		snprintf(r->reason, sizeof r->reason, "%s", d->reason);
		return NULL;
	}
	snprintf(use, sizeof use, "USE %s", r->keyspace);
	return simply(r, d, use) ? d : NULL;
}

static bool make_keyspace(struct replay *r)
{
	struct dialog d;
	char cql[200];
	bool ok;

	if (!dialog_open(&d, r->where, r->version, &r->login)) {
		snprintf(r->reason, sizeof r->reason, "%s", d.reason);
		return false;
	}
	snprintf(cql, sizeof cql, "DROP KEYSPACE IF EXISTS %s", r->keyspace);
	ok = simply(r, &d, cql);
	snprintf(cql, sizeof cql,
		 "CREATE KEYSPACE %s WITH replication = "
		 "{'class': 'SimpleStrategy', 'replication_factor': 1}",
		 r->keyspace);
	ok = ok && simply(r, &d, cql);
	dialog_close(&d);
	return ok;
}

bool replay_begin(struct replay *r, const struct script *script)
{
	const char *slash = strrchr(script->path, '/');
	const char *name = slash ? slash + 1 : script->path;

	snprintf(r->keyspace, sizeof r->keyspace, "c_%.*s", (int)strcspn(name, "."), name);
	return make_keyspace(r) && dialog_of(r, r->version);
}

static void pass(struct replay *r, unsigned ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	if (r->sleep)
		r->sleep(ms, r->user);
	else if (ms)
		nanosleep(&t, NULL);
}

static unsigned version_of(const struct replay *r, const struct script_statement *s)
{
	if (s->has_now || s->keyspace)
		return 5;
	return s->is_v4 ? 4 : r->version;
}

/* Sends it, and writes what comes back. */
static void run_statement(struct replay *r, struct turn *t)
{
	static void (*const how[])(struct turn * t) = { run_query, run_prepared, run_batch };

	pass(r, t->s->sleep_ms);
	how[t->s->how](t);
}

/* The same as another role: what its login is answered belongs to the answer. */
static void run_as(struct replay *r, struct turn *t)
{
	char name[100];
	const char *as = t->s->as, *space = strchr(as, ' ');
	struct dialog_login login = { NULL, NULL };
	struct dialog d;

	snprintf(name, sizeof name, "%.*s", (int)strcspn(as, " "), as);
	if (space)
		login = (struct dialog_login){ name, space + 1 };
	if (!dialog_open(&d, r->where, version_of(r, t->s), &login)) {
		fprintf(t->out, "no connection: %s\n", d.reason);
		return;
	}
	t->dialog = &d;
	snprintf(name, sizeof name, "USE %s", r->keyspace);
	if (!simply(r, &d, name))
		fprintf(t->out, "%s\n", r->reason);
	run_statement(r, t);
	dialog_close(&d);
}

char *replay_run(struct replay *r, const struct script_statement *s)
{
	struct turn t = { .s = s };
	char *text = NULL;
	size_t len;

	if (!s->as && !(t.dialog = dialog_of(r, version_of(r, s))))
		return NULL;
	t.out = open_memstream(&text, &len);
	if (!t.out)
		return NULL;
	if (s->as) {
		run_as(r, &t);
	} else {
		run_statement(r, &t);
		dialog_forget(t.dialog);
	}
	fclose(t.out);
	return text;
}

void replay_end(struct replay *r)
{
	char cql[120];
	struct dialog *d = dialog_of(r, r->version);

	snprintf(cql, sizeof cql, "DROP KEYSPACE IF EXISTS %s", r->keyspace);
	if (d)
		simply(r, d, cql);
	for (int i = 0; i < 2; i++)
		dialog_close(&r->dialogs[i]);
}
