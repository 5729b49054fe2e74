/* SPDX-License-Identifier: MIT */
/* Reading a schema: one question after the other. */
#include "base/error.h"
#include "orm/schema/job.h"
#include "orm/schema/questions.h"

/* What there is to ask: of a keyspace, and of a table in it. */
enum question {
	END,
	KEYSPACE,
	TYPES,
	TABLES,
	COLUMNS,
	INDEXES,
	VIEWS,
	DROPPED,
	NAMES
};

#define OF(columns, table) \
	"SELECT " columns " FROM system_schema." table " WHERE keyspace_name = ?"

static const struct {
	const char *all, *one; /* `one` NULL: it is of the keyspace only */
	cd_take_fn *take;
} questions[] = {
	[KEYSPACE] = { OF("*", "keyspaces"), NULL, cd_take_keyspace },
	[TYPES] = { OF("type_name, field_names, field_types", "types"), NULL, cd_take_types },
	[TABLES] = { OF("*", "tables"), CD_TABLE, cd_take_tables },
	[COLUMNS] = { OF("table_name, column_name, type, kind, position, clustering_order",
			 "columns"),
		      CD_COLUMNS, cd_take_columns },
	[INDEXES] = { OF("table_name, index_name, options", "indexes"), CD_INDEXES,
		      cd_take_indexes },
	[VIEWS] = { OF("*", "views"), CD_VIEW, cd_take_views },
	[DROPPED] = { OF("table_name, column_name, type, kind", "dropped_columns"), NULL,
		      cd_take_dropped },
	/* tables and views, when the one that is wanted is not there */
	[NAMES] = { OF("table_name", "columns") " GROUP BY keyspace_name, table_name", NULL,
		    cd_take_missing },
};

/* What is asked first, by scope; and then, of a table or a view that is there, or is not. */
static const uint8_t asked[][8] = {
	[CD_SCOPE_WHOLE] = { KEYSPACE, TYPES, TABLES, VIEWS, COLUMNS, INDEXES, DROPPED },
	[CD_SCOPE_KEYSPACE] = { KEYSPACE },
	[CD_SCOPE_TYPES] = { TYPES },
	[CD_SCOPE_TABLE] = { TABLES },
	[CD_SCOPE_TABLE_WITH_TYPES] = { TYPES, TABLES },
	[CD_SCOPE_VIEW] = { VIEWS },
	[CD_SCOPE_MODEL] = { COLUMNS, INDEXES, VIEWS },
};
static const uint8_t table_there[] = { COLUMNS, INDEXES, END }, view_there[] = { COLUMNS, END },
		     no_table[] = { KEYSPACE, END }, no_view[] = { TABLES, END },
		     no_columns[] = { NAMES, END };

struct cd_look {
	enum cd_scope scope;
	const char *keyspace, *name, *base;
	const uint8_t *at;
	cd_step_fn *next;
};

static bool is_of_one(const struct cd_look *l)
{
	return l->scope >= CD_SCOPE_TABLE;
}

static const char *name_asked(const struct cd_look *l)
{
	return l->scope == CD_SCOPE_VIEW && *l->at == TABLES ? l->base : l->name;
}

static cd_step_fn on_answer;

static bool ask(struct cd_op *op, coodie_error *err)
{
	const struct cd_look *l = cd_job(op)->look;
	bool one = is_of_one(l) && questions[*l->at].one;
	cql_value args[2] = { cql_from_str(l->keyspace), cql_from_str(one ? name_asked(l) : "") };

	return cd_job_ask(op, on_answer, one ? questions[*l->at].one : questions[*l->at].all, (cql_args){ one ? 2 : 1, args },
			  err);
}

/* The questions that follow from the answer to whether something is there. */
static void choose(struct cd_look *l, const coodie_schema *is)
{
	bool is_there = is->tables != NULL;

	if (*l->at == TABLES && l->scope != CD_SCOPE_VIEW && is_of_one(l))
		l->at = is_there ? table_there : no_table;
	else if (*l->at == VIEWS && l->scope == CD_SCOPE_VIEW)
		l->at = is_there ? view_there : no_view;
	else if (l->scope == CD_SCOPE_MODEL && !is->tables->columns.first)
		l->at = no_columns;
	else
		l->at++;
}

static void on_answer(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	struct cd_job *job = cd_job(op);
	struct cd_look *l = job->look;
	coodie_error err = *from;
	bool one = is_of_one(l) && questions[*l->at].one;

	if (err.code == COODIE_OK)
		questions[*l->at].take(job->is, take_res, one ? name_asked(l) : NULL, &err);
	coodie_result_free(take_res);
	if (err.code == COODIE_OK) {
		choose(l, job->is);
		if (!*l->at) {
			l->next(op, NULL, &err);
			return;
		}
		if (ask(op, &err))
			return;
	}
	cd_job_end(op, &err);
}

bool cd_look_again(struct cd_op *op, cd_step_fn *next, coodie_error *err)
{
	struct cd_job *job = cd_job(op);
	struct cd_look *l = job->look;

	coodie_schema_free(job->is);
	job->is = cd_schema_new(&op->place.orm->allocator, l->keyspace, true, err);
	if (!job->is)
		return false;
	/* whether the keyspace is there matters only where it is asked */
	job->is->exists = l->scope == CD_SCOPE_TYPES || l->scope == CD_SCOPE_VIEW;
	if (l->scope == CD_SCOPE_MODEL && !cd_schema_add_table(job->is, l->name))
		return cd_no_memory(err, "the schema");
	l->next = next;
	l->at = asked[l->scope];
	return ask(op, err);
}

bool cd_look_later(struct cd_op *op, enum cd_scope scope, const char *keyspace_name,
		   const char *name, const char *base, coodie_error *err)
{
	struct cd_job *job = cd_job(op);
	struct cd_look *l = cd_arena_take_zero(&job->arena, sizeof(*l));

	if (!l)
		return cd_no_memory(err, "the schema");
	*l = (struct cd_look){ .scope = scope, .keyspace = keyspace_name, .name = name, .base = base };
	if (!cd_arena_keep(&job->arena, &l->keyspace) || !cd_arena_keep(&job->arena, &l->name) ||
	    !cd_arena_keep(&job->arena, &l->base))
		return cd_no_memory(err, "the schema");
	job->look = l;
	return true;
}

bool cd_look(struct cd_op *op, enum cd_scope scope, const char *keyspace_name, const char *name,
	     const char *base, cd_step_fn *next, coodie_error *err)
{
	return cd_look_later(op, scope, keyspace_name, name, base, err) &&
	       cd_look_again(op, next, err);
}
