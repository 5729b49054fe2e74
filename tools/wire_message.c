/* SPDX-License-Identifier: MIT */
/* Messages between cql_message and JSON: the header, and a table of bodies by opcode. */
#include <string.h>

#include "tools/wire_field.h"
#include "tools/wire_message.h"

#define END \
	{ \
		NULL, WIRE_TEXT, 0, 0 \
	}
#define FIELD(name, kind, member) WIRE_FIELD(cql_message, name, kind, as.member)
#define ERROR_FIELD(kind, member) WIRE_FIELD(cql_error_message, #member, kind, member)

static const struct wire_field prepare_fields[] = {
	FIELD("query", WIRE_TEXT, prepare.cql),
	FIELD("keyspace", WIRE_TEXT, prepare.keyspace),
	END,
};
static const struct wire_field query_fields[] = { FIELD("query", WIRE_TEXT, query.cql), END };
static const struct wire_field execute_fields[] = {
	FIELD("id", WIRE_HEX, execute.id),
	FIELD("result_metadata_id", WIRE_HEX, execute.metadata_id),
	END,
};
static const struct wire_field tablet_field = FIELD("tablet_version_block", WIRE_UINT8,
						    execute.tablet_version_block);
static const struct wire_field token_fields[] = { FIELD("token", WIRE_TOKEN, token), END };
static const struct wire_field authenticate_fields[] = {
	FIELD("authenticator", WIRE_TEXT, authenticator),
	END,
};
static const struct wire_field register_fields[] = {
	FIELD("events", WIRE_TEXTS, register_events),
	END,
};

static const struct wire_field consistency_fields[] = {
	WIRE_FIELD(cql_params, "consistency", WIRE_CONSISTENCY, consistency),
	END,
};
static const struct wire_field paging_fields[] = {
	WIRE_FIELD(cql_params, "skip_metadata", WIRE_FLAG, skip_metadata),
	WIRE_OPTIONAL(cql_params, "page_size", WIRE_INT32, page_rows, has_page_rows),
	WIRE_FIELD(cql_params, "paging_state", WIRE_HEX, paging_state),
	END,
};
static const struct wire_field params_fields[] = {
	WIRE_FIELD(cql_params, "serial_consistency", WIRE_CONSISTENCY, serial_consistency),
	WIRE_OPTIONAL(cql_params, "timestamp", WIRE_INT64, timestamp_us, has_timestamp),
	WIRE_FIELD(cql_params, "keyspace", WIRE_TEXT, keyspace),
	WIRE_OPTIONAL(cql_params, "now_in_seconds", WIRE_INT32, now_in_seconds, has_now),
	END,
};
static const struct wire_field item_fields[] = {
	WIRE_FIELD(cql_batch_item, "query", WIRE_TEXT, cql),
	WIRE_FIELD(cql_batch_item, "id", WIRE_HEX, id),
	END,
};

/* ---- the parts of requests ------------------------------------------------------------------ */

static struct json *string(struct pool *pool, const char *text)
{
	return json_text(pool, text, strlen(text));
}

static void options_json(struct wire_view *view, const cql_message *message, struct json *body)
{
	struct pool *pool = &view->memory->pool;
	struct json *array = json_put(body, "options", json_new(pool, JSON_ARRAY));

	for (uint16_t i = 0; i < message->as.options.count; i++) {
		const cql_option *o = &message->as.options.at[i];
		struct json *pair = json_add(array, json_new(pool, JSON_ARRAY));
		json_add(pair, json_text(pool, o->key.data, o->key.len));
		if (message->opcode == CQL_OP_STARTUP && o->value_count == 1)
			json_add(pair, json_text(pool, o->values[0].data, o->values[0].len));
		else
			json_add(pair, wire_texts_json(pool, o->values, o->value_count));
	}
}

static bool read_option(struct wire_memory *m, const struct json *pair, cql_option *out,
			coodie_error *err)
{
	const struct json *values = pair->last;
	cql_text *at;

	if (pair->kind != JSON_ARRAY || pair->len != 2 || pair->first->kind != JSON_STRING)
		return wire_wrong(err, "options", "an array of pairs");
	out->key = (cql_text){ pair->first->text, pair->first->len };
	at = pool_get(&m->pool, values->len + 1, sizeof *at);
	out->values = at;
	if (values->kind == JSON_STRING) {
		at[out->value_count++] = (cql_text){ values->text, values->len };
		return true;
	}
	if (values->kind != JSON_ARRAY || values->len > UINT16_MAX)
		return wire_wrong(err, "options", "pairs of a key and strings");
	for (const struct json *j = values->first; j; j = j->next) {
		if (j->kind != JSON_STRING)
			return wire_wrong(err, "options", "pairs of a key and strings");
		at[out->value_count++] = (cql_text){ j->text, j->len };
	}
	return true;
}

