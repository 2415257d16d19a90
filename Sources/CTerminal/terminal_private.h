// What the parts of this module share.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

// Remembers how to restore the terminal without ncurses, for handlers and exit. The sequence is copied.
void restore_prepare(int descriptor, const struct termios *modes, const char *sequence, size_t length);
// While armed, a crash or exit() restores the terminal.
void restore_arm(int armed);

// Keeps a process that gives the terminal its main screen back when this one is killed, and shows what was held until
// then. The sequence is copied.
void guardian_start(int terminal, const char *sequence);
void guardian_dismiss(void);

// Holds what is written to standard error, if that is a terminal, and shows it when released.
void messages_hold(void);
// Whether standard error is the file that holds it.
bool messages_held(void);
void messages_release(void);

// A file in memory; -1 when there is none.
int memory_file(const char *name);

void signals_install(int descriptor);
void signals_remove(void);

// A terminfo entry for direct colour as a value of TERMINFO, and the digit in it that is 1 where blanks are erased in the
// ground colour that is set (bce), 0 where they are not.
extern const char direct_entry_name[];
extern const char direct_entry[];
extern const unsigned direct_entry_bce;
