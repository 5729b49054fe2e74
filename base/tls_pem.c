/* SPDX-License-Identifier: MIT */
/* PEM is read from memory: a file is read whole, and what may have held a key is wiped. */
#include "base/tls_pem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/openssl.h"
#include "base/secret.h"

/* A list of all authorities there are has under one MiB; CRLs can be long. */
enum { PEM_MOST = 64 * 1024 * 1024, PEM_FIRST = 16 * 1024 };

/* The text of a source, in memory of its own when it was read from a file. */
struct text {
	char *at;
	size_t len, size; /* size 0: somebody else's */
};

static void drop(struct text *t)
{
	if (!t->size)
		return;
	cd_wipe(t->at, t->size);
	cd_release(NULL, t->at);
}

/* Not realloc: it would leave a copy behind. */
static bool grow(struct text *t)
{
	size_t size = t->size ? t->size * 2 : PEM_FIRST;
	char *at = cd_alloc(NULL, size);

	if (!at)
		return false;
	if (t->len)
		memcpy(at, t->at, t->len);
	drop(t);
	t->at = at;
	t->size = size;
	return true;
}

static bool fail_read(const struct cd_tls_source *from, const char *why, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_TLS, "cannot read the %s \"%s\": %s", from->what, from->name,
		       why);
}

static bool read_all(int fd, const struct cd_tls_source *from, struct text *t, coodie_error *err)
{
	for (;;) {
		if (t->len == t->size && t->size >= PEM_MOST)
			return fail_read(from, "it is longer than 64 MiB", err);
		if (t->len == t->size && !grow(t))
			return cd_no_memory(err, from->what);
		ssize_t n = read(fd, t->at + t->len, t->size - t->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_read(from, strerror(errno), err);
		if (n == 0)
			return true;
		t->len += (size_t)n;
	}
}

static bool open_text(const struct cd_tls_source *from, struct text *t, coodie_error *err)
{
	*t = (struct text){ (char *)(uintptr_t)from->text, from->len, 0 };
	if (from->text)
		return from->len <= INT_MAX || fail_read(from, "it is too long", err);
	int fd = open(from->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail_read(from, strerror(errno), err);
	bool ok = read_all(fd, from, t, err);
	close(fd);
	if (!ok)
		drop(t);
	return ok;
}

/* OpenSSL's view of the text. */
static BIO *open_bio(const struct cd_tls_source *from, struct text *t, coodie_error *err)
{
	if (!open_text(from, t, err))
		return NULL;
	BIO *in = BIO_new_mem_buf(t->at ? t->at : "", (int)t->len);
	if (!in) {
		drop(t);
		cd_no_memory(err, from->what);
	}
	ERR_clear_error();
	return in;
}

static void close_bio(BIO *in, struct text *t)
{
	BIO_free(in);
	drop(t);
}

/* The library's own reason for its last error, or `otherwise`; empties the thread's queue. */
static const char *take_reason(const char *otherwise)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return reason ? reason : otherwise;
}

/* Whether reading ended because there was no more. */
static bool at_end(void)
{
	unsigned long code = ERR_peek_last_error();

	return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

/* What OpenSSL's question for a passphrase is answered with. */
struct answer {
	const char *passphrase; /* NULL: none was given */
	bool asked;
};

/* Without a callback of ours OpenSSL would ask on the terminal. */
static int give_passphrase(char *out, int size, int writing, void *user)
{
	struct answer *answer = user;
	size_t len = answer->passphrase ? strlen(answer->passphrase) : 0;

	(void)writing;
	answer->asked = true;
	if (!answer->passphrase || len > (size_t)size)
		return -1;
	memcpy(out, answer->passphrase, len);
	return (int)len;
}

/* ---- lists ------------------------------------------------------------------------------------ */

/* What a list is of. */
struct noun {
	const char *name, *begin; /* as people say, and as PEM says */
	void *(*read)(BIO *in);   /* the next one; NULL: there is none, or it is broken */
	void (*release)(void *take_one);
};

static void *read_certificate(BIO *in)
{
	struct answer none = { 0 };

	return PEM_read_bio_X509_AUX(in, NULL, give_passphrase, &none);
}

static void release_certificate(void *take_x)
{
	X509_free(take_x);
}

static void *read_crl(BIO *in)
{
	struct answer none = { 0 };

	return PEM_read_bio_X509_CRL(in, NULL, give_passphrase, &none);
}

static void release_crl(void *take_x)
{
	X509_CRL_free(take_x);
}

static const struct noun certificates = { "certificate", "CERTIFICATE", read_certificate,
					  release_certificate };
static const struct noun crls = { "CRL", "X509 CRL", read_crl, release_crl };

static bool read_list(BIO *in, const struct cd_tls_source *from, const struct noun *noun,
		      OPENSSL_STACK *all, coodie_error *err)
{
	for (void *one; (one = noun->read(in));)
		if (!OPENSSL_sk_push(all, one)) {
			noun->release(one);
			return cd_no_memory(err, from->what);
		}
	const int count = OPENSSL_sk_num(all);
	if (!at_end())
		return cd_fail(err, COODIE_ERR_TLS, "%s: %s %d is broken: %s", from->name,
			       noun->name, count + 1, take_reason("not a certificate"));
	ERR_clear_error();
	return count || cd_fail(err, COODIE_ERR_TLS, "%s holds no %s (-----BEGIN %s-----)",
				from->name, noun->name, noun->begin);
}

/* All of them, at least one; NULL: `err` says why. */
static OPENSSL_STACK *read_all_of(const struct cd_tls_source *from, const struct noun *noun,
				  coodie_error *err)
{
	struct text text;
	BIO *in = open_bio(from, &text, err);

	if (!in)
		return NULL;
	OPENSSL_STACK *all = OPENSSL_sk_new_null();
	bool ok = all ? read_list(in, from, noun, all, err) : cd_no_memory(err, from->what);
	close_bio(in, &text);
	if (ok)
		return all;
	OPENSSL_sk_pop_free(all, noun->release);
	return NULL;
}

STACK_OF(X509) * cd_tls_read_certificates(const struct cd_tls_source *from, coodie_error *err)
{
	return (STACK_OF(X509) *)read_all_of(from, &certificates, err);
}

STACK_OF(X509_CRL) * cd_tls_read_crls(const struct cd_tls_source *from, coodie_error *err)
{
	return (STACK_OF(X509_CRL) *)read_all_of(from, &crls, err);
}

/* ---- a key ------------------------------------------------------------------------------------ */

EVP_PKEY *cd_tls_read_key(const struct cd_tls_source *from, const char *passphrase,
			  coodie_error *err)
{
	struct answer answer = { .passphrase = passphrase };
	struct text text;
	BIO *in = open_bio(from, &text, err);

	if (!in)
		return NULL;
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, give_passphrase, &answer);
	close_bio(in, &text);
	if (!key && !answer.asked)
		cd_fail(err, COODIE_ERR_TLS,
			"\"%s\" holds no private key in PEM, or a broken one: %s", from->name,
			take_reason("unknown"));
	else if (!key && !passphrase)
		cd_fail(err, COODIE_ERR_TLS,
			"the private key \"%s\" is encrypted and no passphrase was given",
			from->name);
	else if (!key)
		cd_fail(err, COODIE_ERR_TLS, "wrong passphrase for the private key \"%s\" (%s)",
			from->name, take_reason("unknown"));
	ERR_clear_error();
	return key;
}
