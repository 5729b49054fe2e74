# tests/base.mk - one program per file of base/; included by tests/tests.mk
