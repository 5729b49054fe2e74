# tests/migrate.mk - migrations, on nodes in the program; included by tests/tests.mk
MIGRATE_LIBS = tests/libcd_migrate_test.la libcd_migrate.la libcd_node.la $(LDADD) $(DL_LIBS)

check_LTLIBRARIES += tests/libcd_migrate_test.la
tests_libcd_migrate_test_la_SOURCES = tests/migrate/world.c tests/migrate/world.h

check_PROGRAMS += tests/migrate/test_run
tests_migrate_test_run_LDADD = $(MIGRATE_LIBS)
