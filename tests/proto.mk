# tests/proto.mk - one program per file of proto/; included by tests/tests.mk
