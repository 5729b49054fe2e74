# tests/tools.mk - the coodie command and the demos, run; included by tests/tests.mk
