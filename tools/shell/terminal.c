/* SPDX-License-Identifier: MIT */
/* The terminal. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/shell/terminal.h"

bool terminal_is_there(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static void send(const char *text)
{
	fputs(text, stdout);
	fflush(stdout);
}

static void set_raw(struct terminal *t)
{
	struct termios raw = t->found;

	raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
	raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	t->raw = !tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	send("\033[?2004h");
}

void terminal_raw(struct terminal *t)
{
	if (!t->raw && !tcgetattr(STDIN_FILENO, &t->found))
		set_raw(t);
}

void terminal_raw_again(struct terminal *t)
{
	if (t->raw)
		set_raw(t);
}

void terminal_restore(struct terminal *t)
{
	if (!t->raw)
		return;
	send("\033[?2004l");
	tcsetattr(STDIN_FILENO, TCSADRAIN, &t->found);
	t->raw = false;
}

void terminal_size(size_t *columns, size_t *rows)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row)
		size = (struct winsize){ .ws_col = 80, .ws_row = 24 };
	*columns = size.ws_col;
	*rows = size.ws_row;
}

bool terminal_hide(struct terminal *t)
{
	struct termios silent;

	if (tcgetattr(STDIN_FILENO, &t->found))
		return false;
	silent = t->found;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	return !tcsetattr(STDIN_FILENO, TCSADRAIN, &silent);
}

void terminal_show(const struct terminal *t)
{
	tcsetattr(STDIN_FILENO, TCSADRAIN, &t->found);
}
