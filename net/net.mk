# net/net.mk - connections to a cluster; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_net.la
libcd_net_la_SOURCES = \
	net/crew/crew.c net/crew/crew.h net/crew/crew_impl.h \
	net/crew/crew_ask.c \
	net/crew/crew_close.c \
	net/crew/crew_mail.c \
	net/crew/crew_news.c \
	net/crew/crew_submit.c \
	net/crew/crew_wait.c \
	net/crew/homes.h \
	net/crew/mailbox.c net/crew/mailbox.h \
	net/crew/parcel.c net/crew/parcel.h \
	net/engine/attempt.c net/engine/attempt.h \
	net/engine/auth_plain.c \
	net/engine/engine_answer.c \
	net/engine/engine_batch.c \
	net/engine/engine_choose.c \
	net/engine/engine_count.c \
	net/engine/engine_deadline.c \
	net/engine/engine_end.c \
	net/engine/engine_express.c \
	net/engine/engine_policy.c \
	net/engine/engine_prepare.c \
	net/engine/engine_route.c \
	net/engine/engine_run.c \
	net/engine/engine_send.c \
	net/engine/engine_submit.c \
	net/engine/engine_turn.c \
	net/engine/extras.c net/engine/extras.h \
	net/engine/pool.c net/engine/pool.h \
	net/engine/prepared.c net/engine/prepared.h \
	net/engine/request.c net/engine/request.h \
	net/engine/streams.c net/engine/streams.h \
	net/engine/tally.c net/engine/tally.h \
	net/engine/wheel.c net/engine/wheel.h \
	net/engine/wire.c net/engine/wire.h \
	net/engine/wire_name.c net/engine/wire_name.h \
	net/engine/wire_watch.c net/engine/wire_watch.h \
	net/policy/balancer.c net/policy/balancer.h net/policy/balancer_impl.h \
	net/policy/balancer_plan.c \
	net/policy/limit.c net/policy/limit.h \
	net/policy/speculation.c net/policy/speculation.h \
	net/policy/timestamps.c net/policy/timestamps.h \
	net/result/cursor.c \
	net/result/history.c net/result/history.h \
	net/result/metadata.c net/result/metadata.h \
	net/result/named.c net/result/named.h \
	net/result/result.c net/result/result.h net/result/result_impl.h \
	net/result/result_pool.c net/result/result_pool.h \
	net/result/result_read.c \
	net/result/statement.c net/result/statement.h \
	net/result/usual.c \
	net/ring/router.c net/ring/router.h \
	net/ring/routing.c net/ring/routing.h \
	net/ring/sharding.c net/ring/sharding.h \
	net/ring/tablets.c net/ring/tablets.h \
	net/ring/token_map.c net/ring/token_map.h \
	net/ring/token_ring.c net/ring/token_ring.h \
	net/session/driver.c \
	net/session/route.c net/session/route.h \
	net/session/session.c net/session/session.h \
	net/session/session_after.c \
	net/session/session_named.c \
	net/session/session_profile.c