static bool options_read(struct wire_memory *m, const struct json *body, cql_message *message,
			 coodie_error *err)
{
	const struct json *array;
	cql_option *at;

	if (!wire_array(body, "options", &array, err))
		return false;
	at = pool_get(&m->pool, array ? array->len + 1 : 1, sizeof *at);
	message->as.options.at = at;
	for (const struct json *pair = array ? array->first : NULL; pair; pair = pair->next)
		if (!read_option(m, pair, &at[message->as.options.count++], err))
			return false;
	return true;
}

static bool read_values(struct wire_memory *m, const struct json *object, const cql_bound **out,
			uint16_t *count, coodie_error *err)
{
	const struct json *values, *names, *name = NULL;
	cql_bound *at;

	if (!wire_array(object, "values", &values, err) ||
	    !wire_array(object, "names", &names, err))
		return false;
	if (names && (!values || names->len != values->len))
		return wire_wrong(err, "names", "as many as there are values");
	at = pool_get(&m->pool, values ? values->len + 1 : 1, sizeof *at);
	*out = at;
	name = names ? names->first : NULL;
	for (const struct json *j = values ? values->first : NULL; j; j = j->next, at++) {
		at->is_unset = j->kind == JSON_STRING && !strcmp(j->text, "unset");
		if (j->kind != JSON_NULL && !at->is_unset &&
		    !json_to_hex(&m->pool, j, &at->value.data, &at->value.len))
			return wire_wrong(err, "values", "hexadecimal digits, null or \"unset\"");
		if (name) {
			at->name = (cql_text){ name->text, name->len };
			if (name->kind != JSON_STRING)
				return wire_wrong(err, "names", "an array of strings");
			name = name->next;
		}
		++*count;
	}
	return true;
}

static void params_json(struct wire_view *view, const cql_params *params, struct json *body)
{
	struct pool *pool = &view->memory->pool;
	struct json *j = json_put(body, "params", json_new(pool, JSON_OBJECT));

	wire_fields_json(pool, consistency_fields, params, j);
	if (params->value_count)
		wire_values_json(view, params->values, params->value_count, j);
	wire_fields_json(pool, paging_fields, params, j);
	wire_fields_json(pool, params_fields, params, j);
}

static bool params_read(struct wire_memory *m, const struct json *body, cql_params *params,
			coodie_error *err)
{
	const struct json *j = json_get(body, "params");

	return wire_fields_read(m, consistency_fields, j, params, err) &&
	       read_values(m, j, &params->values, &params->value_count, err) &&
	       wire_fields_read(m, paging_fields, j, params, err) &&
	       wire_fields_read(m, params_fields, j, params, err);
}

static void query_json(struct wire_view *view, const cql_message *message, struct json *body)
{
	wire_fields_json(&view->memory->pool, query_fields, message, body);
	params_json(view, &message->as.query.params, body);
}

static bool query_read(struct wire_memory *m, const struct json *body, cql_message *message,
		       coodie_error *err)
{
	return wire_fields_read(m, query_fields, body, message, err) &&
	       params_read(m, body, &message->as.query.params, err);
}

static void execute_json(struct wire_view *view, const cql_message *message, struct json *body)
{
	wire_fields_json(&view->memory->pool, execute_fields, message, body);
	view->markers = view->find ? view->find(view->user, message->as.execute.id) : NULL;
	params_json(view, &message->as.execute.params, body);
	if (view->has_tablets)
		wire_field_json(&view->memory->pool, &tablet_field, message, body);
}

static bool execute_read(struct wire_memory *m, const struct json *body, cql_message *message,
			 coodie_error *err)
{
	return wire_fields_read(m, execute_fields, body, message, err) &&
	       params_read(m, body, &message->as.execute.params, err) &&
	       wire_field_read(m, &tablet_field, body, message, err);
}

static const char *const batch_types[] = { "LOGGED", "UNLOGGED", "COUNTER" };

