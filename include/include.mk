# include/include.mk - the public headers; nothing else is installed
include_HEADERS = include/coodie.h
coodieincludedir = $(includedir)/coodie
coodieinclude_HEADERS = \
	include/coodie/aggregate.h \
	include/coodie/alloc.h \
	include/coodie/arena.h \
	include/coodie/attempts.h \
	include/coodie/auth.h \
	include/coodie/batch.h \
	include/coodie/builder.h \
	include/coodie/cluster.h \
	include/coodie/codec.h \
	include/coodie/consistencies.def \
	include/coodie/counter.h \
	include/coodie/details.h \
	include/coodie/driver.h \
	include/coodie/envelope.h \
	include/coodie/error.h \
	include/coodie/errors.def \
	include/coodie/events.h \
	include/coodie/execute.h \
	include/coodie/explain.h \
	include/coodie/export.h \
	include/coodie/framing.h \
	include/coodie/future.h \
	include/coodie/host.h \
	include/coodie/libev.h \
	include/coodie/loop.h \
	include/coodie/main.h \
	include/coodie/many.h \
	include/coodie/lwt.h \
	include/coodie/members.def \
	include/coodie/message.h \
	include/coodie/metadata.h \
	include/coodie/metrics.h \
	include/coodie/mock.h \
	include/coodie/model.h \
	include/coodie/named.h \
	include/coodie/node.h \
	include/coodie/opcodes.def \
	include/coodie/pager.h \
	include/coodie/policy.h \
	include/coodie/polymorphism.h \
	include/coodie/object.h \
	include/coodie/observe.h \
	include/coodie/options.h \
	include/coodie/query.h \
	include/coodie/refine.h \
	include/coodie/resolve.h \
	include/coodie/result.h \
	include/coodie/route.h \
	include/coodie/rows.h \
	include/coodie/scan.h \
	include/coodie/schema.h \
	include/coodie/session.h \
	include/coodie/socket.h \
	include/coodie/stream.h \
	include/coodie/text.h \
	include/coodie/tls.h \
	include/coodie/token.h \
	include/coodie/trace.h \
	include/coodie/transport.h \
	include/coodie/tune.h \
	include/coodie/type.h \
	include/coodie/types.def \
	include/coodie/udt.h \
	include/coodie/update.h \
	include/coodie/uuid.h \
	include/coodie/value.h \
	include/coodie/vector.h \
	include/coodie/view.h \
	include/coodie/views.def \
	include/coodie/wire.h
nodist_coodieinclude_HEADERS = include/coodie/version.h
EXTRA_DIST += include/coodie.sym include/coodie-node.sym include/coodie-main.sym
