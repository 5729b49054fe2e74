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
	tests/test_reader \
	tests/test_slab \
	tests/test_socket \
	tests/test_tls
