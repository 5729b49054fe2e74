/* SPDX-License-Identifier: MIT */
/* The `coodie` command as it is installed: with no models of its own. */
#include <coodie/main.h>

int main(int argc, char **argv)
{
	return coodie_main(argc, argv, NULL);
}
