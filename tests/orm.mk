# tests/orm.mk - one program per file of orm/; included by tests/tests.mk
