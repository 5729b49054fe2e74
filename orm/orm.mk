# orm/orm.mk - the mapper, by rooms; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_orm.la
libcd_orm_la_SOURCES = \
	orm/value/copy.c \
	orm/value/differ.c orm/value/datum.h \
	orm/value/fit.c \
	orm/value/order.c \
	orm/model/codec.c orm/model/codec.h \
	orm/cql/bind.c \
	orm/cql/fragment.c orm/cql/fragment.h \
	orm/object/object.c orm/object/object.h \
	orm/object/rows.c \
	orm/object/shape.c orm/object/shape.h \
	orm/object/track.c \
	orm/run/op.c orm/run/op.h \
	orm/query/query.c orm/query/query.h \
	orm/query/select.c \
	orm/query/statement.c \
	orm/query/stream.c \
	orm/write/delete.c \
	orm/write/delta.c orm/write/delta.h \
	orm/write/plain.h \
	orm/write/save.c \
	orm/write/send.c \
	orm/write/write.c orm/write/write.h \
	orm/batch/bytes.c \
	orm/many/crowd.c orm/many/crowd.h
# What is run now and then: at first use of a model, of a fragment, of a table.
noinst_LTLIBRARIES += libcd_orm_small.la
libcd_orm_small_la_CFLAGS = $(SMALLEST_CFLAGS)
libcd_orm_small_la_SOURCES = \
	orm/object/members.c \
	orm/value/items.c orm/value/items.h \
	orm/value/show.c orm/value/show.h \
	orm/model/builder.c orm/model/builder.h \
	orm/model/check.c \
	orm/model/check_index.c \
	orm/model/constant.c \
	orm/model/defaults.c \
	orm/model/family.c orm/model/family.h \
	orm/model/inherit.c \
	orm/model/model.c orm/model/model.h \
	orm/model/look.c \
	orm/model/place.c orm/model/place.h \
	orm/model/rules.c \
	orm/model/spelling.c orm/model/spelling.h \
	orm/model/texts.c \
	orm/model/udt.c orm/model/udt.h \
	orm/cql/assign.c \
	orm/cql/cells.c \
	orm/cql/condition.c \
	orm/cql/element.c \
	orm/cql/lexer.c orm/cql/lexer.h \
	orm/cql/list.c \
	orm/cql/names.c \
	orm/cql/parser.c orm/cql/parser.h \
	orm/cql/where.c \
	orm/query/check.c \
	orm/query/columns.c \
	orm/query/copy.c \
	orm/query/filter.c \
	orm/query/index.c orm/query/index.h \
	orm/query/page.c orm/query/page.h \
	orm/query/raw.c \
	orm/query/settings.c \
	orm/query/shape.c \
	orm/query/token.c orm/query/token.h \
	orm/write/assigned.c \
	orm/write/by_query.c \
	orm/write/counter.c \
	orm/write/json.c \
	orm/write/lwt.c orm/write/lwt.h \
	orm/write/modify.c orm/write/modify.h \
	orm/write/options.c \
	orm/write/update.c orm/write/update.h \
	orm/mock/call.c \
	orm/mock/driver.c \
	orm/mock/mock.c orm/mock/mock.h \
	orm/batch/batch.c orm/batch/batch.h \
	orm/batch/add.c \
	orm/batch/run.c \
	orm/batch/stamp.c \
	orm/many/get_many.c \
	orm/many/partition.c orm/many/partition.h \
	orm/many/ring.c orm/many/ring.h \
	orm/many/save_many.c \
	orm/many/scan.c \
	orm/schema/apply.c \
	orm/schema/compare.c \
	orm/schema/compare_column.c \
	orm/schema/compare_index.c \
	orm/schema/compare_table.c \
	orm/schema/compare_type.c \
	orm/schema/compare_view.c \
	orm/schema/diff.c orm/schema/diff.h \
	orm/schema/drop.c \
	orm/schema/everywhere.c \
	orm/schema/job.c orm/schema/job.h \
	orm/schema/keyspace.c \
	orm/schema/live.c \
	orm/schema/look.c \
	orm/schema/made_of.c \
	orm/schema/missing.c \
	orm/schema/obstacles.c \
	orm/schema/option.c orm/schema/option.h orm/schema/options.def \
	orm/schema/option_parse.c \
	orm/schema/questions.h \
	orm/schema/read.c \
	orm/schema/schema.c orm/schema/schema.h \
	orm/schema/statement.c orm/schema/statement.h \
	orm/schema/sync.c \
	orm/schema/wanted.c \
	orm/schema/warm.c \
	orm/schema/where.c
libcd_orm_la_LIBADD = libcd_orm_small.la
libcoodie_la_LIBADD += libcd_orm.la
