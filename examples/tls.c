/* SPDX-License-Identifier: MIT */
/* An encrypted session: own authorities, a client certificate, a login whose password changes, and
 * new certificates while it runs.
 * usage: tls HOST CA-FILE [CERTIFICATE KEY] */
#include <coodie.h>
#include <stdio.h>

struct files {
	const char *ca, *certificate, *key;
};

/* Reads the files: once in the beginning, and again for each reload. */
static coodie_tls *read_files(const struct files *f, coodie_error *err)
{
	coodie_tls *tls = coodie_tls_new(err);

	if (tls && coodie_tls_add_ca_file(tls, f->ca, err) &&
	    (!f->certificate ||
	     coodie_tls_set_certificate_file(tls, f->certificate, f->key, NULL, err)))
		return tls;
	coodie_tls_free(tls);
	return NULL;
}

/* Called for each new connection: a vault would be asked here, or better what was last read of
 * it. */
static bool give_credentials(cql_inet address, char *name, size_t name_size, char *password,
			     size_t password_size, void *user, coodie_error *err)
{
	(void)address;
	(void)user;
	(void)err;
	snprintf(name, name_size, "cassandra");
	snprintf(password, password_size, "cassandra");
	return true;
}

static coodie_session *open_session(const char *host, const struct files *f, coodie_error *err)
{
	coodie_options *o = coodie_options_new(err);
	coodie_tls *tls = read_files(f, err);
	coodie_session *s = NULL;

	if (o && tls && coodie_options_add_contact_point(o, host, err) &&
	    coodie_options_set_tls(o, tls, err) &&
	    coodie_options_set_allowed_authenticators(
		    o, "org.apache.cassandra.auth.PasswordAuthenticator", err)) {
		coodie_options_set_credentials_fn(o, give_credentials, NULL);
		s = coodie_session_new(o, err);
	}
	coodie_tls_free(tls);
	coodie_options_free(o);
	return s;
}

/* When certificates were renewed. A file that is broken leaves everything as it is. */
static bool reload(coodie_session *s, const struct files *f, coodie_error *err)
{
	coodie_tls *tls = read_files(f, err);
	bool ok = tls && coodie_session_reload_tls(s, tls, err);

	coodie_tls_free(tls);
	return ok;
}

int main(int argc, char **argv)
{
	struct files f = { .ca = argc > 2 ? argv[2] : NULL };
	coodie_connection_info info = { .size = sizeof info };
	coodie_error err = { 0 };

	if (argc != 3 && argc != 5) {
		fprintf(stderr, "usage: %s HOST CA-FILE [CERTIFICATE KEY]\n", argv[0]);
		return 2;
	}
	if (argc == 5) {
		f.certificate = argv[3];
		f.key = argv[4];
	}
	coodie_session *s = open_session(argv[1], &f, &err);
	bool ok = s && coodie_session_connect(s, &err) && coodie_session_info(s, &info, &err);
	if (ok)
		printf("%s: %s, %s\n", info.address, info.tls_version, info.tls_cipher);
	ok = ok && reload(s, &f, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.message);
	coodie_session_free(s);
	return ok ? 0 : 1;
}
