/* SPDX-License-Identifier: MIT */
/* Prints what happened as a line of JSON. */
#include <string.h>

#include "tools/jsonl.h"

struct jsonl jsonl_begin(const char *event)
{
	struct jsonl l = { .pool = { 0 } };

	l.object = json_new(&l.pool, JSON_OBJECT);
	jsonl_text(&l, "event", event);
	return l;
}

void jsonl_text(struct jsonl *l, const char *key, const char *text)
{
	json_put(l->object, key,
		 text ? json_text(&l->pool, text, strlen(text)) : json_new(&l->pool, JSON_NULL));
}

void jsonl_int(struct jsonl *l, const char *key, int64_t value)
{
	json_put(l->object, key, json_int(&l->pool, value));
}

void jsonl_bool(struct jsonl *l, const char *key, bool value)
{
	json_put(l->object, key, json_bool(&l->pool, value));
}

void jsonl_end(struct jsonl *l)
{
	json_print(stdout, l->object);
	putchar('\n');
	fflush(stdout);
	pool_free(&l->pool);
}

void jsonl_error(const coodie_error *err, const char *cause, int exit_code)
{
	struct jsonl l = jsonl_begin("error");

	jsonl_text(&l, "code", coodie_errc_name(err->code));
	if (err->server_code == -1)
		jsonl_text(&l, "server_code", NULL);
	else
		jsonl_int(&l, "server_code", err->server_code);
	jsonl_text(&l, "cause", cause);
	jsonl_text(&l, "message", err->message);
	jsonl_int(&l, "exit", exit_code);
	jsonl_end(&l);
}
