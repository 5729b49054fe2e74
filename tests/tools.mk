# tests/tools.mk - the coodie command and the demos, run; included by tests/tests.mk
TESTS += tests/check-connect tests/check-gen tests/check-load tests/check-matrix tests/check-node tests/check-ping tests/check-wire
dist_check_SCRIPTS += tests/check-connect tests/check-gen tests/check-load tests/check-matrix tests/check-node tests/check-ping tests/check-wire
check_PROGRAMS += tests/test_json tests/test_capture
tests_test_json_LDADD = libcd_main.la $(LDADD)
tests_test_capture_LDADD = libcd_main.la $(LDADD)
EXTRA_DIST += tests/data/wire_v5_lz4.txt tests/gen
