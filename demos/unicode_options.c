/* SPDX-License-Identifier: MIT */
/* Reads the demo's command line and makes the session it asks for. */
#include "demos/unicode_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: unicode_load --host ADDRESS[:PORT] [--file UnicodeData.txt] [--query WHAT]\n"
	"Loads the Unicode character table into Cassandra, or answers a query on it.\n"
	"\n"
	"  --host H          a node, such as 127.0.0.1:9042\n"
	"  --file F          UnicodeData.txt (default /usr/share/unicode/UnicodeData.txt)\n"
	"  --blocks F        Blocks.txt (default: beside --file)\n"
	"  --query WHAT      code=1F600, page=04, range=0410-044F, block=Cyrillic,\n"
	"                    name=GREEK SMALL LETTER ALPHA, word=SMILING, or count\n"
	"  --keyspace K      default unicode_demo; made when missing\n"
	"  --in-flight N     requests on their way at a time, default 1024\n"
	"  --user U --password P\n"
	"  --tls CA.pem      TLS, trusting this authority\n"
	"  --protocol 4|5    default: 5, then 4\n"
	"  --lz4             compress\n";

static const struct option long_options[] = {
	{ "host", required_argument, NULL, 'h' },
	{ "file", required_argument, NULL, 'f' },
	{ "blocks", required_argument, NULL, 'b' },
	{ "query", required_argument, NULL, 'q' },
	{ "keyspace", required_argument, NULL, 'k' },
	{ "in-flight", required_argument, NULL, 'n' },
	{ "user", required_argument, NULL, 'u' },
	{ "password", required_argument, NULL, 'p' },
	{ "tls", required_argument, NULL, 't' },
	{ "protocol", required_argument, NULL, 'v' },
	{ "lz4", no_argument, NULL, 'z' },
	{ "help", no_argument, NULL, '?' },
	{ NULL, 0, NULL, 0 },
};

static bool read_number(const char *name, const char *text, unsigned lowest, unsigned highest,
			unsigned *out)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n < lowest || n > highest) {
		fprintf(stderr, "unicode_load: --%s takes a number from %u to %u, not \"%s\"\n",
			name, lowest, highest, text);
		return false;
	}
	*out = (unsigned)n;
	return true;
}

static bool take(struct unicode_options *o, int option, const char *value)
{
	switch (option) {
	case 'h':
		o->host = value;
		return true;
	case 'f':
		o->file = value;
		return true;
	case 'b':
		o->blocks = value;
		return true;
	case 'q':
		o->query = value;
		return true;
	case 'k':
		o->keyspace = value;
		return true;
	case 'u':
		o->user = value;
		return true;
	case 'p':
		o->password = value;
		return true;
	case 't':
		o->ca = value;
		return true;
	case 'z':
		o->lz4 = true;
		return true;
	case 'n':
		return read_number("in-flight", value, 1, 32768, &o->in_flight);
	case 'v':
		return read_number("protocol", value, 4, 5, &o->protocol);
	default:
		fputs(usage, stderr);
		return false;
	}
}

bool unicode_options_parse(struct unicode_options *o, int argc, char **argv)
{
	int option;

	*o = (struct unicode_options){
		.keyspace = "unicode_demo",
		.file = "/usr/share/unicode/UnicodeData.txt",
		.in_flight = 1024,
	};
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!take(o, option, optarg))
			return false;
	if (!o->host || optind < argc) {
		fprintf(stderr, "unicode_load: %s\n%s",
			o->host ? "too many arguments" : "--host is missing", usage);
		return false;
	}
	return true;
}

static bool set_tls(coodie_options *options, const char *ca, coodie_error *err)
{
	coodie_tls *tls = coodie_tls_new(err);
	bool ok = tls && coodie_tls_add_ca_file(tls, ca, err) &&
		  coodie_options_set_tls(options, tls, err);

	coodie_tls_free(tls);
	return ok;
}

static bool fill(coodie_options *options, const struct unicode_options *o, const char *keyspace,
		 coodie_error *err)
{
	if (!coodie_options_set_keyspace(options, keyspace, err) ||
	    !coodie_options_add_contact_point(options, o->host, err) ||
	    !coodie_options_set_protocol_version(options, o->protocol, err) ||
	    !coodie_options_set_max_in_flight(options, o->in_flight, err))
		return false;
	if (o->user &&
	    !coodie_options_set_credentials(options, o->user, o->password ? o->password : "", err))
		return false;
	if (o->ca && !set_tls(options, o->ca, err))
		return false;
	if (o->lz4)
		coodie_options_set_compression(options, COODIE_COMPRESSION_LZ4);
	return true;
}

coodie_session *unicode_connect(const struct unicode_options *o, const char *keyspace,
				coodie_error *err)
{
	coodie_options *options = coodie_options_new(err);
	coodie_session *s = options && fill(options, o, keyspace, err)
				    ? coodie_session_new(options, err)
				    : NULL;

	coodie_options_free(options);
	if (s && coodie_session_connect(s, err))
		return s;
	coodie_session_free(s);
	return NULL;
}
