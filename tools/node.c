/* SPDX-License-Identifier: MIT */
/* `coodie node`: runs an in-memory cluster until it is told to stop. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coodie/node.h>

#include "tools/connect.h"
#include "tools/tool.h"

enum { MOST_SCRIPT = 64 << 20, MOST_NODES = 64, MOST_SHARDS = 256 };

struct run {
	const char *listen;
	uint32_t nodes, shards, protocol;
	struct argument_list centers, faults, scripts, settings;
	bool tls, no_lz4, verbose;
	const char *ca_out, *cert, *key, *ca;
	const char *user, *password, *password_file;
	const char *operand;
};

static bool check(const struct run *r)
{
	const char *wrong = NULL;

	if (r->operand)
		wrong = "it takes options only; statements come from --cql FILE";
	else if (r->password && r->password_file)
		wrong = "--password and --password-file exclude each other";
	else if (!r->user != !(r->password || r->password_file))
		wrong = "--user and --password-file belong together";
	else if (!r->cert != !r->key)
		wrong = "--tls-cert and --tls-key belong together";
	else if (r->ca && !r->cert)
		wrong = "--tls-ca needs --tls-cert and --tls-key";
	else if (r->tls && r->cert)
		wrong = "--tls makes a certificate, so --tls-cert has no use";
	else if (r->ca_out && !r->tls)
		wrong = "--tls-write-ca needs --tls";
	else if (r->nodes && r->centers.count)
		wrong = "--nodes and --dc exclude each other";
	if (wrong)
		tool_misuse("node", "%s", wrong);
	return !wrong;
}

/* ---- options -------------------------------------------------------------------------------- */

/* NAME:NODES or NAME:NODES:RACKS */
static bool add_center(coodie_node_options *o, const char *text, coodie_error *err)
{
	char name[64], rest;
	unsigned nodes, racks = 1;
	int fields = sscanf(text, "%63[^:]:%4u:%4u%c", name, &nodes, &racks, &rest);

	if (fields == 2 || fields == 3)
		return coodie_node_options_add_data_center(o, name, nodes, racks, err);
	err->code = COODIE_ERR_INVALID;
	snprintf(err->message, sizeof err->message,
		 "--dc %.60s: it must be NAME:NODES or NAME:NODES:RACKS", text);
	return false;
}

/* NAME=VALUE */
static bool add_setting(coodie_node_options *o, const char *text, coodie_error *err)
{
	char name[64], rest;
	int end = 0;

	if (sscanf(text, "%63[^=]=%n%c", name, &end, &rest) == 2)
		return coodie_node_options_set_setting(o, name, text + end, err);
	err->code = COODIE_ERR_INVALID;
	snprintf(err->message, sizeof err->message, "--yaml %.60s: it must be NAME=VALUE", text);
	return false;
}

static bool set_credentials(coodie_node_options *o, const struct run *r, coodie_error *err)
{
	char secret[SECRET_SIZE] = "";
	bool ok;

	if (!r->user)
		return true;
	if (r->password)
		return coodie_node_options_set_credentials(o, r->user, r->password, err);
	ok = connect_read_password(r->password_file, secret, err) &&
	     coodie_node_options_set_credentials(o, r->user, secret, err);
	connect_wipe(secret, sizeof secret);
	return ok;
}

static void print_log(const char *line, void *user)
{
	(void)user;
	fprintf(stderr, "coodie node: %s\n", line);
}

static bool fill(coodie_node_options *o, const struct run *r, coodie_error *err)
{
	bool ok = coodie_node_options_set_address(o, r->listen, err) &&
		  (!r->nodes || coodie_node_options_set_nodes(o, r->nodes, err)) &&
		  coodie_node_options_set_shards(o, r->shards, err) &&
		  coodie_node_options_set_highest_version(o, r->protocol, err) &&
		  set_credentials(o, r, err);

	for (size_t i = 0; ok && i < r->centers.count; i++)
		ok = add_center(o, r->centers.at[i], err);
	for (size_t i = 0; ok && i < r->settings.count; i++)
		ok = add_setting(o, r->settings.at[i], err);
	if (ok && r->cert)
		ok = coodie_node_options_set_tls_files(o, r->cert, r->key, r->ca, err);
	if (r->tls)
		coodie_node_options_set_tls_generated(o);
	if (r->verbose)
		coodie_node_options_set_log(o, print_log, NULL);
	coodie_node_options_set_lz4(o, !r->no_lz4);
	return ok;
}

/* ---- what is run in it ---------------------------------------------------------------------- */

static bool fail_file(const char *path, const char *why, coodie_error *err)
{
	err->code = COODIE_ERR_INVALID;
	snprintf(err->message, sizeof err->message, "%.120s: %s", path, why);
	return false;
}

/* The whole of a file, NUL-terminated; "-" is stdin. */
static char *read_script(const char *path, coodie_error *err)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "r") : stdin;
	char *text = NULL, *more;
	size_t len = 0, room = 0, got = 0;

	if (!file) {
		fail_file(path, strerror(errno), err);
		return NULL;
	}
	do {
		len += got;
		if (room - len < 2) {
			room = room ? 2 * room : 4096;
			more = room > MOST_SCRIPT ? NULL : realloc(text, room);
			if (!more) {
				fail_file(path, "too large", err);
				break;
			}
			text = more;
		}
		text[len] = '\0';
	} while ((got = fread(text + len, 1, room - len - 1, file)) > 0);
	if (ferror(file) && err->code == COODIE_OK)
		fail_file(path, strerror(errno), err);
	else if (err->code == COODIE_OK && strlen(text) < len)
		fail_file(path, "it holds a zero byte: is it text?", err);
	if (file != stdin)
		fclose(file);
	if (err->code == COODIE_OK)
		return text;
	free(text);
	return NULL;
}

