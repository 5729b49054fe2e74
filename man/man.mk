# man/man.mk - the manual pages, made of --help by tests/check-man --update; included by the top Makefile.am
dist_man1_MANS += \
	man/coodie-gen.1 \
	man/coodie-load.1 \
	man/coodie-makemigration.1 \
	man/coodie-migrate.1 \
	man/coodie-node.1 \
	man/coodie-ping.1 \
	man/coodie-schema-diff.1 \
	man/coodie-shell.1 \
	man/coodie-sync.1 \
	man/coodie-wire.1 \
	man/coodie.1