# What is run now and then: while connecting, when the cluster changes, when somebody asks.
noinst_LTLIBRARIES += libcd_net_small.la
libcd_net_small_la_CFLAGS = $(SMALLEST_CFLAGS)
libcd_net_small_la_SOURCES = \
	net/engine/link.c net/engine/link.h \
	net/engine/round.c \
	net/session/blocking.c \
	net/engine/engine.c net/engine/engine.h net/engine/engine_impl.h \
	net/engine/host.c net/engine/host.h \
	net/policy/profile.c net/policy/profile.h \
	net/session/future.c \
	net/engine/events.c net/engine/events.h \
	net/engine/fellows.c net/engine/fellows.h \
	net/engine/engine_info.c \
	net/engine/engine_tune.c net/engine/engine_tune.h \
	net/engine/prepared_info.c \
	net/engine/spread.c net/engine/spread.h \
	net/engine/pulse.c \
	net/result/result_hand.c \
	net/policy/backoff.c net/policy/backoff.h \
	net/policy/pacer.c net/policy/pacer.h \
	net/policy/policies.c net/policy/policies.h \
	net/policy/profile_board.c net/policy/profile_board.h \
	net/policy/profile_view.c net/policy/profile_view.h \
	net/policy/retry.c net/policy/retry.h \
	net/policy/retry_budget.c net/policy/retry_budget.h \
	net/policy/balancer_datacenter.c \
	net/policy/balancer_latency.c \
	net/policy/balancer_rules.c net/policy/balancer_rules.h \
	net/dns/addresses.c net/dns/addresses.h \
	net/dns/dns.c net/dns/dns.h \
	net/dns/dns_exchange.c net/dns/dns_exchange.h \
	net/dns/hosts.c net/dns/hosts.h \
	net/dns/resolv_conf.c net/dns/resolv_conf.h \
	net/dns/resolver.c net/dns/resolver.h net/dns/search.h \
	net/dns/search_dns.c \
	net/dns/search_user.c \
	net/engine/auth.c net/engine/auth.h \
	net/engine/cluster.c net/engine/cluster.h \
	net/engine/conn.c net/engine/conn.h \
	net/engine/control.c net/engine/control.h \
	net/engine/control_agreement.c net/engine/control_agreement.h \
	net/engine/control_routes.c net/engine/control_routes.h \
	net/engine/control_schema.c net/engine/control_schema.h \
	net/engine/engine_retry.c \
	net/engine/points.c net/engine/points.h \
	net/engine/trace.c net/engine/trace.h \
	net/metrics/log.c net/metrics/log.h \
	net/metrics/meter.c net/metrics/meter.h \
	net/metrics/metric.c net/metrics/metric.def net/metrics/metric.h \
	net/metrics/metric_text.c \
	net/metrics/outgoing.c net/metrics/outgoing.h \
	net/metrics/wire_ring.c net/metrics/wire_ring.h \
	net/options/auth_options.c \
	net/options/draft.c net/options/draft.h \
	net/options/driver_config.c net/options/driver_config.h \
	net/options/option.def net/options/option.c net/options/option.h \
	net/options/option_file.c net/options/option_file.h \
	net/options/option_format.c \
	net/options/option_parse.c \
	net/options/options.c net/options/options.h \
	net/options/options_check.c \
	net/options/options_set.c \
	net/options/profile_options.c net/options/profile_options.h \
	net/options/socket_options.c net/options/socket_options.h \
	net/options/tune.c net/options/tune.h \
	net/options/uri.c net/options/uri.h \
	net/ring/extensions.c net/ring/extensions.h \
	net/ring/partitioner.c net/ring/partitioner.h \
	net/ring/placement.c net/ring/placement.h \
	net/ring/replication.c net/ring/replication.h \
	net/ring/routes.c net/ring/routes.h \
	net/ring/tablets_store.c \
	net/ring/topology.c net/ring/topology.h \
	net/ring/topology_row.c net/ring/topology_row.h \
	net/schema/schema.c net/schema/schema.h \
	net/schema/schema_agreement.c net/schema/schema_agreement.h \
	net/schema/schema_builder.c net/schema/schema_builder.h \
	net/schema/schema_cql.c net/schema/schema_cql.h \
	net/schema/schema_cql_table.c net/schema/schema_option.def \
	net/schema/schema_export.c \
	net/schema/schema_function.c \
	net/schema/schema_keyspace.c \
	net/schema/schema_meta.c \
	net/schema/schema_reader.c net/schema/schema_reader.h \
	net/schema/schema_row.c \
	net/schema/schema_rows.c net/schema/schema_rows.h net/schema/schema_rows.def \
	net/schema/schema_scope.c net/schema/schema_scope.h \
	net/schema/schema_sort.c net/schema/schema_sort.h \
	net/schema/schema_table.c \
	net/schema/schema_type.c \
	net/schema/snapshot.c net/schema/snapshot.h \
	net/schema/snapshot_nodes.c \
	net/session/dump.c \
	net/session/explain.c \
	net/session/generate.c \
	net/session/groups.c \
	net/session/info.c \
	net/session/observe.c \
	net/session/pager.c \
	net/session/registry.c \
	net/session/session_cluster.c \
	net/session/session_tablets.c \
	net/session/session_tls.c \
	net/session/session_trace.c \
	net/session/session_tune.c \
	net/session/session_wire.c \
	net/session/warm_up.c
libcd_net_la_LIBADD = libcd_net_small.la
libcoodie_la_LIBADD += libcd_net.la
