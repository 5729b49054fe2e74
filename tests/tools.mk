# tests/tools.mk - the coodie command and the demos, run; included by tests/tests.mk
tools_checks = \
	tests/check-completion \
	tests/check-connect \
	tests/check-gen \
	tests/check-load \
	tests/check-man \
	tests/check-matrix \
	tests/check-migrate \
	tests/check-node \
	tests/check-ping \
	tests/check-scan \
	tests/check-shell \
	tests/check-sync \
	tests/check-wire
TESTS += $(tools_checks)
dist_check_SCRIPTS += $(tools_checks)
check_PROGRAMS += tests/test_json tests/test_capture
SHELL_TESTS = \
	tests/test_shell_cell \
	tests/test_shell_complete \
	tests/test_shell_csv \
	tests/test_shell_editor \
	tests/test_shell_history \
	tests/test_shell_splitter \
	tests/test_shell_typed
check_PROGRAMS += $(SHELL_TESTS)
tests_test_shell_cell_LDADD = libcd_main.la libcoodie-node.la $(LDADD)
tests_test_shell_complete_LDADD = libcd_main.la libcoodie-node.la $(LDADD)
tests_test_shell_csv_LDADD = libcd_main.la libcoodie-node.la $(LDADD)
tests_test_shell_editor_LDADD = libcd_main.la libcoodie-node.la $(LDADD)
tests_test_shell_editor_SOURCES = tests/test_shell_editor.c tests/vt.c tests/vt.h
tests_test_shell_history_LDADD = libcd_main.la libcoodie-node.la $(LDADD)
tests_test_shell_splitter_LDADD = libcd_main.la libcoodie-node.la $(LDADD)
tests_test_shell_typed_LDADD = libcd_main.la libcoodie-node.la $(LDADD)
tests_test_json_LDADD = libcd_main.la $(LDADD)
tests_test_capture_LDADD = libcd_main.la $(LDADD)
EXTRA_DIST += tests/check.sh tests/node.sh tests/data/shop_models.c tests/data/wire_v5_lz4.txt tests/gen

# for scripts, not a test by itself
EXTRA_PROGRAMS += tests/run_cql
check_DATA += tests/run_cql
CLEANFILES += tests/run_cql
tests_run_cql_LDADD = libcoodie.la
