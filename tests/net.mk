# tests/net.mk - one program per file of net/; included by tests/tests.mk
tests_libcd_test_la_SOURCES += tests/table.c tests/table.h tests/town.c tests/town.h
check_PROGRAMS += \
	tests/test_backoff \
	tests/test_limit \
	tests/test_speculation \
	tests/test_timestamps \
	tests/test_auth \
	tests/test_balancer \
	tests/test_budget \
	tests/test_conn \
	tests/test_dns \
	tests/test_crew \
	tests/test_crew_cluster \
	tests/test_crew_storm \
	tests/test_driver \
	tests/test_driver_config \
	tests/test_log \
	tests/test_login \
	tests/test_extensions \
	tests/test_homes \
	tests/test_metric \
	tests/test_keyspace \
	tests/test_named \
	tests/test_not_given \
	tests/test_observe \
	tests/test_openings \
	tests/test_option \
	tests/test_option_file \
	tests/test_option_page \
	tests/test_options \
	tests/test_outgoing \
	tests/test_pager \
	tests/test_prepared \
	tests/test_reach \
	tests/test_replication \
	tests/test_resolve \
	tests/test_resolve_names \
	tests/test_resolver \
	tests/test_cursor \
	tests/test_agreement \
	tests/test_metadata \
	tests/test_profile \
	tests/test_retry \
	tests/test_schema \
	tests/test_route \
	tests/test_routes \
	tests/test_routed \
	tests/test_shards \
	tests/test_router \
	tests/test_schema_builder \
	tests/test_schema_node \
	tests/test_schema_scope \
	tests/test_session \
	tests/test_session_batch \
	tests/test_snapshot \
	tests/test_streams \
	tests/test_tablet_moves \
	tests/test_tablets \
	tests/test_token_map \
	tests/test_topology \
	tests/test_trace \
	tests/test_tune \
	tests/test_uri \
	tests/test_wheel \
	tests/test_wire_ring

# logins, some of them by a certificate
tests_test_auth_SOURCES = tests/test_auth.c tests/certs.c tests/certs.h
# on an encrypted node
tests_test_login_SOURCES = tests/test_login.c tests/certs.c tests/certs.h
tests_test_login_LDADD = libcd_node.la $(LDADD)

# the ways to a node
tests_test_reach_LDADD = libcd_node.la $(LDADD)

# answers of a DNS server, written by hand
tests_test_dns_SOURCES = tests/test_dns.c tests/dns_wire.c tests/dns_wire.h

# what the library writes as JSON, read by the tools' parser
tests_test_driver_config_LDADD = libcd_main.la $(LDADD)
# a server on the test's own loop
tests_test_resolver_SOURCES = tests/test_resolver.c tests/dns_server.c tests/dns_server.h tests/dns_wire.c tests/dns_wire.h

# a session, a node, and a DNS server
tests_test_resolve_names_SOURCES = tests/test_resolve_names.c tests/dns_server.c tests/dns_server.h tests/dns_wire.c tests/dns_wire.h
tests_test_resolve_names_LDADD = libcd_node.la $(LDADD)

# a session and a peer, with requests that remember what came of them
tests_test_prepared_SOURCES = tests/test_prepared.c tests/stage.c tests/stage_ev.c tests/stage.h
# and a node
tests_test_session_batch_SOURCES = tests/test_session_batch.c tests/stage.c tests/stage_ev.c tests/stage.h
tests_test_session_batch_LDADD = libcd_node.la $(LDADD)
tests_test_session_SOURCES = tests/test_session.c tests/stage.c tests/stage_ev.c tests/stage.h

# the same on the loop of an example
check_PROGRAMS += tests/test_session_epoll
tests_test_session_epoll_SOURCES = tests/test_session.c tests/stage.c tests/stage_epoll.c tests/stage.h

# on nodes with shards
tests_test_crew_cluster_LDADD = libcd_node.la $(LDADD)
tests_test_crew_storm_LDADD = libcd_node.la $(LDADD)
tests_test_routed_LDADD = libcd_node.la $(LDADD)
tests_test_shards_LDADD = libcd_node.la $(LDADD)
tests_test_tablet_moves_LDADD = libcd_node.la $(LDADD)
# replicas as the node sees them
tests_test_token_map_LDADD = libcd_node.la $(LDADD)

# sessions, and what they say of themselves
tests_test_observe_SOURCES = \
	tests/test_observe.c tests/stage.c tests/stage_ev.c tests/stage.h \
	tests/openmetrics.c tests/openmetrics.h
tests_test_observe_LDADD = libcd_node.la $(LDADD)

# what a scraper would refuse
tests_test_metric_SOURCES = tests/test_metric.c tests/openmetrics.c tests/openmetrics.h

# a schema of Cassandra's, recorded
tests_test_schema_SOURCES = tests/test_schema.c tests/schema_data.c tests/schema_data.h
tests_test_schema_builder_SOURCES = \
	tests/test_schema_builder.c tests/schema_data.c tests/schema_data.h
tests_test_schema_scope_SOURCES = \
	tests/test_schema_scope.c tests/schema_data.c tests/schema_data.h
tests_test_snapshot_SOURCES = tests/test_snapshot.c tests/schema_data.c tests/schema_data.h
tests_test_schema_node_LDADD = libcd_node.la $(LDADD)
tests_test_metadata_LDADD = libcd_node.la $(LDADD)
tests_test_agreement_LDADD = libcd_node.la $(LDADD)
EXTRA_DIST += tests/data/schema_5_0.cql tests/data/schema_5_0.inc

# on a node
tests_test_budget_LDADD = libcd_node.la $(LDADD)
tests_test_named_LDADD = libcd_node.la $(LDADD)
tests_test_openings_LDADD = libcd_node.la $(LDADD)
tests_test_not_given_LDADD = libcd_node.la $(LDADD)
tests_test_pager_LDADD = libcd_node.la $(LDADD)
tests_test_trace_LDADD = libcd_node.la $(LDADD)