static void batch_json(struct wire_view *view, const cql_message *message, struct json *body)
{
	struct pool *pool = &view->memory->pool;
	struct json *items;

	json_put(body, "type", string(pool, batch_types[message->as.batch.type]));
	items = json_put(body, "queries", json_new(pool, JSON_ARRAY));
	for (uint16_t i = 0; i < message->as.batch.item_count; i++) {
		const cql_batch_item *item = &message->as.batch.items[i];
		struct json *j = json_add(items, json_new(pool, JSON_OBJECT));
		wire_fields_json(pool, item_fields, item, j);
		view->markers = view->find && item->id.data ? view->find(view->user, item->id)
							    : NULL;
		wire_values_json(view, item->values, item->value_count, j);
	}
	wire_fields_json(pool, consistency_fields, &message->as.batch.params, body);
	wire_fields_json(pool, params_fields, &message->as.batch.params, body);
}

static bool batch_read(struct wire_memory *m, const struct json *body, cql_message *message,
		       coodie_error *err)
{
	const char *type = json_string_at(body, "type");
	const struct json *items;
	cql_batch_item *item;
	int i = 0;

	while (i < 3 && !(type && !strcmp(type, batch_types[i])))
		i++;
	if (i == 3)
		return wire_wrong(err, "type", "LOGGED, UNLOGGED or COUNTER");
	if (!wire_array(body, "queries", &items, err))
		return false;
	message->as.batch.type = (enum cql_batch_type)i;
	item = pool_get(&m->pool, items ? items->len + 1 : 1, sizeof *item);
	message->as.batch.items = item;
	for (const struct json *j = items ? items->first : NULL; j; j = j->next, item++) {
		if (!wire_fields_read(m, item_fields, j, item, err) ||
		    !read_values(m, j, &item->values, &item->value_count, err))
			return false;
		message->as.batch.item_count++;
	}
	return wire_fields_read(m, consistency_fields, body, &message->as.batch.params, err) &&
	       wire_fields_read(m, params_fields, body, &message->as.batch.params, err);
}

/* ---- ERROR ---------------------------------------------------------------------------------- */

static const struct wire_field error_fields[] = {
	ERROR_FIELD(WIRE_INT32, code),
	ERROR_FIELD(WIRE_TEXT, message),
	END,
};

static const struct wire_field unavailable_fields[] = {
	ERROR_FIELD(WIRE_CONSISTENCY, consistency),
	ERROR_FIELD(WIRE_INT32, required),
	ERROR_FIELD(WIRE_INT32, alive),
	END,
};
static const struct wire_field received_fields[] = {
	ERROR_FIELD(WIRE_CONSISTENCY, consistency),
	ERROR_FIELD(WIRE_INT32, received),
	ERROR_FIELD(WIRE_INT32, block_for),
	END,
};
static const struct wire_field write_fields[] = { ERROR_FIELD(WIRE_TEXT, write_type), END };
static const struct wire_field read_fields[] = { ERROR_FIELD(WIRE_BIT, data_present), END };
static const struct wire_field contentions_fields[] = { ERROR_FIELD(WIRE_UINT16, contentions),
							END };
static const struct wire_field function_fields[] = {
	ERROR_FIELD(WIRE_TEXT, keyspace),
	ERROR_FIELD(WIRE_TEXT, function),
	WIRE_FIELD(cql_error_message, "arg_types", WIRE_TEXTS, arguments),
	END,
};
static const struct wire_field exists_fields[] = {
	ERROR_FIELD(WIRE_TEXT, keyspace),
	ERROR_FIELD(WIRE_TEXT, table),
	END,
};
static const struct wire_field unprepared_fields[] = {
	WIRE_FIELD(cql_error_message, "id", WIRE_HEX, unprepared_id),
	END,
};
static const struct wire_field rate_fields[] = {
	ERROR_FIELD(WIRE_UINT8, op_type),
	ERROR_FIELD(WIRE_BIT, rejected_by_coordinator),
	END,
};
static const struct wire_field failures_field = ERROR_FIELD(WIRE_INT32, num_failures);

/* What follows the message of each code (v4 section 9, v5 section 8). */
static const struct {
	int32_t code;
	const struct wire_field *fields;
	bool failures;
	const struct wire_field *more;
} errors[] = {
	{ 0x1000, unavailable_fields, false, NULL },
	{ 0x1100, received_fields, false, write_fields },
	{ 0x1200, received_fields, false, read_fields },
	{ 0x1300, received_fields, true, read_fields },
	{ 0x1400, function_fields, false, NULL },
	{ 0x1500, received_fields, true, write_fields },
	{ 0x1700, received_fields, false, NULL },
	{ 0x2400, exists_fields, false, NULL },
	{ 0x2500, unprepared_fields, false, NULL },
};

