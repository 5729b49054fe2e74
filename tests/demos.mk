# tests/demos.mk - tests of what the demos do beside coodie; included by tests/tests.mk
check_PROGRAMS += tests/test_unicode_data
tests_test_unicode_data_SOURCES = tests/test_unicode_data.c demos/unicode_data.c demos/unicode_data.h
