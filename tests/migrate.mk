# tests/migrate.mk - migrations, on nodes in the program; included by tests/tests.mk
MIGRATE_LIBS = tests/libcd_migrate_test.la libcd_migrate.la libcd_node.la $(LDADD) $(DL_LIBS)

check_LTLIBRARIES += tests/libcd_migrate_test.la
tests_libcd_migrate_test_la_SOURCES = tests/migrate/world.c tests/migrate/world.h

check_PROGRAMS += tests/migrate/test_run
tests_migrate_test_run_LDADD = $(MIGRATE_LIBS)

# Scans: what their tests share, and a large table, read by processes that are killed.
check_LTLIBRARIES += tests/libcd_scan_test.la
tests_libcd_scan_test_la_SOURCES = \
	tests/migrate/heard.c tests/migrate/heard.h \
	tests/migrate/murmur_twin.c tests/migrate/murmur_twin.h \
	tests/migrate/scanner.c tests/migrate/scanner.h
SCAN_LIBS = tests/libcd_scan_test.la $(MIGRATE_LIBS)

check_PROGRAMS += tests/migrate/test_scan_table
tests_migrate_test_scan_table_LDADD = $(SCAN_LIBS)
check_PROGRAMS += tests/migrate/scan_million
tests_migrate_scan_million_LDADD = $(SCAN_LIBS)
check_PROGRAMS += tests/migrate/test_scan_parts
tests_migrate_test_scan_parts_LDADD = $(SCAN_LIBS)
check_PROGRAMS += tests/migrate/test_scan_resume
tests_migrate_test_scan_resume_LDADD = $(SCAN_LIBS)
check_PROGRAMS += tests/migrate/test_scan_memory
tests_migrate_test_scan_memory_LDADD = $(SCAN_LIBS)
check_PROGRAMS += tests/test_migrate_progress
tests_test_migrate_progress_LDADD = libcd_main.la libcoodie-node.la $(LDADD)
check_PROGRAMS += tests/migrate/test_script
tests_migrate_test_script_LDADD = $(MIGRATE_LIBS)
check_PROGRAMS += tests/migrate/test_ddl
tests_migrate_test_ddl_LDADD = $(MIGRATE_LIBS)
check_PROGRAMS += tests/migrate/test_lock
tests_migrate_test_lock_LDADD = $(MIGRATE_LIBS)
check_PROGRAMS += tests/migrate/test_judge
tests_migrate_test_judge_LDADD = $(MIGRATE_LIBS)
check_PROGRAMS += tests/migrate/test_crash
tests_migrate_test_crash_LDADD = $(MIGRATE_LIBS)
check_PROGRAMS += tests/migrate/test_write
tests_migrate_test_write_LDADD = $(MIGRATE_LIBS)
check_PROGRAMS += tests/migrate/test_memory
tests_migrate_test_memory_LDADD = $(MIGRATE_LIBS)
# Its plug-ins call what is in the program.
check_PROGRAMS += tests/migrate/test_plugin
tests_migrate_test_plugin_LDFLAGS = $(AM_LDFLAGS) -export-dynamic -Wl,-u,coodie_migration_execute
tests_migrate_test_plugin_LDADD = $(MIGRATE_LIBS)
# What needs no faults runs on real Cassandra, too.
cassandra_tests += tests/migrate/test_run tests/migrate/test_crash tests/migrate/test_lock
cassandra_tests += tests/migrate/test_plugin tests/migrate/test_write
cassandra_tests += tests/migrate/test_scan_table tests/migrate/test_scan_resume tests/migrate/scan_million

# Two to sixteen runs at once, and kills at every statement, on a ring of three nodes.
check-migrate-ring: all tests/migrate/test_crash tests/migrate/test_run
	$(srcdir)/tests/cassandra/ring tests/migrate/test_crash tests/migrate/test_run

# A million rows scanned, by processes that are killed.
check-million: all tests/migrate/scan_million
	tests/migrate/scan_million 1000000 20
