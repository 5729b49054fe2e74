/* SPDX-License-Identifier: MIT */
/* Finds out which schema is wanted. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "tools/tool.h"
#include "tools/wanted.h"

struct argument_table wanted_arguments(struct wanted *w, const coodie_models *linked)
{
	const struct argument rows[WANTED_ARGUMENTS] = {
		{ "models", "LIB.so", "a plug-in with the models: COODIE_MODELS(...)",
		  .text = &w->plugin },
		{ "schema", "FILE.cql", "CREATE statements instead of models", .text = &w->file },
	};

	*w = (struct wanted){ .linked = linked };
	memcpy(w->rows, rows, sizeof rows);
	return (struct argument_table){ "What the schema should be", w->rows, WANTED_ARGUMENTS };
}

bool wanted_check(struct wanted *w, const char *command)
{
	const char *wrong = NULL;

	if (!w->plugin && !w->file && !arguments_environment(w->rows, WANTED_ARGUMENTS, command))
		return false;
	if (w->plugin && w->file)
		wrong = "--models and --schema exclude each other";
	else if (!w->plugin && !w->file && !w->linked)
		wrong = "which models? Give --models LIB.so or --schema FILE.cql, or call "
			"coodie_main() with yours";
	if (wrong)
		tool_misuse(command, "%s", wrong);
	return !wrong;
}

static const coodie_models *fail(coodie_error *err, const char *format, const char *what)
{
	*err = (coodie_error){ .code = COODIE_ERR_INVALID, .server_code = -1 };
	snprintf(err->message, sizeof err->message, format, what);
	return NULL;
}

/* A path without a slash is a file, too: not what the dynamic linker would look for. */
static void *open_plugin(const char *path)
{
	char here[4096];

	if (strchr(path, '/'))
		return dlopen(path, RTLD_NOW | RTLD_LOCAL);
	snprintf(here, sizeof here, "./%s", path);
	return dlopen(here, RTLD_NOW | RTLD_LOCAL);
}

static const coodie_models *load_plugin(struct wanted *w, coodie_error *err)
{
	const coodie_models *models;

	w->handle = open_plugin(w->plugin);
	if (!w->handle)
		return fail(err, "--models: %.200s", dlerror());
	models = dlsym(w->handle, "coodie_plugin_models");
	if (!models)
		return fail(err,
			    "--models %.120s: it has no coodie_plugin_models; COODIE_MODELS(...) "
			    "makes it",
			    w->plugin);
	return models;
}

static coodie_schema *read_models(const coodie_models *m, coodie_session *s, const char *keyspace,
				  const char *replication, coodie_error *err)
{
	const coodie_keyspace options = { .size = sizeof options, .replication = replication };
	coodie_models own = { .size = sizeof own };

	memcpy(&own, m, m->size < sizeof own ? m->size : sizeof own);
	if (!own.model_count && !own.type_count) {
		fail(err, "%s", "there is no model among the models");
		return NULL;
	}
	return coodie_schema_of_models(s,
				       COODIE_SCHEMA(.keyspace = keyspace, .models = own.models,
						     .model_count = own.model_count,
						     .types = own.types,
						     .type_count = own.type_count,
						     .options = replication ? &options : NULL),
				       err);
}

static coodie_schema *read_file(struct wanted *w, const char *keyspace, const char *replication,
				coodie_error *err)
{
	struct wanted_file file = { w->file, keyspace, replication, w->keeps_options, false };
	coodie_schema *schema = wanted_read_file(&file, err);

	w->is_bare = file.is_bare;
	return schema;
}

coodie_schema *wanted_read(struct wanted *w, coodie_session *s, const char *keyspace,
			   const char *replication, coodie_error *err)
{
	const coodie_models *models;

	if (w->file)
		return read_file(w, keyspace, replication, err);
	models = w->plugin ? load_plugin(w, err) : w->linked;
	return models ? read_models(models, s, keyspace, replication, err) : NULL;
}

void wanted_close(struct wanted *w)
{
	if (w->handle)
		dlclose(w->handle);
	w->handle = NULL;
}
