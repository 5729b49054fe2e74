/* SPDX-License-Identifier: MIT */
/**
 * @file main.h
 * The `coodie` command in a program of one's own, which knows its models, and models in a plug-in for
 * the command. The program links libcoodie-main (pkg-config coodie-main):
 *
 *     #include <coodie/main.h>
 *
 *     COODIE_MODELS(&user_model, &post_model);
 *
 *     int main(int argc, char **argv)
 *     {
 *             return coodie_main(argc, argv, &coodie_plugin_models);
 *     }
 *
 * The plug-in is the same without main(), links libcoodie alone, and is loaded by
 * `coodie sync --models ./shop.so`:
 *
 *     cc -shared -fPIC shop.c -o shop.so $(pkg-config --cflags --libs coodie)
 */
#ifndef COODIE_MAIN_H
#define COODIE_MAIN_H

#include <coodie/model.h>
#include <coodie/udt.h>

COODIE_BEGIN

/** What a program or a plug-in tells the command of. */
typedef struct coodie_models {
	size_t size; /**< sizeof(coodie_models): what comes later is not there in older tables */
	const coodie_model *const *models;
	size_t model_count;
	const coodie_udt *const *types; /**< besides those that the models are made of */
	size_t type_count;
} coodie_models;

/**
 * The symbol that the command looks for in a plug-in. COODIE_MODELS() defines it; who has types that
 * no model is made of, or makes the list in another way, defines it by hand.
 */
extern COODIE_API const coodie_models coodie_plugin_models;

#ifndef __cplusplus
/** Defines coodie_plugin_models, once in a program or plug-in, at file scope. */
#define COODIE_MODELS(...)                                                                        \
	static const coodie_model *const coodie_plugin_list_[] = { __VA_ARGS__ };                 \
	const coodie_models coodie_plugin_models = {                                              \
		.size = sizeof(coodie_models),                                                    \
		.models = coodie_plugin_list_,                                                    \
		.model_count = sizeof coodie_plugin_list_ / sizeof *coodie_plugin_list_,          \
	}
#endif

/**
 * The whole command: reads its command line, does what it says, prints. It ignores SIGPIPE and, as
 * commands do, reads the environment (COODIE_HOSTS and its like). Call it from main() and return what
 * it returns; nothing of it is meant to be called twice at once.
 * @param models  those of `sync`, `schema-diff` and `makemigration`, unless they are given --models or
 *                --schema; NULL: none
 * @return an exit code: 0 when it is done; docs/command.md has the others
 */
COODIE_API int coodie_main(int argc, char **argv, const coodie_models *models);

COODIE_END

#endif
