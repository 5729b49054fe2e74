# tests/tests.mk - everything `make check` runs; included by the top Makefile.am
#
# A program needs one line in its fragment: `check_PROGRAMS += tests/test_x` compiles tests/test_x.c and links
# $(TEST_LIBS). A program of several files sets tests_test_x_SOURCES. `make check` runs all of check_PROGRAMS.

# ---- style checks: scripts that need no test library. They run in the build directory and find the tree by srcdir.
AM_TESTS_ENVIRONMENT = \
	srcdir='$(srcdir)'; export srcdir; \
	COODIE_CONFIG=/dev/null; export COODIE_CONFIG; \
	COODIE_TEST_CERTS='$(abs_builddir)/tests/certs'; export COODIE_TEST_CERTS; \
	CD_INSTRUMENTED='$(CD_INSTRUMENTED)'; export CD_INSTRUMENTED; \
	CC='$(CC)'; export CC; CXX='$(CXX_TOOL)'; export CXX; \
	NM='$(NM)'; export NM;
STYLE_CHECKS = tests/check-layers tests/check-exports tests/check-globals tests/check-lengths tests/check-headers tests/check-twins
TESTS += $(STYLE_CHECKS)
dist_check_SCRIPTS = $(STYLE_CHECKS)
EXTRA_DIST += tests/lengths.allowed

# ---- helpers every test program can use
check_LTLIBRARIES += tests/libcd_test.la
tests_libcd_test_la_SOURCES = tests/case.c tests/failalloc.c tests/failalloc.h tests/guard.c tests/guard.h tests/test.h

# Programs of `make check-cassandra`, built for that target only; fragments add to it.
cassandra_tests =

if HAVE_CMOCKA
TESTS += $(check_PROGRAMS) tests/check-rows
dist_check_SCRIPTS += tests/check-rows
include tests/base.mk
include tests/demos.mk
include tests/peer.mk
include tests/proto.mk
include tests/net.mk
include tests/orm.mk
include tests/node.mk
include tests/migrate.mk
include tests/examples.mk
include tests/tools.mk
endif

# ---- throw-away certificates for TLS tests, made once per build directory
EXTRA_DIST += tests/cassandra tests/scripts
if HAVE_OPENSSL_TOOL
check_DATA += tests/certs.stamp
endif
tests/certs.stamp: $(srcdir)/tests/cassandra/make-certs
	$(AM_V_GEN)rm -rf tests/certs && $(MKDIR_P) tests && $(srcdir)/tests/cassandra/make-certs tests/certs && touch $@
CLEANFILES += tests/certs.stamp
clean-local:
	-rm -rf tests/certs tests/cassandra-logs tests/cqlsh-logs tests/drivers-logs tests/shell-logs

# ---- the same programs under valgrind (not in a sanitizer build)
.PHONY: check-valgrind check-cassandra check-million check-migrate-ring drill drill-cassandra
check-valgrind: all
	@test -n '$(VALGRIND)' || { echo 'check-valgrind: configure found no valgrind' >&2; exit 1; }
	COODIE_VALGRIND=1 $(MAKE) $(AM_MAKEFLAGS) check TESTS='$(check_PROGRAMS)' LOG_COMPILER='$(LIBTOOL) --mode=execute \
		$(VALGRIND) -q --leak-check=full --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=99 \
		--suppressions=$(abs_srcdir)/tests/valgrind.supp'

# ---- breakages of the mapper, one line each: does a test notice?
.PHONY: mutants
mutants:
	srcdir='$(srcdir)' CC='$(CC)' '$(srcdir)/tests/mutants'
EXTRA_DIST += tests/mutants tests/mutants.txt

# ---- programs that have threads, for the thread sanitizer; its memory wants addresses where they always are
THREADED_TESTS = \
	tests/migrate/test_scan_table \
	tests/migrate/test_lock \
	tests/orm/test_bulk \
	tests/orm/test_closing \
	tests/orm/test_registry \
	tests/orm/test_threads \
	tests/test_agreement \
	tests/test_budget \
	tests/test_client_routes \
	tests/test_crew \
	tests/test_crew_cluster \
	tests/test_crew_storm \
	tests/test_events \
	tests/test_histogram \
	tests/test_homes \
	tests/test_hooks \
	tests/test_login \
	tests/test_metadata \
	tests/test_named \
	tests/test_node_fault \
	tests/test_node_listener \
	tests/test_node_scylla \
	tests/test_not_given \
	tests/test_observe \
	tests/test_openssl \
	tests/test_pager \
	tests/test_pool_fork \
	tests/test_profile \
	tests/test_reach \
	tests/test_routed \
	tests/test_schema_node \
	tests/test_session_batch \
	tests/test_shards \
	tests/test_tablet_moves \
	tests/test_timestamps \
	tests/test_timeuuid \
	tests/test_tls_tickets \
	tests/test_trace \
	tests/test_wire_ring \
	tests/test_wire_watch
.PHONY: check-threads
check-threads: all
	TSAN_OPTIONS='suppressions=$(abs_srcdir)/tests/tsan.supp' $(MAKE) $(AM_MAKEFLAGS) check check_SCRIPTS= check_PROGRAMS='$(THREADED_TESTS)' TESTS='$(THREADED_TESTS)' \
		LOG_COMPILER="$$(setarch -R true 2>/dev/null && echo setarch -R)"

EXTRA_DIST += tests/tsan.supp tests/valgrind.supp

# ---- the integration suite on real Apache Cassandra
check-cassandra: all $(cassandra_tests) tests/run_cql
	CC='$(CC)' $(srcdir)/tests/cassandra/run $(cassandra_tests) \
		$(srcdir)/tests/check-gen \
		$(srcdir)/tests/check-guide \
		$(srcdir)/tests/check-migrate \
		$(srcdir)/tests/check-scan \
		$(srcdir)/tests/check-sync \
		$(srcdir)/tests/check-shell \
		$(srcdir)/tests/shell/run
CLEANFILES += $(cassandra_tests)

# ---- random schemas, data and queries, on the node and on Cassandra side by side: new ones each day
.PHONY: check-random
check-random: all tests/random_cql
	COODIE_RANDOM_TODAY=1 CC='$(CC)' $(srcdir)/tests/cassandra/run tests/random_cql

# ---- other people's drivers on the node, fetched from their registries
.PHONY: check-drivers check-mappers
check-drivers: all
	$(srcdir)/tests/drivers/run
# those in Python, which any machine has: two mappers, the migrations of one together with ours, and the guide's fixture for pytest
check-mappers: all
	$(srcdir)/tests/drivers/run coodie migrations cqlengine guide
EXTRA_DIST += tests/drivers

# ---- coodie shell in a terminal of tmux: what is typed, and the screen after each step
.PHONY: check-shell
check-shell: all
	$(srcdir)/tests/shell/run
EXTRA_DIST += tests/shell

# ---- cqlsh on the node, fetched from PyPI; what it shows is compared with what it shows of Cassandra
.PHONY: check-cqlsh
check-cqlsh: all
	$(srcdir)/tests/cqlsh/run && $(srcdir)/tests/shell/exchange
EXTRA_DIST += tests/cqlsh
