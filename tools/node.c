/* SPDX-License-Identifier: MIT */
/* `coodie node`: runs an in-memory cluster until it is told to stop. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <coodie/node.h>

#include "tools/connect.h"
#include "tools/tool.h"

enum { MOST_NODES = 64, MOST_SHARDS = 256 };

struct run {
	const char *listen;
	uint32_t nodes, shards, protocol;
	struct argument_list centers, faults, scripts, settings;
	bool tls, no_lz4, verbose, until_eof;
	const char *ca_out, *cert, *key, *ca;
	const char *user, *password, *password_file;
	const char *save; /* NULL: what it holds is forgotten */
	const char *operand;
};

static bool loads_stdin(const struct run *r)
{
	for (size_t i = 0; i < r->scripts.count; i++)
		if (!strcmp(r->scripts.at[i], "-"))
			return true;
	return false;
}

static bool check(const struct run *r)
{
	const char *wrong = NULL;

	if (r->operand)
		wrong = "it takes options only; statements come from --load FILE";
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
	else if (r->until_eof && loads_stdin(r))
		wrong = "--until-eof and --load - exclude each other: both read stdin";
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

static bool write_ca(const coodie_node *n, const char *path, coodie_error *err)
{
	FILE *file = fopen(path, "w");
	bool ok = file && fputs(coodie_node_ca_pem(n), file) >= 0;

	if (file && fclose(file))
		ok = false;
	return ok || fail_file(path, strerror(errno), err);
}

static bool load(coodie_node *n, const char *path, coodie_error *err)
{
	return coodie_node_load(n, strcmp(path, "-") ? path : "/dev/stdin", err);
}

/* Whether a file can be written there, before there is something to lose. */
static bool try_save(const char *path, coodie_error *err)
{
	FILE *file = fopen(path, "a");

	if (!file)
		return fail_file(path, strerror(errno), err);
	fclose(file);
	return true;
}

static bool prepare(coodie_node *n, const struct run *r, coodie_error *err)
{
	bool ok = (!r->ca_out || write_ca(n, r->ca_out, err)) &&
		  (!r->save || try_save(r->save, err));

	for (size_t i = 0; ok && i < r->scripts.count; i++)
		ok = load(n, r->scripts.at[i], err);
	for (size_t i = 0; ok && i < r->faults.count; i++)
		ok = coodie_node_add_fault(n, r->faults.at[i], NULL, err);
	return ok;
}

/* ---- the command ---------------------------------------------------------------------------- */

/* Who started it has gone when its end of our stdin is closed. */
static void *watch_stdin(void *user)
{
	char unread[256];

	(void)user;
	while (read(STDIN_FILENO, unread, sizeof unread) > 0)
		;
	kill(getpid(), SIGTERM);
	return NULL;
}

static bool start_watching(coodie_error *err)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, watch_stdin, NULL) && !pthread_detach(thread))
		return true;
	err->code = COODIE_ERR_NO_MEMORY;
	snprintf(err->message, sizeof err->message, "no thread can be made for --until-eof");
	return false;
}

static void say_ready(const coodie_node *n)
{
	printf("ready on %s\n", coodie_node_address(n, 0));
	for (uint32_t i = 1; i < coodie_node_count(n); i++)
		printf("node %u on %s\n", (unsigned)i + 1, coodie_node_address(n, i));
}

/* Until SIGINT or SIGTERM. SIGUSR1 saves; when that fails there is another time. */
static bool wait_for_end(coodie_node *n, const sigset_t *awaited, const char *save,
			 coodie_error *err)
{
	bool saved;
	int got;

	do {
		sigwait(awaited, &got);
		saved = !save || coodie_node_save(n, save, err);
		if (!saved && got == SIGUSR1)
			print_log(err->message, NULL);
	} while (got == SIGUSR1);
	return saved;
}

/* The signals are taken from the moment it is ready on: until then they end it as they end any program,
 * since a script from stdin may never come. */
static bool serve(coodie_node *n, const struct run *r, coodie_error *err)
{
	sigset_t awaited;

	sigemptyset(&awaited);
	sigaddset(&awaited, SIGINT);
	sigaddset(&awaited, SIGTERM);
	sigaddset(&awaited, SIGUSR1);
	sigprocmask(SIG_BLOCK, &awaited, NULL);
	if (r->until_eof && !start_watching(err))
		return false;
	say_ready(n);
	if (fflush(stdout) || ferror(stdout)) /* main() says so: nobody knows the port */
		return true;
	return wait_for_end(n, &awaited, r->save, err);
}

static int run(const struct run *r, coodie_node_options *o)
{
	coodie_error err = { 0 };
	coodie_node *n = fill(o, r, &err) ? coodie_node_start(o, &err) : NULL;
	bool ok = n && prepare(n, r, &err);

	if (!ok && err.code == COODIE_ERR_INVALID) {
		coodie_node_stop(n);
		return tool_misuse("node", "%s", err.message);
	}
	ok = ok && serve(n, r, &err);
	coodie_node_stop(n);
	if (!ok)
		tool_fail("node", &err);
	return ok ? TOOL_OK : TOOL_FAILED;
}

static void print_help(const struct argument_table *tables)
{
	fputs("Usage: coodie node [OPTION...]\n\n"
	      "Runs a cluster in memory that answers as Apache Cassandra 5.0 answers, until SIGINT or\n"
	      "SIGTERM. Prints \"ready on ADDRESS:PORT\" as its first line when it listens. docs/node.md\n"
	      "tells more.\n",
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
		{ "load", "FILE", "run these statements first; - for stdin; several times",
		  .list = &r.scripts },
		{ "cql", "FILE", "the same", .list = &r.scripts },
		{ "save", "FILE", "write schema and rows there when it ends, and at each SIGUSR1",
		  .text = &r.save },
		{ "fault", "SPEC", "make something go wrong; several times", .list = &r.faults },
		{ "yaml", "NAME=VALUE", "set a line of cassandra.yaml; several times",
		  .list = &r.settings },
		{ "until-eof", NULL, "end, too, when stdin ends: with the program that started it",
		  .flag = &r.until_eof },
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
	code = run(&r, o);
	coodie_node_options_free(o);
	return code;
}
