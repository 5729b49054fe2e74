/* SPDX-License-Identifier: MIT */
/* The cluster, asked from a loop that also watches the terminal: heartbeats and news of the schema go on at the
 * prompt, and Ctrl-C ends what is waited for. */
#ifndef TOOLS_SHELL_CLUSTER_H
#define TOOLS_SHELL_CLUSTER_H

#include <coodie.h>
#include <ev.h>

struct cluster {
	struct ev_loop *ev;
	ev_signal interrupt, resize, go_on, terminate, hangup;
	ev_io input;
	coodie_session *session;
	bool interrupted; /* by Ctrl-C, since the statement began */
	bool resized;     /* the terminal was */
	bool continued;   /* the process was stopped, and goes on */
	bool ended;       /* the process is to end */
	bool readable;    /* the standard input is */
	bool interactive; /* its signals are those of the shell all the time */
	int signal;       /* that ended it; 0 */
};

/* Makes the loop; when interactive Ctrl-C and its like are those of the shell. */
bool cluster_open(struct cluster *c, bool interactive, coodie_error *err);
/* What is between these two can say how far it came when a signal ends it. */
void cluster_begin_work(struct cluster *c);
void cluster_end_work(struct cluster *c);
/* Connects, and ends the session there was. After an error that one is as it was. */
bool cluster_connect(struct cluster *c, const coodie_options *o, coodie_error *err);
void cluster_close(struct cluster *c);

/* Turns the loop until `*done`. Ctrl-C calls `give_up` once, which should make it true soon. */
typedef void cluster_give_up_fn(void *user);
void cluster_wait(struct cluster *c, const bool *done, cluster_give_up_fn *give_up, void *user);
/* Until there is something to read on the standard input, or a signal. */
void cluster_wait_input(struct cluster *c);
/* Handles what there is without waiting. */
void cluster_poll(struct cluster *c);

/* ---- calls that wait ------------------------------------------------------------------------------ */

/* Waits until the schema is known, for colours and completion; without it there are none. */
void cluster_learn(struct cluster *c);
/* As those of the session; COODIE_ERR_CANCELLED after Ctrl-C. */
coodie_result *cluster_query(struct cluster *c, const char *cql, const coodie_request *r,
			     coodie_error *err);
coodie_prepared *cluster_prepare(struct cluster *c, const char *cql, coodie_error *err);
coodie_result *cluster_page(struct cluster *c, coodie_pager **pager, coodie_error *err);
bool cluster_trace(struct cluster *c, cql_uuid id, coodie_result **session, coodie_result **events,
		   coodie_error *err);

#endif
