# base/base.mk - what knows nothing of CQL; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_base.la
libcd_base_la_SOURCES = \
	base/alloc.c base/alloc.h \
	base/arena.c base/arena.h \
	base/budget.c base/budget.h \
	base/buffer.c base/buffer.h \
	base/carrier.c base/carrier.h \
	base/cql_arena.c base/cql_arena.h \
	base/histogram.c base/histogram.h \
	base/hot.h \
	base/list.c base/list.h \
	base/loop_ev.c base/loop_ev.h \
	base/poison.h \
	base/random.h \
	base/reader.h \
	base/sequence.h \
	base/sized.c base/sized.h \
	base/slab.c base/slab.h \
	base/socket.c base/socket.h \
	base/thread_self.h \
	base/timeuuid.c base/timeuuid.h \
	base/tls_bio.c base/tls_bio.h \
	base/tls_state.c
# What is run once, or now and then.
noinst_LTLIBRARIES += libcd_base_small.la
libcd_base_small_la_CFLAGS = $(SMALL_CFLAGS)
libcd_base_small_la_SOURCES = \
	base/tls.c base/tls.h base/tls_engine.h \
	base/error.c base/error.h \
	base/address.c base/address.h \
	base/digest.c base/digest.h \
	base/endpoint.c base/endpoint.h \
	base/entropy.c base/entropy.h \
	base/fields.c base/fields.h \
	base/identifier.c base/identifier.h \
	base/keyspace.c base/keyspace.h \
	base/md5.c base/md5.h \
	base/nearest.c base/nearest.h \
	base/openssl.c base/openssl.def base/openssl.h \
	base/secret.c base/secret.h \
	base/tls_context.c base/tls_context.h \
	base/tls_options.c base/tls_options.h \
	base/tls_pem.c base/tls_pem.h \
	base/tls_reason.c \
	base/tls_server.c \
	base/tls_tickets.c base/tls_tickets.h \
	base/tls_trust.c \
	base/version.c
libcd_base_la_LIBADD = libcd_base_small.la
libcoodie_la_LIBADD += libcd_base.la
