# net/net.mk - connections to a cluster; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_net.la
libcd_net_la_SOURCES = \
	net/addresses.c net/addresses.h \
	net/attempt.c net/attempt.h \
	net/auth.c net/auth.h \
	net/auth_options.c \
	net/auth_plain.c \
	net/backoff.c net/backoff.h \
	net/balancer.c net/balancer.h \
	net/balancer_rules.c net/balancer_rules.h \
	net/blocking.c \
	net/cluster.c net/cluster.h \
	net/conn.c net/conn.h \
	net/control.c net/control.h \
	net/control_agreement.c net/control_agreement.h \
	net/control_schema.c net/control_schema.h \
	net/crew.c net/crew.h net/crew_impl.h \
	net/crew_ask.c \
	net/crew_close.c \
	net/crew_mail.c \
	net/crew_news.c \
	net/crew_submit.c \
	net/crew_wait.c \
	net/cursor.c \
	net/dns.c net/dns.h \
	net/dns_exchange.c net/dns_exchange.h \
	net/draft.c net/draft.h \
	net/driver.c \
	net/driver_config.c net/driver_config.h \
	net/dump.c \
	net/engine.c net/engine.h net/engine_impl.h \
	net/engine_answer.c \
	net/engine_batch.c \
	net/engine_choose.c \
	net/engine_count.c \
	net/engine_express.c \
	net/engine_policy.c \
	net/engine_prepare.c \
	net/engine_retry.c \
	net/engine_route.c \
	net/engine_send.c \
	net/engine_submit.c \
	net/engine_tune.c net/engine_tune.h \
	net/explain.c \
	net/events.c net/events.h \
	net/extensions.c net/extensions.h \
	net/extras.c net/extras.h \
	net/fellows.c net/fellows.h \
	net/future.c \
	net/generate.c \
	net/groups.c \
	net/history.c net/history.h \
	net/host.c net/host.h \
	net/hosts.c net/hosts.h \
	net/info.c \
	net/limit.c net/limit.h \
	net/link.c net/link.h \
	net/log.c net/log.h \
	net/mailbox.c net/mailbox.h \
	net/meter.c net/meter.h \
	net/metric.c net/metric.def net/metric.h \
	net/metric_text.c \
	net/observe.c \
	net/option.def net/option.c net/option.h \
	net/option_file.c net/option_file.h \
	net/option_format.c \
	net/option_parse.c \
	net/options.c net/options.h \
	net/options_check.c \
	net/options_set.c \
	net/named.c net/named.h \
	net/outgoing.c net/outgoing.h \
	net/pacer.c net/pacer.h \
	net/pager.c \
	net/parcel.c net/parcel.h \
	net/partitioner.c net/partitioner.h \
	net/placement.c net/placement.h \
	net/points.c net/points.h \
	net/policies.c net/policies.h \
	net/pool.c net/pool.h \
	net/prepared.c net/prepared.h \
	net/prepared_info.c \
	net/profile.c net/profile.h \
	net/profile_board.c net/profile_board.h \
	net/profile_options.c net/profile_options.h \
	net/profile_view.c net/profile_view.h \
	net/pulse.c \
	net/registry.c \
	net/replication.c net/replication.h \
	net/request.c net/request.h \
	net/resolv_conf.c net/resolv_conf.h \
	net/resolver.c net/resolver.h net/search.h \
	net/result.c net/result.h \
	net/result_pool.c net/result_pool.h \
	net/retry.c net/retry.h \
	net/retry_budget.c net/retry_budget.h \
	net/round.c \
	net/route.c net/route.h \
	net/router.c net/router.h \
	net/routes.c net/routes.h \
	net/routing.c net/routing.h \
	net/schema.c net/schema.h \
	net/schema_agreement.c net/schema_agreement.h \
	net/schema_builder.c net/schema_builder.h \
	net/schema_cql.c net/schema_cql.h \
	net/schema_cql_table.c net/schema_option.def \
	net/schema_export.c \
	net/schema_function.c \
	net/schema_keyspace.c \
	net/schema_meta.c \
	net/schema_reader.c net/schema_reader.h \
	net/schema_row.c \
	net/schema_rows.c net/schema_rows.h net/schema_rows.def \
	net/schema_scope.c net/schema_scope.h \
	net/schema_sort.c net/schema_sort.h \
	net/schema_table.c \
	net/schema_type.c \
	net/search_dns.c \
	net/search_user.c \
	net/session.c net/session.h \
	net/session_cluster.c \
	net/session_named.c \
	net/session_profile.c \
	net/session_tablets.c \
	net/session_tls.c \
	net/session_trace.c \
	net/session_tune.c \
	net/session_wire.c \
	net/sharding.c net/sharding.h \
	net/snapshot.c net/snapshot.h \
	net/snapshot_nodes.c \
	net/socket_options.c net/socket_options.h \
	net/speculation.c net/speculation.h \
	net/spread.c net/spread.h \
	net/statement.c net/statement.h \
	net/streams.c net/streams.h \
	net/tablets.c net/tablets.h \
	net/tablets_store.c \
	net/tally.c net/tally.h \
	net/timestamps.c net/timestamps.h \
	net/token_map.c net/token_map.h \
	net/token_ring.c net/token_ring.h \
	net/topology.c net/topology.h \
	net/topology_row.c net/topology_row.h \
	net/trace.c net/trace.h \
	net/tune.c net/tune.h \
	net/uri.c net/uri.h \
	net/warm_up.c \
	net/wheel.c net/wheel.h \
	net/wire.c net/wire.h \
	net/wire_ring.c net/wire_ring.h \
	net/wire_watch.c net/wire_watch.h
libcoodie_la_LIBADD += libcd_net.la
