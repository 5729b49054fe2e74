# tests/tools.mk - the coodie command and the demos, run; included by tests/tests.mk
TESTS += tests/check-load tests/check-matrix tests/check-node tests/check-ping tests/check-wire
dist_check_SCRIPTS += tests/check-load tests/check-matrix tests/check-node tests/check-ping tests/check-wire
check_PROGRAMS += tests/test_json tests/test_capture
tests_test_json_SOURCES = tests/test_json.c tools/json.c tools/json.h tools/json_parse.c tools/pool.c tools/pool.h
tests_test_capture_SOURCES = tests/test_capture.c tools/pcap.c tools/pcap.h tools/pool.c tools/pool.h tools/tcp.c
EXTRA_DIST += tests/data/wire_v5_lz4.txt
