/* SPDX-License-Identifier: MIT */
/* Finds out in what a keyspace differs from what it should be. */
#include <stdio.h>
#include <string.h>

#include "tools/differ.h"
#include "tools/tool.h"

static struct argument_table differ_arguments(struct differ *d)
{
	const struct argument rows[DIFFER_ARGUMENTS] = {
		{ "drop-objects", NULL,
		  "tables, views and types that should not be there differ, too",
		  .flag = &d->drop_objects },
		{ "keep-options", NULL, "options of tables and views are not compared",
		  .flag = &d->keep_options },
		{ "keyspace-options", NULL, "those of the keyspace in --schema are compared, too",
		  .flag = &d->keyspace_options },
		{ "replication", "MAP", "of a keyspace that is to be made: \"{'class': ...}\"",
		  .text = &d->replication },
	};

	memcpy(d->rows, rows, sizeof rows);
	return (struct argument_table){ "Comparing", d->rows, DIFFER_ARGUMENTS };
}

static void print_help(const struct differ_command *command, const struct argument_table *tables)
{
	puts(command->usage);
	arguments_print(tables);
	puts(command->ending);
}

int differ_parse(struct differ *d, const struct differ_command *command, int argc, char **argv,
		 bool *helped)
{
	const struct argument_table connection = connect_arguments(&d->project.connect);
	const struct argument_table tables[] = {
		{ "Options", command->own, command->own_count },
		wanted_arguments(&d->wanted, command->linked),
		differ_arguments(d),
		project_arguments(&d->project, command->name),
		connection,
		{ NULL, NULL, 0 },
	};
	const char *operand = NULL;
	enum arguments_outcome outcome = arguments_parse(tables, command->name, argc, argv,
							 &operand);

	*helped = outcome == ARGUMENTS_HELP;
	if (*helped) {
		print_help(command, tables);
		return TOOL_OK;
	}
	if (outcome == ARGUMENTS_WRONG || !project_check(&d->project, operand) ||
	    !wanted_check(&d->wanted, command->name))
		return TOOL_USAGE;
	return TOOL_OK;
}

static bool fail(coodie_error *err, const char *format, const char *what)
{
	*err = (coodie_error){ .code = COODIE_ERR_INVALID, .server_code = -1 };
	snprintf(err->message, sizeof err->message, format, what);
	return false;
}

/* A file without a keyspace says nothing of its options: neither what one that is missing should have, nor that
 * of one that is there any should change. */
static bool check_bare(struct differ *d, bool is_there, coodie_error *err)
{
	if (!d->wanted.is_bare)
		return true;
	d->no_keyspace = !is_there && !d->replication;
	if (d->no_keyspace)
		return fail(
			err,
			"there is no keyspace %.100s, and the file makes none; to have it made, give "
			"--replication MAP",
			d->project.keyspace);
	return !is_there || !d->keyspace_options ||
	       fail(err, "--keyspace-options: there is no keyspace in %.150s", d->wanted.file);
}

static bool read_wanted(struct differ *d, coodie_error *err)
{
	const bool is_there = coodie_schema_exists(d->is);

	d->wanted.keeps_options = d->keep_options;
	d->should = wanted_read(&d->wanted, d->home, d->project.keyspace,
				is_there ? NULL : d->replication, err);
	return d->should && check_bare(d, is_there, err);
}

static bool compare(struct differ *d, coodie_error *err)
{
	d->diff = coodie_schema_compare(d->is, d->should,
					COODIE_DIFF(.drop_objects = d->drop_objects,
						    .keep_options = d->keep_options,
						    .keep_keyspace = !d->keyspace_options),
					err);
	return d->diff;
}

bool differ_open(struct differ *d, coodie_error *err)
{
	d->session = project_session(&d->project, false, err);
	if (d->session)
		d->home = project_unconnected(&d->project, true, err);
	if (!d->home)
		return false;
	d->is = coodie_schema_read(d->session, d->project.keyspace, err);
	return d->is && read_wanted(d, err) && compare(d, err);
}

int differ_exit_of(const struct differ *d, const coodie_error *err)
{
	return d->no_keyspace ? TOOL_KEYSPACE : tool_exit_of(err);
}

void differ_close(struct differ *d)
{
	coodie_diff_free(d->diff);
	coodie_schema_free(d->should);
	coodie_schema_free(d->is);
	coodie_session_free(d->home);
	coodie_session_free(d->session);
	wanted_close(&d->wanted);
	project_close(&d->project);
}
