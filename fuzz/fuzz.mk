# fuzz/fuzz.mk - the fuzz targets; included by the top Makefile.am
#
# Here they are tests, each replaying its corpus. `make fuzz` makes fuzzers of them in a build directory of its own,
# with clang and --enable-fuzzers.
fuzz_targets = \
	fuzz/fuzz_cql \
	fuzz/fuzz_dns \
	fuzz/fuzz_fragment \
	fuzz/fuzz_literal \
	fuzz/fuzz_node_conn \
	fuzz/fuzz_notation \
	fuzz/fuzz_options \
	fuzz/fuzz_request \
	fuzz/fuzz_response \
	fuzz/fuzz_segment \
	fuzz/fuzz_stream \
	fuzz/fuzz_text \
	fuzz/fuzz_type \
	fuzz/fuzz_value

check_LTLIBRARIES += fuzz/libcd_fuzz.la
fuzz_libcd_fuzz_la_SOURCES = \
	fuzz/fuzz.c fuzz/fuzz.h \
	fuzz/mend.c fuzz/mend.h \
	fuzz/message.c \
	fuzz/rows.c \
	fuzz/value.c fuzz/value.h

FUZZ_LIBS = fuzz/libcd_fuzz.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS) $(FUZZ_ENGINE)
fuzz_fuzz_cql_SOURCES = fuzz/fuzz_cql.c tests/ast_print.c tests/ast_print.h
fuzz_fuzz_cql_LDADD = fuzz/libcd_fuzz.la libcd_node.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS) $(FUZZ_ENGINE)
fuzz_fuzz_dns_LDADD = fuzz/libcd_fuzz.la libcd_net.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS) $(FUZZ_ENGINE)
fuzz_fuzz_fragment_LDADD = fuzz/libcd_fuzz.la $(LAYER_LIBS) $(EXTERNAL_LIBS) $(FUZZ_ENGINE)
fuzz_fuzz_literal_LDADD = $(FUZZ_LIBS)
fuzz_fuzz_notation_LDADD = $(FUZZ_LIBS)
fuzz_fuzz_options_LDADD = fuzz/libcd_fuzz.la $(LAYER_LIBS) $(EXTERNAL_LIBS) $(FUZZ_ENGINE)
fuzz_fuzz_request_LDADD = $(FUZZ_LIBS)
fuzz_fuzz_response_LDADD = $(FUZZ_LIBS)
fuzz_fuzz_segment_LDADD = $(FUZZ_LIBS)
fuzz_fuzz_stream_LDADD = $(FUZZ_LIBS)
fuzz_fuzz_text_LDADD = $(FUZZ_LIBS)
fuzz_fuzz_type_LDADD = $(FUZZ_LIBS)
fuzz_fuzz_value_LDADD = $(FUZZ_LIBS)

fuzz_fuzz_node_conn_LDADD = fuzz/libcd_fuzz.la libcd_node.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS) $(FUZZ_ENGINE)

EXTRA_DIST += fuzz/corpus fuzz/dictionaries fuzz/make-corpus fuzz/run

# ---- without libFuzzer: a main() that replays
if FUZZERS
EXTRA_PROGRAMS += $(fuzz_targets)
CLEANFILES += $(fuzz_targets)
else
fuzz_libcd_fuzz_la_SOURCES += fuzz/replay.c tests/guard.c
check_PROGRAMS += $(fuzz_targets)
if !HAVE_CMOCKA
TESTS += $(fuzz_targets)
endif
endif

# ---- with it
FUZZ_CC = clang
FUZZ_SECONDS = 600
FUZZ_JOBS = 4
SMOKE_SECONDS = 60
.PHONY: fuzz fuzz-smoke fuzz-targets
fuzz-targets: $(fuzz_targets)
fuzz-build/config.status:
	$(MKDIR_P) fuzz-build && cd fuzz-build && \
		'$(abs_top_srcdir)/configure' --quiet --disable-shared --enable-fuzzers CC='$(FUZZ_CC)'
# Each target for FUZZ_SECONDS, FUZZ_JOBS at once.
fuzz: fuzz-build/config.status
	$(MAKE) -C fuzz-build fuzz-targets
	'$(srcdir)/fuzz/run' fuzz-build $(FUZZ_JOBS) $(FUZZ_SECONDS) $(fuzz_targets)
# All targets within SMOKE_SECONDS.
fuzz-smoke: fuzz-build/config.status
	$(MAKE) -C fuzz-build fuzz-targets
	'$(srcdir)/fuzz/run' --in-all fuzz-build $$(nproc) $(SMOKE_SECONDS) $(fuzz_targets)

# ---- which lines and branches of the codec no test reaches
.PHONY: coverage
coverage-build/config.status:
	$(MKDIR_P) coverage-build && cd coverage-build && \
		'$(abs_top_srcdir)/configure' --quiet --disable-shared --enable-coverage CC='$(CC)' CFLAGS=-g
coverage: coverage-build/config.status
	'$(srcdir)/fuzz/coverage' coverage-build proto 95 85
EXTRA_DIST += fuzz/coverage
distclean-local:
	-rm -rf fuzz-build coverage-build
