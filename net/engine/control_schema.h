/* SPDX-License-Identifier: MIT */
/* The schema as the control connection tells it: read after the topology and when events say so, built
 * turn by turn, and kept with the topology as a snapshot. */
#ifndef NET_CONTROL_SCHEMA_H
#define NET_CONTROL_SCHEMA_H

#include "net/engine/request.h"
#include "net/schema/schema_reader.h"
#include "net/schema/snapshot.h"

/* A statement of the read, or a page more of it. */
struct cd_schema_question {
	struct cd_engine *engine;
	enum cd_schema_rows rows;
	bool waiting;          /* to be sent */
	size_t cql_len;        /* with its end */
	struct cd_buffer text; /* the statement, then the paging state */
};

struct cd_control_schema {
	struct cd_arena names; /* of the filter */
	struct cd_schema_filter filter;
	struct cd_schema *known;          /* NULL: not read yet */
	struct cd_schema_changes changes; /* not yet read */
	bool missed;                      /* events, maybe */
	struct cd_deadline again;

	/* the read that is on */
	struct cd_schema_reader *reader; /* NULL: none */
	uint64_t asked_on;               /* the number of the connection */
	uint32_t asked;                  /* answers that are missing, of one that failed too */
	uint32_t failed;                 /* reads, in a row */
	struct cd_schema_question questions[CD_SCHEMA_ROWS];

	/* users who wait for the next read, and for the one that is on */
	struct cd_requests waiting, served;
};

bool cd_control_schema_init(struct cd_engine *e, coodie_error *err);
void cd_control_schema_deinit(struct cd_engine *e);
/* SCHEMA_CHANGE. */
void cd_control_schema_changed(struct cd_engine *e, const cql_schema_change *change);
/* Whether tablets are gone with what was dropped. */
bool cd_control_schema_forgets(const cql_schema_change *change);
/* Something may have been missed: all is read, after the topology. */
void cd_control_schema_missed(struct cd_engine *e);
/* The topology is known as well as it can be: what changed is read now. */
void cd_control_schema_begin(struct cd_engine *e);
/* `again` has come. */
void cd_control_schema_due(struct cd_engine *e);
/* What follows every event: a keyspace more is built. */
void cd_control_schema_settle(struct cd_engine *e);
/* Whether nothing of it is about to be read. */
bool cd_control_schema_is_read(const struct cd_engine *e);
/* The session ends: those who wait are told. */
void cd_control_schema_end(struct cd_engine *e, const coodie_error *why);
/* A new snapshot, of the newest topology and schema. */
void cd_control_publish(struct cd_engine *e);

bool cd_engine_reread(struct cd_engine *e, coodie_status_fn *done, void *user, coodie_error *err);

#endif
