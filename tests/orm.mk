# tests/orm.mk - the mapper's programs, in tests/orm/; included by tests/tests.mk
tests_libcd_test_la_SOURCES += tests/mock.c tests/mock.h tests/orm/filter_rows.h tests/orm/fixture.h tests/orm/models.h
check_PROGRAMS += \
	tests/orm/test_batch \
	tests/orm/test_builder \
	tests/orm/test_closing \
	tests/orm/test_counter \
	tests/orm/test_bulk \
	tests/orm/test_by_query \
	tests/orm/test_datum \
	tests/orm/test_decode \
	tests/orm/test_delta \
	tests/orm/test_diff \
	tests/orm/test_elsewhere \
	tests/orm/test_family \
	tests/orm/test_filter \
	tests/orm/test_indexes \
	tests/orm/test_lwt \
	tests/orm/test_many \
	tests/orm/test_lifetimes \
	tests/orm/test_members \
	tests/orm/test_memory \
	tests/orm/test_memory_node \
	tests/orm/test_mock \
	tests/orm/test_model \
	tests/orm/test_pinned \
	tests/orm/test_plain \
	tests/orm/test_query \
	tests/orm/test_read \
	tests/orm/test_refine \
	tests/orm/test_registry \
	tests/orm/test_routing \
	tests/orm/test_rows \
	tests/orm/test_save \
	tests/orm/test_scan \
	tests/orm/test_select \
	tests/orm/test_spelling \
	tests/orm/test_stream \
	tests/orm/test_sync \
	tests/orm/test_threads \
	tests/orm/test_track \
	tests/orm/test_update \
	tests/orm/test_udt \
	tests/orm/test_types \
	tests/orm/test_views
tests_orm_test_closing_LDADD = libcd_node.la $(LDADD)
tests_orm_test_memory_node_LDADD = libcd_node.la $(LDADD)
tests_orm_test_registry_LDADD = libcd_node.la $(LDADD)
tests_orm_test_stream_LDADD = libcd_node.la $(LDADD)
tests_orm_test_bulk_LDADD = libcd_node.la $(LDADD)
tests_orm_test_read_LDADD = libcd_node.la $(LDADD)
tests_orm_test_routing_LDADD = libcd_node.la $(LDADD)