static void failures_json(struct pool *pool, unsigned version, const cql_error_message *e,
			  struct json *body)
{
	struct json *array;
	char address[CQL_INET_TEXT_SIZE];

	if (version < 5) {
		wire_field_json(pool, &failures_field, e, body);
		return;
	}
	array = json_put(body, "reasons", json_new(pool, JSON_ARRAY));
	for (int32_t i = 0; i < e->num_failures; i++) {
		struct json *pair = json_add(array, json_new(pool, JSON_ARRAY));
		json_add(pair, string(pool, cql_inet_format(e->failures[i].node, address)));
		json_add(pair, json_int(pool, e->failures[i].code));
	}
}

static bool is_cas(const cql_error_message *e)
{
	return e->code == 0x1100 && e->write_type.len == 3 && !memcmp(e->write_type.data, "CAS", 3);
}

static void error_json(struct wire_view *view, const cql_message *message, struct json *body)
{
	const cql_error_message *e = &message->as.error;
	struct pool *pool = &view->memory->pool;
	bool known = false;

	wire_fields_json(pool, error_fields, e, body);
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		if (errors[i].code != e->code)
			continue;
		known = true;
		wire_fields_json(pool, errors[i].fields, e, body);
		if (errors[i].failures)
			failures_json(pool, message->version, e, body);
		if (errors[i].more)
			wire_fields_json(pool, errors[i].more, e, body);
	}
	if (message->version >= 5 && is_cas(e))
		wire_fields_json(pool, contentions_fields, e, body);
	if (!known && view->rate_limit_error && e->code == view->rate_limit_error)
		wire_fields_json(pool, rate_fields, e, body);
}

static bool failures_read(struct wire_memory *m, const struct json *body, cql_error_message *e,
			  coodie_error *err)
{
	const struct json *array;
	cql_failure *failure;
	int64_t code;

	if (!wire_array(body, "reasons", &array, err))
		return false;
	if (!array)
		return wire_field_read(m, &failures_field, body, e, err);
	failure = pool_get(&m->pool, array->len + 1, sizeof *failure);
	e->failures = failure;
	e->num_failures = (int32_t)array->len;
	for (const struct json *pair = array->first; pair; pair = pair->next, failure++) {
		if (pair->kind != JSON_ARRAY || pair->len != 2 ||
		    pair->first->kind != JSON_STRING || !json_to_int(pair->last, &code) ||
		    code != (uint16_t)code)
			return wire_wrong(err, "reasons", "an array of [address, reason]");
		failure->code = (uint16_t)code;
		if (!cql_inet_parse(pair->first->text, &failure->node, err))
			return false;
	}
	return true;
}

