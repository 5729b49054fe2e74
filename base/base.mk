# base/base.mk - what knows nothing of CQL; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_base.la
libcd_base_la_SOURCES = \
	base/alloc.h \
	base/arena.h \
	base/buffer.h \
	base/error.h \
	base/loop_ev.h \
	base/nearest.h \
	base/reader.h \
	base/secret.h \
	base/slab.h \
	base/tls.h \
	base/version.c
libcoodie_la_LIBADD += libcd_base.la