static bool run_script(coodie_node *n, const char *path, coodie_error *err)
{
	char *text = read_script(path, err);
	bool ok = text && coodie_node_execute(n, text, err);

	if (text && !ok) {
		coodie_error why = *err;
		snprintf(err->message, sizeof err->message, "%.60s: %.170s", path, why.message);
	}
	free(text);
	return ok;
}

static bool write_ca(const coodie_node *n, const char *path, coodie_error *err)
{
	FILE *file = fopen(path, "w");
	bool ok = file && fputs(coodie_node_ca_pem(n), file) >= 0;

	if (file && fclose(file))
		ok = false;
	return ok || fail_file(path, strerror(errno), err);
}

static bool prepare(coodie_node *n, const struct run *r, coodie_error *err)
{
	bool ok = !r->ca_out || write_ca(n, r->ca_out, err);

	for (size_t i = 0; ok && i < r->scripts.count; i++)
		ok = run_script(n, r->scripts.at[i], err);
	for (size_t i = 0; ok && i < r->faults.count; i++)
		ok = coodie_node_add_fault(n, r->faults.at[i], NULL, err);
	return ok;
}

/* ---- the command ---------------------------------------------------------------------------- */

/* Until SIGINT or SIGTERM. Until it is ready they end it as they end any program: a script from stdin
 * may never come. */
static int serve(const struct run *r, coodie_node_options *o)
{
	coodie_error err = { 0 };
	coodie_node *n = fill(o, r, &err) ? coodie_node_start(o, &err) : NULL;
	sigset_t ends;
	int got;

	if (!n || !prepare(n, r, &err)) {
		coodie_node_stop(n);
		return err.code == COODIE_ERR_INVALID ? tool_misuse("node", "%s", err.message)
						      : tool_fail("node", &err);
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	for (uint32_t i = 1; i < coodie_node_count(n); i++)
		printf("node %u on %s\n", (unsigned)i + 1, coodie_node_address(n, i));
	printf("ready on %s\n", coodie_node_address(n, 0));
	if (!fflush(stdout) && !ferror(stdout)) /* otherwise main() says so: nobody knows the port */
		sigwait(&ends, &got);
	coodie_node_stop(n);
	return TOOL_OK;
}

static void print_help(const struct argument_table *tables)
{
	fputs("Usage: coodie node [OPTION...]\n\n"
	      "Runs a cluster in memory that answers as Apache Cassandra 5.0 answers, until SIGINT or\n"
	      "SIGTERM. Prints \"ready on ADDRESS:PORT\" when it listens. docs/node.md tells more.\n",
	      stdout);
	arguments_print(tables);
}

int tool_node(int argc, char **argv)
{
	struct run r = { .listen = "127.0.0.1:9042", .protocol = 5 };
	const struct argument cluster[] = {
		{ "listen", "ADDRESS:PORT",
		  "the first node (default: 127.0.0.1:9042; port 0: a free one)",
		  .text = &r.listen },
		{ "nodes", "N", "so many nodes, on successive addresses", .number = &r.nodes,
		  .least = 1, .most = MOST_NODES },
		{ "dc", "NAME:NODES[:RACKS]", "a data center; may be given several times",
		  .list = &r.centers },
		{ "shards", "N", "be ScyllaDB, with so many shards on each node",
		  .number = &r.shards, .least = 1, .most = MOST_SHARDS },
		{ "protocol", "N", "the highest protocol version, 4 or 5 (default: 5)",
		  .number = &r.protocol, .least = 4, .most = 5 },
		{ "no-lz4", NULL, "do not offer compression", .flag = &r.no_lz4 },
		{ "cql", "FILE", "run these statements first; - for stdin; several times",
		  .list = &r.scripts },
		{ "fault", "SPEC", "make something go wrong; several times", .list = &r.faults },
		{ "yaml", "NAME=VALUE", "set a line of cassandra.yaml; several times",
		  .list = &r.settings },
		{ "verbose", NULL, "say what happens, on stderr", .flag = &r.verbose },
	};
	const struct argument security[] = {
		{ "user", "NAME", "ask clients for this role", .text = &r.user },
		{ "password-file", "FILE", "its password: the first line of FILE, - for stdin",
		  .text = &r.password_file },
		{ "password", "TEXT", "its password, which other users of the machine can see",
		  .text = &r.password },
		{ "tls", NULL, "speak TLS with a certificate made for this run", .flag = &r.tls },
		{ "tls-write-ca", "FILE", "write the authority (PEM) that clients have to trust",
		  .text = &r.ca_out },
		{ "tls-cert", "FILE", "speak TLS with this certificate (PEM)", .text = &r.cert },
		{ "tls-key", "FILE", "its private key (PEM)", .text = &r.key },
		{ "tls-ca", "FILE", "ask clients for a certificate of these authorities (PEM)",
		  .text = &r.ca },
	};
	const struct argument_table tables[] = {
		{ "Cluster", cluster, sizeof cluster / sizeof cluster[0] },
		{ "Security", security, sizeof security / sizeof security[0] },
		{ NULL, NULL, 0 },
	};
	enum arguments_outcome outcome = arguments_parse(tables, "node", argc, argv, &r.operand);
	coodie_node_options *o;
	int code;

	if (outcome == ARGUMENTS_HELP) {
		print_help(tables);
		return TOOL_OK;
	}
	if (outcome == ARGUMENTS_WRONG || !check(&r))
		return TOOL_USAGE;
	o = coodie_node_options_new(NULL);
	if (!o)
		return TOOL_FAILED;
	code = serve(&r, o);
	coodie_node_options_free(o);
	return code;
}
