# tests/node.mk - one program per file of node/; included by tests/tests.mk
NODE_LIBS = $(TEST_COUNTERS) tests/libcd_test.la libcd_node.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS) $(CMOCKA_LIBS)

# What several of them use.
check_LTLIBRARIES += tests/libcd_node_test.la
tests_libcd_node_test_la_SOURCES =
tests_libcd_node_test_la_SOURCES += tests/node_ddl.c tests/node_ddl.h
tests_libcd_node_test_la_SOURCES += tests/node_duo.c tests/node_duo.h
tests_libcd_node_test_la_SOURCES += tests/node_fixture.c tests/node_fixture.h
tests_libcd_node_test_la_SOURCES += tests/node_table.c tests/node_table.h

check_PROGRAMS += tests/test_node_compare
tests_test_node_compare_LDADD = $(NODE_LIBS)
check_PROGRAMS += tests/test_node_conn
tests_test_node_conn_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_schema
tests_test_node_schema_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_describe
tests_test_node_describe_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_ddl
tests_test_node_ddl_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_problem
tests_test_node_problem_LDADD = $(NODE_LIBS)
check_PROGRAMS += tests/test_node_role
tests_test_node_role_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_login
tests_test_node_login_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_listener
tests_test_node_listener_LDADD = libcd_net.la $(NODE_LIBS)
check_LTLIBRARIES += tests/libcd_node_db.la
tests_libcd_node_db_la_SOURCES = tests/node_db.c tests/node_db.h
check_PROGRAMS += tests/test_node_term
tests_test_node_term_LDADD = tests/libcd_node_db.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_merge
tests_test_node_merge_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_plain
tests_test_node_plain_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_store
tests_test_node_store_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_selector
tests_test_node_selector_LDADD = tests/libcd_node_db.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_batch
tests_test_node_batch_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_collection
tests_test_node_collection_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_counter
tests_test_node_counter_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_lwt
tests_test_node_lwt_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_view
tests_test_node_view_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_write
tests_test_node_write_LDADD = tests/libcd_node_test.la $(NODE_LIBS)

check_PROGRAMS += tests/test_node_index
tests_test_node_index_LDADD = tests/libcd_node_test.la $(NODE_LIBS)

check_PROGRAMS += tests/test_node_text
tests_test_node_text_LDADD = $(NODE_LIBS)

check_PROGRAMS += tests/test_node_check
tests_test_node_check_LDADD = $(NODE_LIBS)

check_PROGRAMS += tests/test_node_lexer
tests_test_node_lexer_LDADD = $(NODE_LIBS)

check_PROGRAMS += tests/test_node_parser
tests_test_node_parser_SOURCES = tests/test_node_parser.c tests/ast_print.c tests/ast_print.h
tests_test_node_parser_LDADD = $(NODE_LIBS)
EXTRA_DIST += tests/data/checks.inc tests/data/refusals.inc tests/data/statements.inc

# Statements run on a server, and their answers compared.
replay_sources = \
	tests/answer.c \
	tests/answer.h \
	tests/dialog.c \
	tests/dialog.h \
	tests/replay.c \
	tests/replay.h \
	tests/script.h \
	tests/verdict.c \
	tests/verdict.h

# The corpus of CQL with Cassandra's answers: `make check` holds the node to it, `make check-cassandra` Cassandra.
check_PROGRAMS += tests/differential
cassandra_tests += tests/differential
tests_differential_SOURCES = \
	$(replay_sources) \
	tests/differential.c \
	tests/script.c \
	tests/warm.c \
	tests/warm.h
tests_differential_LDADD = libcd_node.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS)
EXTRA_DIST += tests/cql tests/cql-auth tests/cql-yaml

