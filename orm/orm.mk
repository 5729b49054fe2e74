# orm/orm.mk - models, queries, objects, schema; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_orm.la
libcd_orm_la_SOURCES = \
	orm/check.c \
	orm/codec.c orm/codec.h \
	orm/datum.c orm/datum.h \
	orm/fragment.c orm/fragment.h \
	orm/lexer.c orm/lexer.h \
	orm/model.c orm/model.h \
	orm/object.c orm/object.h \
	orm/op.c orm/op.h \
	orm/place.c orm/place.h \
	orm/query.c orm/query.h \
	orm/rows.c \
	orm/save.c \
	orm/schema.c orm/schema.h \
	orm/select.c \
	orm/spelling.c orm/spelling.h \
	orm/sync.c \
	orm/texts.c \
	orm/write.c orm/write.h
libcoodie_la_LIBADD += libcd_orm.la
