/* SPDX-License-Identifier: MIT */
/* From the options of a session to those of its sockets. */
#include "net/options/socket_options.h"

void coodie_options_set_socket_hook(coodie_options *o, coodie_socket_fn *fn, void *user)
{
	o->socket_hook = fn;
	o->socket_hook_user = user;
}

bool cd_socket_options_from(const struct coodie_options *o, struct cd_address *local,
			    struct cd_socket_options *out, coodie_error *err)
{
	if (o->local_address && !cd_address_parse_host(o->local_address, 0, local, err))
		return false;
	*out = (struct cd_socket_options){ .delay = !o->tcp_no_delay,
					   .no_keepalive = !o->tcp_keepalive_s,
					   .keepalive_s = o->tcp_keepalive_s,
					   .user_timeout_ms = o->tcp_user_timeout_ms,
					   .send_buffer = o->send_buffer,
					   .receive_buffer = o->receive_buffer,
					   .local = o->local_address ? local : NULL,
					   .hook = o->socket_hook,
					   .hook_user = o->socket_hook_user };
	return true;
}
