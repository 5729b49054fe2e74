# tests/base.mk - one program per file of base/; included by tests/tests.mk
check_PROGRAMS += \
	tests/test_address \
	tests/test_arena \
	tests/test_buffer \
	tests/test_entropy \
	tests/test_error \
	tests/test_histogram \
	tests/test_identifier \
	tests/test_loop_ev \
	tests/test_nearest \
	tests/test_openssl \
	tests/test_reader \
	tests/test_slab \
	tests/test_socket \
	tests/test_tls \
	tests/test_tls_options \
	tests/test_tls_tickets

# without the -lssl that others have for themselves
tests_test_openssl_LDADD = tests/libcd_test.la $(LAYER_LIBS) $(EXTERNAL_LIBS) $(CMOCKA_LIBS)

# two engines of TLS in memory, and certificates made there
tests_test_tls_SOURCES = tests/test_tls.c tests/tls_pair.c tests/tls_pair.h
tests_test_tls_options_SOURCES = tests/test_tls_options.c tests/certs.c tests/certs.h \
	tests/tls_pair.c tests/tls_pair.h
tests_test_tls_tickets_SOURCES = tests/test_tls_tickets.c tests/certs.c tests/certs.h \
	tests/tls_pair.c tests/tls_pair.h
