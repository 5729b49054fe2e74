# tests/net.mk - one program per file of net/; included by tests/tests.mk
check_PROGRAMS += \
	tests/test_conn \
	tests/test_streams \
	tests/test_wheel
