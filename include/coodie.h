/* SPDX-License-Identifier: MIT */
/** @file coodie.h  All of coodie: the client and the mapper. By themselves come libev.h for who brings such a
 * loop, node.h for tests, rows.h for pages read at speed, and the codec (codec.h). */
#ifndef COODIE_H
#define COODIE_H

#include <coodie/aggregate.h>
#include <coodie/alloc.h>
#include <coodie/arena.h>
#include <coodie/attempts.h>
#include <coodie/auth.h>
#include <coodie/batch.h>
#include <coodie/builder.h>
#include <coodie/cluster.h>
#include <coodie/counter.h>
#include <coodie/details.h>
#include <coodie/diff.h>
#include <coodie/driver.h>
#include <coodie/error.h>
#include <coodie/events.h>
#include <coodie/explain.h>
#include <coodie/future.h>
#include <coodie/host.h>
#include <coodie/loop.h>
#include <coodie/many.h>
#include <coodie/lwt.h>
#include <coodie/metadata.h>
#include <coodie/metrics.h>
#include <coodie/mock.h>
#include <coodie/model.h>
#include <coodie/named.h>
#include <coodie/object.h>
#include <coodie/observe.h>
#include <coodie/options.h>
#include <coodie/pager.h>
#include <coodie/policy.h>
#include <coodie/polymorphism.h>
#include <coodie/query.h>
#include <coodie/refine.h>
#include <coodie/resolve.h>
#include <coodie/result.h>
#include <coodie/route.h>
#include <coodie/scan.h>
#include <coodie/schema.h>
#include <coodie/session.h>
#include <coodie/socket.h>
#include <coodie/stream.h>
#include <coodie/text.h>
#include <coodie/tls.h>
#include <coodie/trace.h>
#include <coodie/tune.h>
#include <coodie/type.h>
#include <coodie/udt.h>
#include <coodie/update.h>
#include <coodie/uuid.h>
#include <coodie/value.h>
#include <coodie/vector.h>
#include <coodie/version.h>
#include <coodie/view.h>

#endif
