# tests/peer.mk - the scripted peer, what is tested with it; included by tests/tests.mk
tests_libcd_test_la_SOURCES += \
	tests/peer.c \
	tests/peer.h \
	tests/peer_body.c \
	tests/peer_conn.c \
	tests/peer_cql.c \
	tests/peer_internal.h \
	tests/peer_wire.c

check_PROGRAMS += tests/test_peer tests/test_failures

# for scripts, not a test by itself
EXTRA_PROGRAMS += tests/peer_main
check_DATA += tests/peer_main
CLEANFILES += tests/peer_main
