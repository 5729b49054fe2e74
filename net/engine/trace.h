/* SPDX-License-Identifier: MIT */
/* Reading a trace: its session until it is complete, then its events. On its loop's thread. */
#ifndef NET_TRACE_H
#define NET_TRACE_H

#include <coodie/trace.h>

#include "net/engine/engine.h"
#include "net/engine/wheel.h"

/* @param timeout_ms  0: tracing_wait_ms */
bool cd_engine_trace(struct cd_engine *e, cql_uuid id, uint32_t timeout_ms, coodie_trace_fn *done,
		     void *user, coodie_error *err);
/* The deadline of the next look. */
void cd_trace_again(struct cd_engine *e, struct cd_deadline *d);

#endif
