# orm/orm.mk - included by the top Makefile.am
noinst_LTLIBRARIES += libcd_orm.la
libcd_orm_la_SOURCES =
libcoodie_la_LIBADD += libcd_orm.la