static bool error_read(struct wire_memory *m, const struct json *body, cql_message *message,
		       coodie_error *err)
{
	static const struct wire_field *const all[] = {
		error_fields,      unavailable_fields, received_fields, write_fields,
		read_fields,       contentions_fields, function_fields, exists_fields,
		unprepared_fields, rate_fields,
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (!wire_fields_read(m, all[i], body, &message->as.error, err))
			return false;
	return failures_read(m, body, &message->as.error, err);
}

/* ---- EVENT ---------------------------------------------------------------------------------- */

static const struct wire_field event_fields[] = {
	WIRE_FIELD(cql_event, "event_type", WIRE_TEXT, type),
	END,
};
static const struct wire_field node_fields[] = {
	WIRE_FIELD(cql_event, "change", WIRE_TEXT, change),
	WIRE_FIELD(cql_event, "address", WIRE_INET, address),
	WIRE_FIELD(cql_event, "port", WIRE_INT32, port),
	END,
};
static const struct wire_field routes_fields[] = {
	WIRE_FIELD(cql_event, "change", WIRE_TEXT, change),
	WIRE_FIELD(cql_event, "connection_ids", WIRE_TEXTS, connection_ids),
	WIRE_FIELD(cql_event, "host_ids", WIRE_TEXTS, host_ids),
	END,
};

static const struct {
	const char *name;
	const struct wire_field *fields; /* NULL: those of a schema change */
} events[] = {
	[CQL_EVENT_TOPOLOGY_CHANGE] = { "TOPOLOGY_CHANGE", node_fields },
	[CQL_EVENT_STATUS_CHANGE] = { "STATUS_CHANGE", node_fields },
	[CQL_EVENT_SCHEMA_CHANGE] = { "SCHEMA_CHANGE", NULL },
	[CQL_EVENT_CLIENT_ROUTES_CHANGE] = { "CLIENT_ROUTES_CHANGE", routes_fields },
};

static void event_json(struct wire_view *view, const cql_message *message, struct json *body)
{
	const cql_event *e = &message->as.event;
	struct pool *pool = &view->memory->pool;

	wire_fields_json(pool, event_fields, e, body);
	if (e->kind == CQL_EVENT_SCHEMA_CHANGE)
		wire_schema_json(pool, &e->schema, body);
	else if (e->kind != CQL_EVENT_OTHER)
		wire_fields_json(pool, events[e->kind].fields, e, body);
}

static bool event_read(struct wire_memory *m, const struct json *body, cql_message *message,
		       coodie_error *err)
{
	const char *type = json_string_at(body, "event_type");
	cql_event *e = &message->as.event;

	for (size_t i = CQL_EVENT_TOPOLOGY_CHANGE; type && i < sizeof events / sizeof events[0];
	     i++)
		if (!strcmp(events[i].name, type))
			e->kind = (enum cql_event_kind)i;
	if (!wire_fields_read(m, event_fields, body, e, err))
		return false;
	if (e->kind == CQL_EVENT_SCHEMA_CHANGE)
		return wire_schema_read(m, body, &e->schema, err);
	return e->kind == CQL_EVENT_OTHER ||
	       wire_fields_read(m, events[e->kind].fields, body, e, err);
}

/* ---- the table ------------------------------------------------------------------------------ */

static void result_json(struct wire_view *view, const cql_message *message, struct json *body)
{
	wire_result_json(view, &message->as.result, body);
}

static bool result_read(struct wire_memory *m, const struct json *body, cql_message *message,
			coodie_error *err)
{
	return wire_result_read(m, body, &message->as.result, err);
}

static void secret_json(struct wire_view *view, const cql_message *message, struct json *body)
{
	if (view->conceal && message->as.token.data)
		json_put(body, "token", string(&view->memory->pool, "(secret)"));
	else
		wire_fields_json(&view->memory->pool, token_fields, message, body);
}

/* By opcode: a table of fields, or functions where that does not do. */
static const struct {
	const struct wire_field *fields;
	void (*write)(struct wire_view *view, const cql_message *message, struct json *body);
	bool (*read)(struct wire_memory *m, const struct json *body, cql_message *message,
		     coodie_error *err);
} bodies[CQL_OP_COUNT] = {
	[CQL_OP_ERROR] = { NULL, error_json, error_read },
	[CQL_OP_STARTUP] = { NULL, options_json, options_read },
	[CQL_OP_AUTHENTICATE] = { authenticate_fields, NULL, NULL },
	[CQL_OP_SUPPORTED] = { NULL, options_json, options_read },
	[CQL_OP_QUERY] = { NULL, query_json, query_read },
	[CQL_OP_RESULT] = { NULL, result_json, result_read },
	[CQL_OP_PREPARE] = { prepare_fields, NULL, NULL },
	[CQL_OP_EXECUTE] = { NULL, execute_json, execute_read },
	[CQL_OP_REGISTER] = { register_fields, NULL, NULL },
	[CQL_OP_EVENT] = { NULL, event_json, event_read },
	[CQL_OP_BATCH] = { NULL, batch_json, batch_read },
	[CQL_OP_AUTH_CHALLENGE] = { token_fields, NULL, NULL },
	[CQL_OP_AUTH_RESPONSE] = { token_fields, secret_json, NULL },
	[CQL_OP_AUTH_SUCCESS] = { token_fields, NULL, NULL },
};

struct json *wire_body_json(struct wire_view *view, const cql_message *message)
{
	struct json *body = json_new(&view->memory->pool, JSON_OBJECT);

	if (message->opcode >= CQL_OP_COUNT)
		return body;
	if (bodies[message->opcode].write)
		bodies[message->opcode].write(view, message, body);
	else if (bodies[message->opcode].fields)
		wire_fields_json(&view->memory->pool, bodies[message->opcode].fields, message,
				 body);
	return body;
}

static void prefix_json(struct pool *pool, const cql_message *message, struct json *out)
{
	char uuid[CQL_UUID_TEXT_SIZE];
	struct json *payload;

	if (message->has_tracing_id)
		json_put(out, "tracing_id",
			 string(pool, cql_uuid_format(message->tracing_id, uuid)));
	if (message->has_warnings)
		json_put(out, "warnings",
			 wire_texts_json(pool, message->warnings.at, message->warnings.count));
	if (!message->has_payload)
		return;
	payload = json_put(out, "custom_payload", json_new(pool, JSON_ARRAY));
	for (uint16_t i = 0; i < message->payload_count; i++) {
		const cql_payload *p = &message->payload[i];
		struct json *pair = json_add(payload, json_new(pool, JSON_ARRAY));
		json_add(pair, json_text(pool, p->key.data, p->key.len));
		json_add(pair, p->value.data ? json_hex(pool, p->value.data, p->value.len)
					     : json_new(pool, JSON_NULL));
	}
}

struct json *wire_message_json(struct wire_view *view, const cql_message *message)
{
	struct pool *pool = &view->memory->pool;
	struct json *out = json_new(pool, JSON_OBJECT);

	json_put(out, "version", json_int(pool, message->version));
	json_put(out, "direction", string(pool, view->is_request ? "request" : "response"));
	json_put(out, "opcode", string(pool, cql_opcode_name(message->opcode)));
	json_put(out, "stream", json_int(pool, message->stream));
	json_put(out, "flags", json_int(pool, message->flags));
	prefix_json(pool, message, out);
	json_put(out, "body", wire_body_json(view, message));
	return out;
}

/* ---- from JSON ------------------------------------------------------------------------------ */

static const struct wire_field header_fields[] = {
	WIRE_FIELD(cql_message, "version", WIRE_UINT8, version),
	WIRE_FIELD(cql_message, "flags", WIRE_UINT8, flags),
	WIRE_OPTIONAL(cql_message, "warnings", WIRE_TEXTS, warnings, has_warnings),
	END,
};

static bool read_payload(struct wire_memory *m, const struct json *vector, cql_message *message,
			 coodie_error *err)
{
	const struct json *array;
	cql_payload *p;

	if (!wire_array(vector, "custom_payload", &array, err))
		return false;
	if (!array)
		return true;
	p = pool_get(&m->pool, array->len + 1, sizeof *p);
	message->has_payload = true;
	message->payload = p;
	message->payload_count = (uint16_t)array->len;
	for (const struct json *pair = array->first; pair; pair = pair->next, p++) {
		if (pair->kind != JSON_ARRAY || pair->len != 2 ||
		    pair->first->kind != JSON_STRING ||
		    (pair->last->kind != JSON_NULL &&
		     !json_to_hex(&m->pool, pair->last, &p->value.data, &p->value.len)))
			return wire_wrong(err, "custom_payload", "an array of [key, hex or null]");
		p->key = (cql_text){ pair->first->text, pair->first->len };
	}
	return true;
}

static bool read_header(struct wire_memory *m, const struct json *vector, cql_message *message,
			coodie_error *err)
{
	const char *opcode = json_string_at(vector, "opcode");
	const char *tracing_id = json_string_at(vector, "tracing_id");
	int64_t stream;

	message->opcode = CQL_OP_COUNT;
	for (unsigned i = 0; opcode && i < CQL_OP_COUNT; i++)
		if (!strcmp(cql_opcode_name(i), opcode))
			message->opcode = (uint8_t)i;
	if (message->opcode == CQL_OP_COUNT)
		return wire_wrong(err, "opcode", "the name of a message");
	if (!json_to_int(json_get(vector, "stream"), &stream) || stream != (int16_t)stream)
		return wire_wrong(err, "stream", "a number of 16 bits");
	message->stream = (int16_t)stream;
	message->has_tracing_id = tracing_id != NULL;
	if (tracing_id && !cql_uuid_parse(tracing_id, &message->tracing_id, err))
		return false;
	return wire_fields_read(m, header_fields, vector, message, err) &&
	       read_payload(m, vector, message, err);
}

bool wire_message_read(struct wire_memory *m, const struct json *vector, cql_message *message,
		       coodie_error *err)
{
	const struct json *body = json_get(vector, "body");

	memset(message, 0, sizeof *message);
	if (!read_header(m, vector, message, err))
		return false;
	if (!json_is(body, JSON_OBJECT))
		return wire_wrong(err, "body", "an object");
	if (bodies[message->opcode].read)
		return bodies[message->opcode].read(m, body, message, err);
	return !bodies[message->opcode].fields ||
	       wire_fields_read(m, bodies[message->opcode].fields, body, message, err);
}
