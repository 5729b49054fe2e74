# node/node.mk - the in-memory CQL node, a library of its own; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_node.la
libcd_node_la_SOURCES = \
	node/ast.h \
	node/batch.c node/batch.h \
	node/bignum.c node/bignum.h \
	node/cas.c node/cas.h \
	node/cas_result.c node/cas_result.h \
	node/certificate.c node/certificate.h \
	node/check.c node/check.h \
	node/compare.c node/compare.h \
	node/compare_decimal.c node/compare_decimal.h \
	node/condition.c node/condition.h \
	node/condition_test.c \
	node/conn.c node/conn.h \
	node/conn_batch.c \
	node/conn_fault.c node/conn_fault.h \
	node/conn_handshake.c node/conn_handshake.h \
	node/conn_statement.c node/conn_statement.h \
	node/ddl.c node/ddl.h \
	node/ddl_alter.c \
	node/ddl_index.c \
	node/ddl_keyspace.c \
	node/ddl_table.c \
	node/ddl_type.c \
	node/ddl_view.c \
	node/delete.c \
	node/expr_text.c \
	node/expr_type.c \
	node/fault.c node/fault.def node/fault.h \
	node/fault_parse.c \
	node/function.c node/function.def node/function.h \
	node/function_aggregate.c \
	node/function_blob.c \
	node/function_cast.c \
	node/function_collection.c \
	node/function_json.c \
	node/function_mask.c \
	node/function_math.c \
	node/function_time.c \
	node/insert.c node/insert.h \
	node/insert_json.c \
	node/insert_run.c \
	node/items.c \
	node/json_print.c node/json_print.h \
	node/json_read.c node/json_read.h \
	node/json_value.c \
	node/keyword.def \
	node/lexer.c node/lexer.h \
	node/link.c node/link.h \
	node/listener.c node/listener.h \
	node/member.c \
	node/merge.c node/merge.h \
	node/native_duration.c \
	node/native_print.c node/native_print.h \
	node/native_text.c node/native_text.h \
	node/native_time.c \
	node/node.c node/node.h \
	node/node_control.c \
	node/node_execute.c \
	node/node_fault.c \
	node/node_options.c node/node_options.h \
	node/node_routes.c \
	node/node_system.c \
	node/number.c node/number.h \
	node/number_sum.c \
	node/operation.c node/operation.h \
	node/operation_number.c \
	node/operation_run.c \
	node/operator.c node/operator.def \
	node/options.c node/options.h \
	node/options_keyspace.c \
	node/options_map.c \
	node/options_speculative.c \
	node/parse.h \
	node/parse_cursor.c \
	node/parse_ddl.c \
	node/parse_name.c \
	node/parse_property.c \
	node/parse_select.c \
	node/parse_selector.c \
	node/parse_table.c \
	node/parse_term.c \
	node/parse_type.c \
	node/parse_unknown.c \
	node/parse_where.c \
	node/parse_write.c \
	node/parser.c node/parser.h \
	node/partition.c \
	node/place.c \
	node/plan.c node/plan.h \
	node/prepared.c node/prepared.h \
	node/problem.c node/problem.h \
	node/ranges.c \
	node/request.c node/request.h \
	node/ring.c node/ring.h \
	node/ring_admit.c \
	node/ring_replicas.c \
	node/row.c \
	node/row_value.c \
	node/scylla.c node/scylla.h \
	node/scylla_system.c \
	node/scylla_tablet.c \
	node/scylla_tables.def \
	node/schema.c node/schema.h \
	node/schema_change.c node/schema_change.h \
	node/schema_digest.c \
	node/schema_table.c \
	node/schema_type.c \
	node/script.c node/script.h \
	node/select.c node/select.h \
	node/select_check.c \
	node/select_group.c \
	node/select_near.c \
	node/select_order.c \
	node/select_page.c \
	node/select_plan.h \
	node/select_read.c \
	node/select_row.c \
	node/selector.c node/selector.h \
	node/selector_parts.c \
	node/selector_run.c \
	node/selector_times.c \
	node/skip.c node/skip.h \
	node/statement.def \
	node/store.c node/store.h \
	node/store_parts.h \
	node/system.c node/system.h \
	node/system_cluster.c \
	node/system_parts.h \
	node/system_row.c \
	node/system_schema.c \
	node/system_tables.def \
	node/term.c node/term.h \
	node/term_call.c \
	node/term_collection.c \
	node/term_literal.c \
	node/term_parts.h \
	node/term_tuple.c \
	node/trace.c node/trace.h \
	node/type_fit.c \
	node/update.c \
	node/walk.c \
	node/where.c node/where.h \
	node/where_bind.c \
	node/where_filter.c \
	node/where_index.c \
	node/where_merge.c \
	node/where_plan.h \
	node/where_relation.c \
	node/where_slice.c \
	node/where_value.c \
	node/write.c node/write.h \
	node/write_index.c \
	node/write_plan.c
# Beside libcoodie, with copies of base/ and proto/ of its own that nobody sees.
lib_LTLIBRARIES += libcoodie-node.la
libcoodie_node_la_SOURCES =
libcoodie_node_la_LIBADD = libcd_node.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS)
libcoodie_node_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info $(COODIE_VERSION_INFO) \
	-export-symbols-regex '^coodie_node_'
pkgconfig_DATA += coodie-node.pc
libcd_node_la_LIBADD = -lm
