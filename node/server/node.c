/* SPDX-License-Identifier: MIT */
/* A box from its options to its end: the thread or the loop it lives on, and calls of others. */
#include "node/server/node.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/loop_ev.h"
#include "node/auth/role.h"
#include "node/cluster/system.h"
#include "node/server/certificate.h"
#include "node/server/link.h"
#include "node/server/listener.h"

enum { PORT_TRIES = 64 };

void nd_node_log(const coodie_node *n, const char *format, ...)
{
	char line[512];
	va_list args;

	if (!n->options.log)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	n->options.log(line, n->options.log_user);
}

static int64_t system_clock(void *user)
{
	struct timespec now;

	(void)user;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- errands: calls of other threads -------------------------------------------------------- */

/* With a transport there are no other threads. */
static bool is_here(const coodie_node *n)
{
	return !n->is_running || n->options.transport.vtable ||
	       (n->is_attached && pthread_equal(n->thread, pthread_self()));
}

static void wake(coodie_node *n)
{
	ssize_t ignored = write(n->wake[1], "", 1); /* a full pipe wakes as well */

	(void)ignored;
}

void nd_node_run(coodie_node *n, void (*run)(coodie_node *n, void *with), void *with)
{
	struct nd_errand e = { .run = run, .with = with };

	if (is_here(n)) {
		run(n, with);
		return;
	}
	pthread_mutex_lock(&n->lock);
	*n->last_errand = &e;
	n->last_errand = &e.next;
	wake(n);
	while (!e.done)
		pthread_cond_wait(&n->done, &n->lock);
	pthread_mutex_unlock(&n->lock);
}

static void on_wake(int events, void *user)
{
	coodie_node *n = user;
	char bytes[64];

	(void)events;
	while (read(n->wake[0], bytes, sizeof bytes) > 0)
		;
	pthread_mutex_lock(&n->lock);
	while (n->errands) {
		struct nd_errand *e = n->errands;
		n->errands = e->next;
		if (!n->errands)
			n->last_errand = &n->errands;
		pthread_mutex_unlock(&n->lock);
		e->run(n, e->with);
		pthread_mutex_lock(&n->lock);
		e->done = true;
		pthread_cond_broadcast(&n->done);
	}
	pthread_mutex_unlock(&n->lock);
}

/* ---- its nodes ------------------------------------------------------------------------------ */

static uint32_t nodes_of(const struct coodie_node_options *o)
{
	uint32_t nodes = 0;

	for (uint32_t i = 0; i < o->center_count; i++)
		nodes += o->centers[i].nodes;
	return o->center_count ? nodes : o->nodes;
}

static bool make_members(coodie_node *n, coodie_error *err)
{
	uint32_t nodes = nodes_of(&n->options);

	for (uint32_t i = 0; i < nodes; i++) {
		struct cd_address address;
		if (!cd_address_after(&n->options.address, i, &address))
			return cd_fail(err, COODIE_ERR_INVALID,
				       "there are no %u addresses from %s on", (unsigned)nodes,
				       n->options.address.text);
		if (!nd_member_new(n, &address))
			return cd_no_memory(err, "a node");
	}
	return true;
}

/* Nodes are dealt to the racks of their data center in turn; tokens part the ring evenly. */
static bool join_all(coodie_node *n, coodie_error *err)
{
	const struct coodie_node_options *o = &n->options;
	uint32_t center = 0, i = 0;

	for (uint32_t j = 0; j < n->member_count; j++, i++) {
		char rack[16];
		if (o->center_count && i == o->centers[center].nodes) {
			center++;
			i = 0;
		}
		snprintf(rack, sizeof rack, "rack%u",
			 o->center_count ? (unsigned)(i % o->centers[center].racks + 1) : 1);
		if (!nd_member_join(n->members[j],
				    o->center_count ? o->centers[center].name : "datacenter1", rack,
				    nd_ring_even_token(j, n->member_count)))
			return cd_no_memory(err, "a ring");
	}
	return true;
}

/* ScyllaDB's is 10,000 above the ordinary one; 0: any. */
static uint16_t shard_aware_port(const coodie_node *n)
{
	uint16_t port = cd_address_port(&n->options.address);

	return port && port <= UINT16_MAX - 10000 ? (uint16_t)(port + 10000) : 0;
}

/* A port that is free for the first node may not be for the others: then another one is tried. */
static bool listen_all(coodie_node *n, bool *in_use, coodie_error *err)
{
	for (uint32_t i = 0; i < n->member_count; i++) {
		struct nd_member *m = n->members[i];
		if (i > 0)
			cd_address_set_port(&m->address, cd_address_port(&n->members[0]->address));
		m->scylla.shard_aware_port = i ? n->members[0]->scylla.shard_aware_port
					       : shard_aware_port(n);
		if (!nd_member_listen(m, in_use, err)) {
			for (uint32_t j = 0; j < i; j++)
				nd_member_unlisten(n->members[j]);
			*in_use &= i > 0;
			return false;
		}
	}
	return true;
}

static bool open_ports(coodie_node *n, coodie_error *err)
{
	bool any = !cd_address_port(&n->options.address), in_use = false;

	for (int i = 0; i < PORT_TRIES; i++) {
		cd_address_set_port(&n->members[0]->address, cd_address_port(&n->options.address));
		if (listen_all(n, &in_use, err))
			return true;
		if (!any || !in_use)
			return false;
	}
	return false;
}

/* ---- TLS ------------------------------------------------------------------------------------ */

static bool generate(coodie_node *n, coodie_error *err)
{
	char hosts[ND_MOST_NODES][64];
	const char *list[ND_MOST_NODES];

	for (uint32_t i = 0; i < n->member_count; i++) {
		const char *text = n->members[i]->address.text;
		size_t skip = *text == '[';
		snprintf(hosts[i], sizeof hosts[i], "%.*s",
			 (int)(strrchr(text, ':') - text - 2 * (int)skip), text + skip);
		list[i] = hosts[i];
	}
	n->tls = nd_certificate_new(list, n->member_count, &n->allocator, &n->ca_pem, err);
	return n->tls;
}

static bool make_tls(coodie_node *n, coodie_error *err)
{
	const struct coodie_node_options *o = &n->options;

	if (o->tls_generated)
		return generate(n, err);
	if (!o->cert_path)
		return true;
	n->tls = cd_tls_context_new_server(o->cert_path, o->key_path, o->ca_path, err);
	return n->tls;
}

/* ---- the loop ------------------------------------------------------------------------------- */

static void send_pushed(void *user)
{
	coodie_node *n = user;

	n->loop.vtable->turn_set(n->loop.state, n->turn, false);
	for (uint32_t i = 0; i < n->member_count; i++)
		for (struct nd_link *l = n->members[i]->links, *next; l; l = next) {
			next = l->next;
			if (!l->pushed)
				continue;
			l->pushed = false;
			nd_link_flush(l);
		}
}

void nd_node_push(coodie_node *n, const cql_event *event)
{
	bool any = false;

	for (uint32_t i = 0; i < n->member_count; i++)
		for (struct nd_link *l = n->members[i]->links; l; l = l->next)
			any |= l->pushed |= nd_conn_push(&l->conn, event);
	if (any)
		n->loop.vtable->turn_set(n->loop.state, n->turn, true);
}

static bool make_pipe(coodie_node *n, coodie_error *err)
{
	if (n->options.transport.vtable)
		return true;
	if (pipe2(n->wake, O_NONBLOCK | O_CLOEXEC)) {
		n->wake[0] = n->wake[1] = -1;
		return cd_fail(err, COODIE_ERR_CONNECT, "a node needs a pipe: %s", strerror(errno));
	}
	return true;
}

static bool watch_all(coodie_node *n, coodie_error *err)
{
	const coodie_loop_vtable *v = n->loop.vtable;

	if (n->wake[0] >= 0)
		n->wake_watch = v->io_new(n->loop.state, n->wake[0], COODIE_IO_READ, on_wake, n);
	n->turn = v->turn_new(n->loop.state, send_pushed, n);
	if ((n->wake[0] >= 0 && !n->wake_watch) || !n->turn)
		return cd_no_memory(err, "a watch of a node");
	for (uint32_t i = 0; i < n->member_count; i++)
		if (!nd_member_watch(n->members[i], err))
			return false;
	return true;
}

static void *turn_round(void *user)
{
	coodie_node *n = user;

	while (!n->stopping)
		n->loop.vtable->run_once(n->loop.state);
	return NULL;
}

/* No signal of the program is delivered to our thread. */
static bool start_thread(coodie_node *n, coodie_error *err)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&n->thread, NULL, turn_round, n);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	n->is_running = !failed;
	return n->is_running ||
	       cd_fail(err, COODIE_ERR_NO_MEMORY, "no thread for a node: %s", strerror(failed));
}

