# tools/tools.mk - the coodie command; public headers only; included by the top Makefile.am
