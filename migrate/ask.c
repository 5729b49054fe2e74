/* SPDX-License-Identifier: MIT */
/* Sending a migrator's own statements, each at the consistency that its kind has. */
#include "migrate/ask.h"

#include <string.h>
#include <time.h>

#include <coodie/cluster.h>
#include <coodie/pager.h>

#include "migrate/live.h"

enum { MAKE_TRIES = 20, HEAR_TRIES = 20 };

static const struct {
	cql_consistency consistency;
	bool idempotent;
} modes[] = {
	[MG_AT_QUORUM] = { CQL_CONSISTENCY_QUORUM, true },
	[MG_CONDITIONAL] = { CQL_CONSISTENCY_QUORUM, false },
	[MG_AT_SERIAL] = { CQL_CONSISTENCY_SERIAL, true },
	[MG_OF_NODE] = { CQL_CONSISTENCY_LOCAL_ONE, true },
};

coodie_request mg_request(const coodie_migrator *m, enum mg_mode mode)
{
	(void)m;
	return (coodie_request){
		.size = sizeof(coodie_request),
		.consistency = modes[mode].consistency,
		.serial_consistency = CQL_CONSISTENCY_SERIAL,
		.idempotent = modes[mode].idempotent,
	};
}

bool mg_is_code(const coodie_error *err, const uint16_t *codes, size_t count)
{
	for (size_t i = 0; err->code == COODIE_ERR_SERVER && i < count; i++) {
		if (err->server_code == codes[i])
			return true;
	}
	return false;
}

/* A table that another run has just made: one of its nodes may not have heard of it, although those that were asked
 * agreed. A read or a write fails there then, or is invalid. */
static bool will_be_heard_of(const coodie_error *err, int *tries)
{
	static const uint16_t codes[] = { 0x1300, 0x1500, 0x2200 };
	static const struct timespec pause = { .tv_nsec = 100000000 };

	if (!mg_is_code(err, codes, sizeof codes / sizeof *codes) || ++*tries >= HEAR_TRIES)
		return false;
	nanosleep(&pause, NULL);
	return true;
}

coodie_result *mg_ask(coodie_migrator *m, enum mg_cql cql, cql_args args, enum mg_mode mode,
		      coodie_error *err)
{
	const coodie_request r = mg_request(m, mode);
	coodie_error own = { 0 };
	coodie_result *result;
	int tries = 0;

	do
		result = coodie_session_query(m->session, m->cql[cql], args, &r, &own);
	while (!result && r.idempotent && will_be_heard_of(&own, &tries));
	cd_error_copy(err, &own);
	return result;
}

bool mg_do(coodie_migrator *m, enum mg_cql cql, cql_args args, coodie_error *err)
{
	coodie_result *r = mg_ask(m, cql, args, MG_AT_QUORUM, err);

	coodie_result_free(r);
	return r;
}

/* False when there was an error before the first row: it can be asked again. */
static bool read_rows(coodie_migrator *m, coodie_pager *pager, mg_row_fn *each, void *user,
		      coodie_error *err)
{
	const coodie_cursor *row = pager ? coodie_pager_row(pager, err) : NULL;
	const bool begun = row;
	bool ok = true;

	for (; ok && row; row = ok ? coodie_pager_row(pager, err) : NULL)
		ok = each(m, row, user, err);
	return begun || err->code == COODIE_OK;
}

bool mg_each(coodie_migrator *m, enum mg_cql cql, cql_args args, enum mg_mode mode, mg_row_fn *each,
	     void *user, coodie_error *err)
{
	const coodie_request r = mg_request(m, mode);
	coodie_error own = { 0 };
	int tries = 0;
	bool begun;

	do {
		coodie_pager *pager = coodie_pager_query(m->session, m->cql[cql], args, &r, NULL,
							 &own);

		begun = read_rows(m, pager, each, user, &own);
		coodie_pager_free(pager);
	} while (!begun && will_be_heard_of(&own, &tries));
	cd_error_copy(err, &own);
	return own.code == COODIE_OK;
}

bool mg_text(coodie_migrator *m, const coodie_cursor *row, size_t column, const char **out,
	     coodie_error *err)
{
	cql_text text = { "", 0 };

	if (!coodie_cursor_is_null(row, column) && !coodie_cursor_text(row, column, &text, err))
		return false;
	*out = cd_arena_strndup(&m->work, text.data ? text.data : "", text.len);
	return *out || cd_no_memory(err, "a row");
}

bool mg_agree(coodie_migrator *m, coodie_error *err)
{
	if (coodie_schema_agreement(m->session, m->options.agreement_timeout_ms, err))
		return true;
	if (err &&
	    err->code == COODIE_ERR_UNSUPPORTED) { /* a session over a driver: nobody to ask */
		cd_clear(err);
		return true;
	}
	return mg_because(m, COODIE_CAUSE_AGREEMENT);
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* The node that makes our tables: of all that are up, the one whose id is the smallest. Runs that begin
 * at the same time ask the same one, which makes a table once; two nodes would make two of them. */
static bool find_maker(coodie_migrator *m, cql_inet *out)
{
	coodie_metadata *md = coodie_session_metadata(m->session, NULL);
	const coodie_host *first = NULL;
	bool found;
	char host[sizeof first->address];

	for (size_t i = 0; md && i < coodie_metadata_node_count(md); i++) {
		const coodie_host *h = coodie_metadata_node_at(md, i);

		if (h->is_up &&
		    (!first || memcmp(&h->host_id, &first->host_id, sizeof h->host_id) < 0))
			first = h;
	}
	found = first && *first->address;
	if (found) {
		const char *at = *first->address == '[' ? first->address + 1 : first->address;
		size_t len = *first->address == '[' ? strcspn(at, "]") : strcspn(at, ":");

		memcpy(host, at, len);
		host[len] = '\0';
		found = cql_inet_parse(host, out, NULL);
	}
	coodie_metadata_free(md);
	return found;
}

static bool make(coodie_migrator *m, enum mg_cql cql, const cql_inet *node, coodie_error *err)
{
	coodie_request r = mg_request(m, MG_AT_QUORUM);
	coodie_result *result;

	r.timeout_ms = m->options.statement_timeout_ms;
	r.node = node;
	result = coodie_session_query(m->session, m->cql[cql], CQL_ARGS(), &r, err);
	coodie_result_free(result);
	return result;
}

/* The one that makes it may not be connected yet: what is asked meanwhile turns the loop. What it refuses, all
 * refuse. */
bool mg_make_table(coodie_migrator *m, enum mg_cql cql, const char *name, coodie_error *err)
{
	static const struct timespec pause = { .tv_nsec = 50000000 };
	bool there = false, made = false;
	cql_inet node;

	for (int i = 0; i < MAKE_TRIES && !made; i++) {
		if (i)
			nanosleep(&pause, NULL);
		if (!mg_live_has_table(m, m->keyspace, name, &there, err))
			return false;
		if (there)
			return true;
		if (!find_maker(m, &node))
			break;
		made = make(m, cql, &node, err);
		if (!made && err->code == COODIE_ERR_SERVER)
			return false;
	}
	return (made || make(m, cql, NULL, err)) && mg_agree(m, err);
}