/* ---- the schema ----------------------------------------------------------------------------- */

static void on_schema_change(void *user, const cql_schema_change *change, struct nd_table *table)
{
	coodie_node *n = user;
	cql_event event = { .kind = CQL_EVENT_SCHEMA_CHANGE,
			    .type = { "SCHEMA_CHANGE", strlen("SCHEMA_CHANGE") },
			    .schema = *change };
	bool is_new = change->change.len == 7 && !memcmp(change->change.data, "CREATED", 7);
	char keyspace[256];

	snprintf(keyspace, sizeof keyspace, "%.*s", (int)change->keyspace.len,
		 change->keyspace.data);
	for (uint32_t i = 0; !is_new && i < n->member_count; i++)
		nd_prepared_changed(&n->members[i]->prepared, keyspace, table);
	nd_node_push(n, &event);
}

/* ---- beginning and end ---------------------------------------------------------------------- */

static void free_box(coodie_node *n)
{
	coodie_allocator a = n->allocator;
	const coodie_loop_vtable *v = n->loop.vtable;

	for (uint32_t i = 0; i < n->member_count; i++)
		nd_member_free(n->members[i]);
	if (n->turn)
		v->turn_free(n->loop.state, n->turn);
	if (n->wake_watch)
		v->io_free(n->loop.state, n->wake_watch);
	for (size_t i = 0; i < 2; i++)
		if (n->wake[i] >= 0)
			close(n->wake[i]);
	if (!n->is_attached)
		cd_loop_ev_free(&n->loop);
	nd_database_deinit(&n->db);
	nd_faults_clear(&n->faults);
	nd_ring_deinit(&n->ring);
	cd_tls_context_free(n->tls);
	cd_release(&a, n->ca_pem);
	nd_node_options_deinit(&n->options);
	pthread_mutex_destroy(&n->lock);
	pthread_cond_destroy(&n->done);
	cd_release(&a, n);
}