# Schemas, data and queries by chance, on the node and on Cassandra in step.
check_PROGRAMS += tests/random_cql
cassandra_tests += tests/random_cql
tests_random_cql_SOURCES = \
	$(replay_sources) \
	tests/random_again.c \
	tests/random_again.h \
	tests/random_author.c \
	tests/random_author.h \
	tests/random_breakage.c \
	tests/random_breakage.h \
	tests/random_cql.c \
	tests/random_dice.c \
	tests/random_dice.h \
	tests/random_keys.c \
	tests/random_known.c \
	tests/random_known.h \
	tests/random_natives.def \
	tests/random_pair.c \
	tests/random_pair.h \
	tests/random_round.c \
	tests/random_round.h \
	tests/random_rules.def \
	tests/random_shrink.c \
	tests/random_shrink.h \
	tests/random_twin.c \
	tests/random_twin.h \
	tests/random_type.c \
	tests/random_type.h \
	tests/random_value.c \
	tests/random_value.h \
	tests/random_view.c \
	tests/random_words.def \
	tests/random_world.c \
	tests/random_world.h \
	tests/random_write.c \
	tests/script.c \
	tests/warm.c \
	tests/warm.h
tests_random_cql_LDADD = libcd_node.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS)

check_PROGRAMS += tests/test_random_again
tests_test_random_again_SOURCES = \
	$(replay_sources) \
	tests/random_again.c \
	tests/random_again.h \
	tests/test_random_again.c
tests_test_random_again_LDADD = $(NODE_LIBS)

# The integration suite, on the node and on Cassandra likewise.
check_PROGRAMS += tests/integration
cassandra_tests += tests/integration
tests_integration_SOURCES = \
	tests/integration.c \
	tests/integration.h \
	tests/integration_batch.c \
	tests/integration_builder.c \
	tests/integration_connect.c \
	tests/integration_errors.c \
	tests/integration_family.c \
	tests/integration_objects.c \
	tests/integration_orm.c \
	tests/integration_queries.c \
	tests/integration_reads.c \
	tests/integration_schema.c \
	tests/integration_statements.c \
	tests/integration_sync.c \
	tests/integration_types.c \
	tests/integration_user_types.c \
	tests/integration_views.c \
	tests/integration_writes.c
tests_integration_LDADD = $(TEST_COUNTERS) tests/libcd_test.la libcd_node.la $(LAYER_LIBS) $(EXTERNAL_LIBS) $(CMOCKA_LIBS)
# Pairs of schemas by chance: what the engine makes of one is the other; on both likewise.
check_PROGRAMS += tests/random_schema
cassandra_tests += tests/random_schema
tests_random_schema_SOURCES = \
	tests/random_dice.c \
	tests/random_dice.h \
	tests/random_schema.c \
	tests/random_schema.h \
	tests/random_schema_made.c
tests_random_schema_LDADD = libcd_node.la $(LAYER_LIBS) $(EXTERNAL_LIBS)
# Every kind of member x every CQL type, there and back; on both likewise.
check_PROGRAMS += tests/model_torture
cassandra_tests += tests/model_torture
tests_model_torture_SOURCES = \
	tests/model_torture.c \
	tests/torture.h \
	tests/torture_kinds.c \
	tests/torture_types.c
tests_model_torture_LDADD = libcd_node.la $(LAYER_LIBS) $(EXTERNAL_LIBS)
# A load with an oracle over sockets: a short one in `make check`, a long one in `make drill`.
check_PROGRAMS += tests/drill
tests_drill_SOURCES = \
	tests/drill.c \
	tests/drill_box.c \
	tests/drill_box.h \
	tests/drill_load.c \
	tests/drill_load.h
tests_drill_LDADD = tests/libcd_test.la libcd_node.la $(LAYER_LIBS) $(EXTERNAL_LIBS)

drill: tests/drill
	tests/drill --requests 1000000 --loops 1 --tell 10
	tests/drill --requests 1000000 --loops 4 --seed 2 --tell 10
drill-cassandra: tests/drill
	$(srcdir)/tests/cassandra/drill
check_PROGRAMS += tests/test_node_system
tests_test_node_system_LDADD = tests/libcd_node_test.la $(NODE_LIBS)

