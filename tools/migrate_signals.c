/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/migrate_signals.h"

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

static coodie_migrator *volatile under_way;
static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	static const char text[] =
		"coodie migrate: stopping behind this statement; once more to stop "
		"at once, which leaves the lock\n";

	caught = number;
	coodie_migrator_stop(under_way);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		signal(numbers[i], SIG_DFL);
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		return; /* nobody reads it */
}

/* Not where it was ignored: by nohup, or in the background. */
static void replace(int number, void (*now)(int))
{
	struct sigaction action = { .sa_handler = now, .sa_flags = SA_RESTART }, was;

	if (sigaction(number, NULL, &was) == 0 && was.sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

void migrate_signals_watch(coodie_migrator *m)
{
	under_way = m;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		replace(numbers[i], on_signal);
}

void migrate_signals_leave(bool stopped)
{
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		replace(numbers[i], SIG_DFL);
	under_way = NULL;
	if (!stopped || !caught)
		return;
	fflush(stdout);
	raise(caught);
}
