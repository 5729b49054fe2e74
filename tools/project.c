/* SPDX-License-Identifier: MIT */
/* The keyspace that migrate, makemigration, schema-diff and sync are about. */
#include <stdio.h>
#include <string.h>

#include "tools/jsonl.h"
#include "tools/project.h"
#include "tools/tool.h"

enum { DDL_TIMEOUT_MS = 30000 };

struct argument_table project_arguments(struct project *p, const char *command)
{
	const struct argument rows[PROJECT_ARGUMENTS] = {
		connect_keyspace(&p->connect, "the keyspace it is about"),
		{ "format", "text|json", "json: a line for each thing that happens (default: text)",
		  .text = &p->format, .words = "text json" },
		{ "driver-type", "NAME", "ignored: scripts for Python coodie have it",
		  .text = &p->driver, .words = "scylla cassandra" },
	};

	p->command = command;
	p->format = "text";
	p->connect.request_timeout_ms = DDL_TIMEOUT_MS;
	memcpy(p->rows, rows, sizeof rows);
	return (struct argument_table){ "Project", p->rows, PROJECT_ARGUMENTS };
}

bool project_is_json(const struct project *p)
{
	return !strcmp(p->format, "json");
}

bool project_check(struct project *p, const char *operand)
{
	if (operand) {
		tool_misuse(p->command, "it takes options only, and %s is none", operand);
		return false;
	}
	if (!connect_check(&p->connect, p->command))
		return false;
	if (p->driver && !project_is_json(p))
		fprintf(stderr, "coodie %s: --driver-type %s is ignored: there is one driver\n",
			p->command, p->driver);
	return true;
}

static bool take_keyspace(struct project *p, coodie_error *err)
{
	size_t len = coodie_options_get(p->connect.options, "keyspace", p->keyspace,
					sizeof p->keyspace, err);

	if (len && len < sizeof p->keyspace)
		return true;
	*err = (coodie_error){ .code = COODIE_ERR_INVALID, .server_code = -1 };
	snprintf(err->message, sizeof err->message, "%s",
		 len ? "the keyspace's name is too long"
		     : "which keyspace? Give --keyspace NAME, COODIE_KEYSPACE, or `keyspace` in "
		       "--config");
	return false;
}

/* Files are read once, and so is a password on stdin. */
static coodie_options *options_of(struct project *p, coodie_error *err)
{
	if (!p->connect.options) {
		p->connect.options = connect_options(&p->connect, NULL, err);
		if (!p->connect.options || !take_keyspace(p, err))
			return NULL;
	}
	return p->connect.options;
}

coodie_session *project_unconnected(struct project *p, bool in_keyspace, coodie_error *err)
{
	coodie_options *o = options_of(p, err);

	if (!o || !coodie_options_set(o, "keyspace", in_keyspace ? p->keyspace : NULL, err))
		return NULL;
	return coodie_session_new(o, err);
}

coodie_session *project_session(struct project *p, bool in_keyspace, coodie_error *err)
{
	coodie_session *s = project_unconnected(p, in_keyspace, err);

	if (s && !coodie_session_connect(s, err)) {
		coodie_session_free(s);
		s = NULL;
	}
	return s;
}

void project_close(struct project *p)
{
	coodie_options_free(p->connect.options);
	p->connect.options = NULL;
}

int project_fail(const struct project *p, const coodie_error *err, const char *cause, int exit_code)
{
	if (project_is_json(p))
		jsonl_error(err, cause, exit_code);
	if (!cause && exit_code == TOOL_USAGE)
		tool_misuse(p->command, "%s", err->message);
	else if (exit_code == TOOL_AGREEMENT)
		tool_fail_agreement(p->command, err);
	else
		tool_fail(p->command, err);
	return exit_code;
}