check_PROGRAMS += tests/test_node_ring
tests_test_node_ring_LDADD = $(NODE_LIBS)
check_PROGRAMS += tests/test_node_simulation
tests_test_node_simulation_SOURCES = tests/simulation.c tests/simulation.h tests/test_node_simulation.c
tests_test_node_simulation_LDADD = libcd_net.la $(NODE_LIBS)

check_PROGRAMS += tests/test_node_plan
tests_test_node_plan_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_where
tests_test_node_where_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_select
tests_test_node_select_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_paging
tests_test_node_paging_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_prepared
tests_test_node_prepared_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_fault
tests_test_node_fault_LDADD = tests/libcd_node_test.la libcd_net.la $(NODE_LIBS)

check_PROGRAMS += tests/test_node_scylla
tests_test_node_scylla_LDADD = tests/libcd_node_test.la libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_script
tests_test_node_script_LDADD = $(NODE_LIBS)
check_PROGRAMS += tests/test_node_dump
tests_test_node_dump_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_guardrail
tests_test_node_guardrail_LDADD = tests/libcd_node_test.la $(NODE_LIBS)
check_PROGRAMS += tests/test_node_settings
tests_test_node_settings_LDADD = $(NODE_LIBS)
check_PROGRAMS += tests/test_node_skip
tests_test_node_skip_LDADD = $(NODE_LIBS)

# pools over the box, without sockets
POOL_WORLD = tests/pool_world.c tests/pool_world.h tests/simulation.c tests/simulation.h
check_PROGRAMS += tests/test_events
tests_test_events_SOURCES = tests/test_events.c $(POOL_WORLD)
tests_test_events_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_wire_watch
tests_test_wire_watch_SOURCES = \
	tests/test_wire_watch.c tests/stage.c tests/stage_ev.c tests/stage.h $(POOL_WORLD)
tests_test_wire_watch_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_hooks
tests_test_hooks_SOURCES = \
	tests/test_hooks.c tests/stage.c tests/stage_ev.c tests/stage.h $(POOL_WORLD)
tests_test_hooks_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_policies
tests_test_policies_SOURCES = tests/test_policies.c $(POOL_WORLD)
tests_test_policies_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_pool_shards tests/test_session_tune
tests_test_session_tune_SOURCES = tests/test_session_tune.c $(POOL_WORLD)
tests_test_session_tune_LDADD = libcd_net.la $(NODE_LIBS)
tests_test_pool_shards_SOURCES = tests/test_pool_shards.c $(POOL_WORLD)
tests_test_pool_shards_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_tally
tests_test_tally_SOURCES = tests/test_tally.c $(POOL_WORLD)
tests_test_tally_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_session_idle
tests_test_session_idle_SOURCES = tests/test_session_idle.c $(POOL_WORLD)
tests_test_session_idle_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_pool_log
tests_test_pool_log_SOURCES = tests/test_pool_log.c $(POOL_WORLD)
tests_test_pool_log_LDADD = libcd_net.la $(NODE_LIBS)

check_PROGRAMS += tests/test_pool_pauses
tests_test_pool_pauses_SOURCES = tests/test_pool_pauses.c $(POOL_WORLD)
tests_test_pool_pauses_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_pool_requests
tests_test_pool_requests_SOURCES = tests/test_pool_requests.c $(POOL_WORLD)
tests_test_pool_requests_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_client_routes
tests_test_client_routes_SOURCES = tests/test_client_routes.c $(POOL_WORLD)
tests_test_client_routes_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_pool_ring
tests_test_pool_ring_SOURCES = tests/test_pool_ring.c $(POOL_WORLD)
tests_test_pool_ring_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_pool_faults
tests_test_pool_faults_SOURCES = tests/test_pool_faults.c $(POOL_WORLD)
tests_test_pool_faults_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_pool_memory
tests_test_pool_memory_SOURCES = tests/test_pool_memory.c $(POOL_WORLD)
tests_test_pool_memory_LDADD = libcd_net.la $(NODE_LIBS)
check_PROGRAMS += tests/test_pool_fork
tests_test_pool_fork_LDADD = libcd_net.la $(NODE_LIBS)
