/* SPDX-License-Identifier: MIT */
/* What a box is told, checked where it is said. */
#include "node/server/node_options.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/secret.h"

void nd_node_options_init(struct coodie_node_options *o)
{
	*o = (struct coodie_node_options){
		.allocator = cd_malloc_allocator,
		.nodes = 1,
		.highest_version = 5,
		.lz4 = true,
		.max_prepared = ND_PREPARED_DEFAULT,
	};
	nd_settings_init(&o->settings);
	cd_address_parse("127.0.0.1:0", &o->address, NULL);
}

static void forget(const coodie_allocator *a, char **text)
{
	if (*text)
		cd_wipe(*text, strlen(*text));
	cd_release(a, *text);
	*text = NULL;
}

void nd_node_options_deinit(struct coodie_node_options *o)
{
	char **texts[] = { &o->cert_path, &o->key_path, &o->ca_path, &o->user, &o->password };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		forget(&o->allocator, texts[i]);
	for (uint32_t i = 0; i < o->center_count; i++)
		forget(&o->allocator, &o->centers[i].name);
}

/* NULL stays NULL; false: out of memory. */
static bool copy(const coodie_allocator *a, char **to, const char *from)
{
	*to = from ? cd_strndup(a, from, strlen(from)) : NULL;
	return *to || !from;
}

bool nd_node_options_copy(struct coodie_node_options *to, const struct coodie_node_options *from)
{
	const coodie_allocator *a = &to->allocator;
	bool ok = true;

	*to = *from;
	ok &= copy(a, &to->cert_path, from->cert_path);
	ok &= copy(a, &to->key_path, from->key_path);
	ok &= copy(a, &to->ca_path, from->ca_path);
	ok &= copy(a, &to->user, from->user);
	ok &= copy(a, &to->password, from->password);
	for (uint32_t i = 0; i < from->center_count; i++)
		ok &= copy(a, &to->centers[i].name, from->centers[i].name);
	if (!ok)
		nd_node_options_deinit(to);
	return ok;
}

/* Options live before an allocator was chosen: they themselves are malloc's, and so are their texts;
 * a box copies them into its own. */

coodie_node_options *coodie_node_options_new(coodie_error *err)
{
	coodie_node_options *o = cd_alloc(NULL, sizeof *o);

	cd_clear(err);
	if (!o) {
		cd_no_memory(err, "options of a node");
		return NULL;
	}
	nd_node_options_init(o);
	return o;
}

static const coodie_allocator *own(void)
{
	return &cd_malloc_allocator;
}

void coodie_node_options_free(coodie_node_options *o)
{
	if (!o)
		return;
	o->allocator = *own();
	nd_node_options_deinit(o);
	cd_release(NULL, o);
}

void coodie_node_options_set_allocator(coodie_node_options *o, const coodie_allocator *a)
{
	o->allocator = a ? *a : cd_malloc_allocator;
}

bool coodie_node_options_set_address(coodie_node_options *o, const char *address, coodie_error *err)
{
	cd_clear(err);
	return cd_address_parse(address, &o->address, err);
}

bool coodie_node_options_set_nodes(coodie_node_options *o, uint32_t nodes, coodie_error *err)
{
	cd_clear(err);
	if (nodes < 1 || nodes > ND_MOST_NODES)
		return cd_fail(err, COODIE_ERR_INVALID, "%" PRIu32 " nodes: a box has 1 to %d",
			       nodes, ND_MOST_NODES);
	o->nodes = nodes;
	return true;
}

bool coodie_node_options_add_data_center(coodie_node_options *o, const char *name, uint32_t nodes,
					 uint32_t racks, coodie_error *err)
{
	uint32_t all = nodes;
	char *copied;

	cd_clear(err);
	for (uint32_t i = 0; i < o->center_count; i++) {
		all += o->centers[i].nodes;
		if (!strcmp(o->centers[i].name, name))
			return cd_fail(err, COODIE_ERR_INVALID,
				       "data center %.100s is there already", name);
	}
	if (!*name)
		return cd_fail(err, COODIE_ERR_INVALID, "a data center without a name");
	if (nodes < 1 || nodes > ND_MOST_NODES || all > ND_MOST_NODES)
		return cd_fail(err, COODIE_ERR_INVALID, "%" PRIu32 " nodes: a box has 1 to %d", all,
			       ND_MOST_NODES);
	if (racks < 1 || racks > nodes)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%" PRIu32 " racks for %" PRIu32 " nodes: say 1 to %" PRIu32, racks,
			       nodes, nodes);
	if (!copy(own(), &copied, name))
		return cd_no_memory(err, "a data center");
	o->centers[o->center_count++] = (struct nd_data_center_option){ copied, nodes, racks };
	return true;
}