static coodie_node *new_box(const struct coodie_node_options *o, coodie_error *err)
{
	coodie_node *n = cd_alloc_zero(&o->allocator, sizeof *n);

	if (!n || !nd_node_options_copy(&n->options, o)) {
		cd_release(&o->allocator, n);
		cd_no_memory(err, "a node");
		return NULL;
	}
	n->allocator = o->allocator;
	n->wake[0] = n->wake[1] = -1;
	n->last_errand = &n->errands;
	nd_faults_init(&n->faults, &n->allocator);
	nd_ring_init(&n->ring, &n->allocator);
	pthread_mutex_init(&n->lock, NULL);
	pthread_cond_init(&n->done, NULL);
	return n;
}

/* Cassandra has a role where nobody logs in, too. */
static bool make_first_role(coodie_node *n)
{
	const struct coodie_node_options *o = &n->options;

	return nd_roles_begin(&n->db, o->user ? o->user : "cassandra", o->password);
}

static bool set_up(coodie_node *n, coodie_error *err)
{
	struct nd_clock clock = { n->options.clock ? n->options.clock : system_clock,
				  n->options.clock_user };

	if (!nd_database_init(&n->db, &n->allocator, clock))
		return cd_no_memory(err, "a database");
	n->db.settings = n->options.settings;
	n->db.is_scylla = n->options.shards;
	n->db.has_roles = n->options.user;
	if (!nd_system_init(&n->db) || !make_first_role(n))
		return cd_no_memory(err, "a database");
	n->db.schema.listener = (struct nd_schema_listener){ on_schema_change, n };
	if (!make_members(n, err) || !open_ports(n, err) || !join_all(n, err) || !make_tls(n, err))
		return false;
	nd_node_describe(n);
	return make_pipe(n, err) && (n->is_attached || cd_loop_ev_new(&n->loop, err)) &&
	       watch_all(n, err);
}

/* `loop` NULL: our own, and a thread. */
static coodie_node *make(const coodie_node_options *o, const coodie_loop *loop, coodie_error *err)
{
	struct coodie_node_options defaults;
	coodie_node *n;

	cd_clear(err);
	nd_node_options_init(&defaults);
	if (o && o->transport.vtable && !loop) {
		cd_fail(err, COODIE_ERR_INVALID,
			"a transport needs the loop that goes with it: coodie_node_attach()");
		return NULL;
	}
	n = new_box(o ? o : &defaults, err);
	if (!n)
		return NULL;
	if (loop) {
		n->is_attached = true;
		n->loop = *loop;
		n->thread = pthread_self();
	}
	if (!set_up(n, err) || (!loop && !start_thread(n, err))) {
		free_box(n);
		return NULL;
	}
	n->is_running = true;
	return n;
}

coodie_node *coodie_node_start(const coodie_node_options *o, coodie_error *err)
{
	return make(o, NULL, err);
}

coodie_node *coodie_node_attach(const coodie_node_options *o, const coodie_loop *loop,
				coodie_error *err)
{
	return make(o, loop, err);
}

static void stop_turning(coodie_node *n, void *with)
{
	(void)with;
	n->stopping = true;
}

void coodie_node_stop(coodie_node *n)
{
	if (!n)
		return;
	if (!n->is_attached) {
		nd_node_run(n, stop_turning, NULL);
		pthread_join(n->thread, NULL);
	}
	free_box(n);
}
