# demos/demos.mk - small programs to look at; public headers only; included by the top Makefile.am
noinst_PROGRAMS += demos/unicode_load
demos_unicode_load_SOURCES = \
	demos/progress.c demos/progress.h \
	demos/unicode_data.c demos/unicode_data.h \
	demos/unicode_load.c \
	demos/unicode_model.c demos/unicode_model.h \
	demos/unicode_options.c demos/unicode_options.h \
	demos/unicode_query.c demos/unicode_query.h
demos_unicode_load_LDADD = libcoodie.la
