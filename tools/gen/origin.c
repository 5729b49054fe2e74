/* SPDX-License-Identifier: MIT */
/* A session with what has the schema. */
#include <coodie/node.h>

#include "tools/gen/origin.h"
#include "tools/gen/schema_file.h"

/* The schema is all that is wanted, whatever a file of options says. */
static bool want_schema(coodie_options *o, const char *keyspace, coodie_error *err)
{
	return coodie_options_set(o, "schema_metadata", "on", err) &&
	       coodie_options_set(o, "single_node", "off", err) &&
	       (!keyspace || coodie_options_set(o, "schema_keyspaces", keyspace, err));
}

bool origin_connect(struct origin *o, const struct connect *c, const char *where,
		    const char *keyspace, coodie_error *err)
{
	coodie_options *options = connect_options(c, where, err);

	if (options && want_schema(options, keyspace, err))
		o->session = coodie_session_new(options, err);
	coodie_options_free(options);
	return o->session && coodie_session_refresh(o->session, err);
}

/* Whatever a Cassandra may have been told to allow. */
static bool allow(coodie_node_options *o, coodie_error *err)
{
	static const char *const settings[] = { "materialized_views_enabled",
						"sasi_indexes_enabled",
						"user_defined_functions_enabled", "cdc_enabled" };
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof settings / sizeof settings[0]; i++)
		ok = coodie_node_options_set_setting(o, settings[i], "true", err);
	return ok;
}

/* A node that has the data centers which keyspaces of the file are replicated to. */
static coodie_node *start_node(const struct schema_file *f, coodie_error *err)
{
	coodie_node_options *o = coodie_node_options_new(err);
	bool ok = o && allow(o, err);
	coodie_node *node;

	for (size_t i = 0; ok && i < f->center_count; i++)
		ok = coodie_node_options_add_data_center(o, f->centers[i], 1, 1, err);
	node = ok ? coodie_node_start(o, err) : NULL;
	coodie_node_options_free(o);
	return node;
}

bool origin_load(struct origin *o, const char *path, coodie_error *err)
{
	struct schema_file f = { 0 };

	if (schema_file_read(&f, path, err))
		o->node = start_node(&f, err);
	schema_file_free(&f);
	if (!o->node || !coodie_node_load(o->node, path, err))
		return false;
	o->session = coodie_session_open(coodie_node_address(o->node, 0), err);
	return o->session && coodie_session_refresh(o->session, err);
}

void origin_end(struct origin *o)
{
	coodie_session_free(o->session);
	coodie_node_stop(o->node);
	*o = (struct origin){ 0 };
}
