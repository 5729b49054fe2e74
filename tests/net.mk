# tests/net.mk - one program per file of net/; included by tests/tests.mk
check_PROGRAMS += \
	tests/test_conn \
	tests/test_driver \
	tests/test_options \
	tests/test_resolve \
	tests/test_result \
	tests/test_session \
	tests/test_streams \
	tests/test_wheel
