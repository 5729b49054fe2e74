/* SPDX-License-Identifier: MIT */
/* A BIO without a socket and without a copy on the way in. */
#include "base/tls_bio.h"

static int wire_read(BIO *bio, char *out, int size)
{
	struct cd_tls_wire *w = BIO_get_data(bio);
	size_t n = cd_reader_left(&w->in);

	BIO_clear_retry_flags(bio);
	if (size <= 0)
		return 0;
	if (!n) {
		BIO_set_retry_read(bio);
		return -1;
	}
	if (n > (size_t)size)
		n = (size_t)size;
	memcpy(out, cd_reader_take(&w->in, n), n);
	return (int)n;
}

static int wire_write(BIO *bio, const char *data, int len)
{
	struct cd_tls_wire *w = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (len <= 0)
		return 0;
	cd_buffer_bytes(&w->out, data, (size_t)len);
	return w->out.failed ? -1 : len;
}

static long wire_ctrl(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH; /* nothing else is asked of it */
}

static int wire_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

BIO_METHOD *cd_tls_bio_method(void)
{
	/* Not BIO_get_new_index(): there are only 128 of them in a process. */
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "coodie");

	if (!method)
		return NULL;
	BIO_meth_set_read(method, wire_read);
	BIO_meth_set_write(method, wire_write);
	BIO_meth_set_ctrl(method, wire_ctrl);
	BIO_meth_set_create(method, wire_create);
	return method;
}
