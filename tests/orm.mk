# tests/orm.mk - one program per file of orm/; included by tests/tests.mk
tests_libcd_test_la_SOURCES += tests/mock.c tests/mock.h tests/orm_models.h
check_PROGRAMS += \
	tests/test_datum \
	tests/test_mapper_threads \
	tests/test_model \
	tests/test_orm_memory \
	tests/test_query \
	tests/test_rows \
	tests/test_save \
	tests/test_spelling \
	tests/test_sync
EXTRA_DIST += docs/models.md
