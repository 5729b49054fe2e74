# node/node.mk - the in-memory CQL node, a library of its own; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_node.la
libcd_node_la_SOURCES = \
	node/auth/access.c node/auth/access.h \
	node/auth/auth.h \
	node/auth/auth_grant.c \
	node/auth/auth_identity.c \
	node/auth/auth_list.c \
	node/auth/auth_plan.c \
	node/auth/auth_role.c \
	node/auth/auth_rows.c \
	node/auth/auth_table.c node/auth/auth_table.h \
	node/auth/bcrypt.c node/auth/bcrypt.h \
	node/auth/grant.c node/auth/grant.h \
	node/auth/permission.c node/auth/permission.def node/auth/permission.h \
	node/auth/pi.def \
	node/auth/resource.c node/auth/resource.h \
	node/auth/role.c node/auth/role.h \
	node/cluster/ring.c node/cluster/ring.h \
	node/cluster/ring_admit.c \
	node/cluster/ring_replicas.c \
	node/cluster/scylla.c node/cluster/scylla.h \
	node/cluster/scylla_system.c \
	node/cluster/scylla_tables.def \
	node/cluster/scylla_tablet.c \
	node/cluster/system.c node/cluster/system.h \
	node/cluster/system_cluster.c \
	node/cluster/system_parts.h \
	node/cluster/system_row.c \
	node/cluster/system_schema.c \
	node/cluster/system_tables.def \
	node/cql/array.c node/cql/array.h \
	node/cql/ast.h \
	node/cql/expr_text.c node/cql/expr_text.h \
	node/cql/keyword.def \
	node/cql/lexer.c node/cql/lexer.h \
	node/cql/operator.c node/cql/operator.def \
	node/cql/parse.h \
	node/cql/parse_cursor.c \
	node/cql/parse_ddl.c \
	node/cql/parse_describe.c \
	node/cql/parse_function.c \
	node/cql/parse_grant.c \
	node/cql/parse_name.c \
	node/cql/parse_property.c \
	node/cql/parse_role.c \
	node/cql/parse_select.c \
	node/cql/parse_selector.c \
	node/cql/parse_table.c \
	node/cql/parse_term.c \
	node/cql/parse_type.c \
	node/cql/parse_where.c \
	node/cql/parse_write.c \
	node/cql/parser.c node/cql/parser.h \
	node/cql/problem.c node/cql/problem.h \
	node/cql/spelling.c node/cql/spelling.h \
	node/cql/statement.def \
	node/describe/describe.c node/describe/describe.h \
	node/describe/describe_cluster.c \
	node/describe/describe_dropped.c \
	node/describe/describe_find.c \
	node/describe/describe_index.c \
	node/describe/describe_keyspace.c \
	node/describe/describe_options.c \
	node/describe/describe_page.c node/describe/describe_page.h \
	node/describe/describe_plan.c node/describe/describe_plan.h \
	node/describe/describe_rows.c \
	node/describe/describe_table.c \
	node/describe/describe_text.c node/describe/describe_text.h \
	node/describe/describe_type.c \
	node/describe/describe_view.c \
	node/describe/elements.c \
	node/dump/dump.c node/dump/dump.h \
	node/dump/literal.c node/dump/literal.h \
	node/dump/row.c node/dump/row.h \
	node/function/expr_type.c \
	node/function/function.c node/function/function.def node/function/function.h \
	node/function/function_aggregate.c \
	node/function/function_blob.c \
	node/function/function_cast.c \
	node/function/function_collection.c \
	node/function/function_json.c \
	node/function/function_mask.c \
	node/function/function_math.c \
	node/function/function_time.c \
	node/function/selector.c node/function/selector.h \
	node/function/selector_parts.c \
	node/function/selector_run.c \
	node/function/selector_times.c \
	node/function/term.c node/function/term.h \
	node/function/term_call.c \
	node/function/term_collection.c \
	node/function/term_literal.c \
	node/function/term_parts.h \
	node/function/term_tuple.c \
	node/plan/batch.c node/plan/batch.h \
	node/plan/batch_parts.h node/plan/batch_size.c \
	node/plan/cas.c node/plan/cas.h \
	node/plan/cas_result.c node/plan/cas_result.h \
	node/plan/condition.c node/plan/condition.h \
	node/plan/condition_order.c \
	node/plan/condition_test.c \
	node/plan/delete.c \
	node/plan/guardrail.c node/plan/guardrail.def node/plan/guardrail.h \
	node/plan/insert.c node/plan/insert.h \
	node/plan/insert_json.c \
	node/plan/insert_run.c \
	node/plan/operation.c node/plan/operation.h \
	node/plan/operation_guard.c \
	node/plan/operation_list.c \
	node/plan/operation_number.c \
	node/plan/operation_run.c \
	node/plan/plain.c node/plan/plain.h \
	node/plan/plan.c node/plan/plan.h \
	node/plan/select.c node/plan/select.h \
	node/plan/select_check.c \
	node/plan/select_group.c \
	node/plan/select_near.c \
	node/plan/select_order.c \
	node/plan/select_page.c \
	node/plan/select_plan.h \
	node/plan/select_read.c \
	node/plan/select_row.c \
	node/plan/select_scan.c \
	node/plan/select_text.c \
	node/plan/update.c \
	node/plan/vector_index.c node/plan/vector_index.h \
	node/plan/view.c node/plan/view.h \
	node/plan/view_row.c \
	node/plan/view_where.c \
	node/plan/where.c node/plan/where.h \
	node/plan/where_answer.c \
	node/plan/where_bind.c \
	node/plan/where_filter.c \
	node/plan/where_index.c \
	node/plan/where_merge.c \
	node/plan/where_plan.h \
	node/plan/where_question.h \
	node/plan/where_relation.c \
	node/plan/where_sasi.c \
	node/plan/where_slice.c \
	node/plan/where_value.c \
	node/plan/write.c node/plan/write.h \
	node/plan/write_index.c \
	node/plan/write_plan.c \
	node/schema/ddl.c node/schema/ddl.h \
	node/schema/ddl_alter.c \
	node/schema/ddl_function.c \
	node/schema/ddl_guard.c \
	node/schema/ddl_index.c \
	node/schema/ddl_index_attached.c \
	node/schema/ddl_index_class.h \
	node/schema/ddl_index_sasi.c \
	node/schema/ddl_index_vector.c \
	node/schema/ddl_keyspace.c \
	node/schema/ddl_table.c \
	node/schema/ddl_type.c \
	node/schema/ddl_view.c node/schema/ddl_view.h \
	node/schema/ddl_view_create.c \
	node/schema/index.c node/schema/index.h \
	node/schema/options.c node/schema/options.h \
	node/schema/options_keyspace.c \
	node/schema/options_map.c \
	node/schema/options_speculative.c \
	node/schema/schema.c node/schema/schema.h \
	node/schema/schema_change.c node/schema/schema_change.h \
	node/schema/schema_digest.c \
	node/schema/schema_table.c \
	node/schema/schema_type.c \
	node/schema/settings.c node/schema/settings.def node/schema/settings.h \
	node/server/certificate.c node/server/certificate.h \
	node/server/conn.c node/server/conn.h \
	node/server/conn_batch.c \
	node/server/conn_fault.c node/server/conn_fault.h \
	node/server/conn_handshake.c node/server/conn_handshake.h \
	node/server/conn_statement.c node/server/conn_statement.h \
	node/server/fault.c node/server/fault.def node/server/fault.h \
	node/server/fault_parse.c \
	node/server/link.c node/server/link.h \
	node/server/listener.c node/server/listener.h \
	node/server/member.c \
	node/server/node.c node/server/node.h \
	node/server/node_control.c \
	node/server/node_execute.c \
	node/server/node_fault.c \
	node/server/node_file.c \
	node/server/node_options.c node/server/node_options.h \
	node/server/node_routes.c \
	node/server/node_system.c \
	node/server/prepared.c node/server/prepared.h \
	node/server/request.c node/server/request.h \
	node/server/script.c node/server/script.h \
	node/server/trace.c node/server/trace.h \
	node/server/trace_steps.c node/server/trace_steps.h \
	node/store/items.c \
	node/store/merge.c node/store/merge.h \
	node/store/overwrite.c \
	node/store/partition.c \
	node/store/place.c \
	node/store/ranges.c \
	node/store/row.c \
	node/store/row_put.c \
	node/store/row_value.c \
	node/store/skip.c node/store/skip.h \
	node/store/slots.c node/store/slots.h \
	node/store/store.c node/store/store.h \
	node/store/store_parts.h \
	node/store/tombstones.c \
	node/store/walk.c \
	node/text/analyzer.c node/text/analyzer.h \
	node/text/ascii.def \
	node/text/char.c node/text/text.h \
	node/text/combining.def node/text/compose.def \
	node/text/letter.c \
	node/text/lower.def \
	node/text/normal.c \
	node/text/upper.def node/text/upper_long.def \
	node/text/word.c node/text/word.def \
	node/value/bignum.c node/value/bignum.h \
	node/value/check.c node/value/check.h \
	node/value/compare.c node/value/compare.h \
	node/value/compare_decimal.c node/value/compare_decimal.h \
	node/value/composite.c node/value/composite.h \
	node/value/custom.c node/value/custom.h \
	node/value/hex.c node/value/hex.h \
	node/value/java_real.c node/value/java_real.h \
	node/value/java_set.c node/value/java_set.h \
	node/value/json_print.c node/value/json_print.h \
	node/value/json_read.c node/value/json_read.h \
	node/value/json_value.c \
	node/value/native_duration.c \
	node/value/native_print.c node/value/native_print.h \
	node/value/native_text.c node/value/native_text.h \
	node/value/native_time.c \
	node/value/number.c node/value/number.h \
	node/value/number_sum.c \
	node/value/type_fit.c node/value/type_fit.h
# Beside libcoodie, with copies of base/ and proto/ of its own that nobody sees.
lib_LTLIBRARIES += libcoodie-node.la
libcoodie_node_la_SOURCES =
libcoodie_node_la_LIBADD = libcd_node.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS)
libcoodie_node_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info $(COODIE_VERSION_INFO) \
	-export-symbols-regex '^coodie_node_'
pkgconfig_DATA += coodie-node.pc
libcd_node_la_LIBADD = -lm