bool coodie_node_options_set_shards(coodie_node_options *o, uint32_t shards, coodie_error *err)
{
	cd_clear(err);
	if (shards > ND_MOST_SHARDS)
		return cd_fail(err, COODIE_ERR_INVALID, "%" PRIu32 " shards: the most is %d",
			       shards, ND_MOST_SHARDS);
	o->shards = shards;
	return true;
}

void coodie_node_options_set_nat(coodie_node_options *o, bool on)
{
	o->nat = on;
}

void coodie_node_options_set_tablets_v1(coodie_node_options *o, bool on)
{
	o->tablets_v1 = on;
}

bool coodie_node_options_set_tls_files(coodie_node_options *o, const char *cert_path,
				       const char *key_path, const char *ca_path, coodie_error *err)
{
	char *cert = NULL, *key = NULL, *ca = NULL;

	cd_clear(err);
	if (!cert_path || !key_path)
		return cd_fail(err, COODIE_ERR_INVALID, "TLS wants a certificate and its key");
	if (!copy(own(), &cert, cert_path) || !copy(own(), &key, key_path) ||
	    !copy(own(), &ca, ca_path)) {
		cd_release(NULL, cert);
		cd_release(NULL, key);
		return cd_no_memory(err, "TLS options");
	}
	cd_release(NULL, o->cert_path);
	cd_release(NULL, o->key_path);
	cd_release(NULL, o->ca_path);
	o->cert_path = cert;
	o->key_path = key;
	o->ca_path = ca;
	o->tls_generated = false;
	return true;
}

void coodie_node_options_set_tls_generated(coodie_node_options *o)
{
	char **texts[] = { &o->cert_path, &o->key_path, &o->ca_path };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		forget(own(), texts[i]);
	o->tls_generated = true;
}

bool coodie_node_options_set_credentials(coodie_node_options *o, const char *user,
					 const char *password, coodie_error *err)
{
	char *new_user, *new_password;

	cd_clear(err);
	if (!user != !password || (user && (!*user || !*password)))
		return cd_fail(err, COODIE_ERR_INVALID, "a user and a password, or neither");
	if (!copy(own(), &new_user, user) || !copy(own(), &new_password, password)) {
		cd_release(NULL, new_user);
		return cd_no_memory(err, "credentials");
	}
	forget(own(), &o->user);
	forget(own(), &o->password);
	o->user = new_user;
	o->password = new_password;
	return true;
}

bool coodie_node_options_set_highest_version(coodie_node_options *o, unsigned version,
					     coodie_error *err)
{
	cd_clear(err);
	if (version < 4 || version > 5)
		return cd_fail(err, COODIE_ERR_INVALID, "protocol version %u: say 4 or 5", version);
	o->highest_version = version;
	return true;
}

void coodie_node_options_set_lz4(coodie_node_options *o, bool offered)
{
	o->lz4 = offered;
}

void coodie_node_options_set_max_prepared(coodie_node_options *o, uint32_t statements)
{
	o->max_prepared = statements ? statements : ND_PREPARED_DEFAULT;
}

bool coodie_node_options_set_setting(coodie_node_options *o, const char *name, const char *value,
				     coodie_error *err)
{
	cd_clear(err);
	return nd_settings_set(&o->settings, name, value, err);
}

void coodie_node_options_set_log(coodie_node_options *o, coodie_node_log_fn *fn, void *user)
{
	o->log = fn;
	o->log_user = user;
}

void coodie_node_options_set_transport(coodie_node_options *o, const coodie_transport *transport)
{
	o->transport = transport ? *transport : (coodie_transport){ NULL, NULL };
}

void coodie_node_options_set_clock(coodie_node_options *o, coodie_node_clock_fn *fn, void *user)
{
	o->clock = fn;
	o->clock_user = user;
}
