// What terminal.c and signals.c share.
#pragma once

#include <stddef.h>
#include <termios.h>

// Remembers how to restore the terminal without ncurses, for handlers and exit. The sequence is copied.
void restore_prepare(int descriptor, const struct termios *modes, const char *sequence, size_t length);
// While armed, a crash or exit() restores the terminal.
void restore_arm(int armed);

void signals_install(int descriptor);
void signals_remove(void);
