# tests/tools.mk - the coodie command and the demos, run; included by tests/tests.mk
TESTS += tests/check-ping tests/check-wire
dist_check_SCRIPTS += tests/check-ping tests/check-wire
