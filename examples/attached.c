/* SPDX-License-Identifier: MIT */
/* On the loop a service has already: no thread of the library, nothing that blocks. */
#include <coodie.h>
#include <coodie/libev.h>

#include <ev.h>
#include <stdio.h>

struct service {
	coodie_session *session;
	int asked, answered, failed;
};

static void on_version(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct service *service = user;
	cql_text version;

	service->answered++;
	if (!take_res) {
		service->failed++;
		fprintf(stderr, "%s\n", err->message);
	} else {
		coodie_cursor c = coodie_result_cursor(take_res);

		if (coodie_cursor_next(&c) && coodie_cursor_text(&c, 0, &version, NULL))
			printf("%.*s\n", (int)version.len, version.data);
	}
	coodie_result_free(take_res);
	if (service->answered == service->asked)
		coodie_session_free(service->session); /* the loop runs out of work and returns */
}

static bool start(struct service *service, struct ev_loop *ev, coodie_error *err)
{
	coodie_options *o = coodie_options_new(err);
	coodie_loop loop = coodie_loop_libev(ev);

	if (o && coodie_options_add_contact_point(o, "127.0.0.1:9042", err))
		service->session = coodie_session_attach(o, &loop, err);
	coodie_options_free(o);
	return service->session != NULL;
}

int main(void)
{
	struct ev_loop *ev = ev_loop_new(EVFLAG_AUTO);
	struct service service = { 0 };
	coodie_error err;

	if (!ev || !start(&service, ev, &err)) {
		fprintf(stderr, "%s\n", ev ? err.message : "no event loop");
		return 1;
	}
	for (int i = 0; i < 10; i++) {
		/* False: not accepted, no callback. True: it runs exactly once, later. */
		if (!coodie_session_query_async(
			    service.session, "SELECT release_version FROM system.local", CQL_ARGS(),
			    COODIE_REQUEST(.timeout_ms = 500, .idempotent = true), on_version,
			    &service, &err)) {
			fprintf(stderr, "%s\n", err.message);
			break;
		}
		service.asked++;
	}
	if (service.asked == 0)
		coodie_session_free(service.session);
	ev_run(ev, 0);
	ev_loop_destroy(ev);
	return service.failed ? 1 : 0;
}
