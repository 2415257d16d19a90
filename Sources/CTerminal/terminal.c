// The part of ncursesw that lathe draws with: cells out, nothing in (keys are read and decoded in Swift).

#define _XOPEN_SOURCE 700
#define NCURSES_WIDECHAR 1
#define _XOPEN_SOURCE_EXTENDED 1
#define _DEFAULT_SOURCE 1

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include "CTerminal.h"
#include "terminal_private.h"

#define BRACKETED_PASTE_ON "\033[?2004h"
#define BRACKETED_PASTE_OFF "\033[?2004l"

static struct {
  SCREEN *screen;
  FILE *in, *out;
  int descriptor;
  struct termios saved;
  bool entered, direct;
  int colors;
} terminal;

bool terminal_set_locale(void) {
  const char *name = setlocale(LC_CTYPE, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
  // An unset locale, or one that is not installed here (common over SSH), says nothing of the terminal.
  if (name && strcmp(name, "C") != 0 && strcmp(name, "POSIX") != 0) return false;
  return setlocale(LC_CTYPE, "C.UTF-8") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static char restore_text[512];
static size_t restore_length;

static int append_byte(int byte) {
  if (restore_length < sizeof restore_text) restore_text[restore_length++] = (char)byte;
  return byte;
}

static void append_capability(const char *name) {
  char *value = tigetstr(name);
  if (value && value != (char *)-1) tputs(value, 1, append_byte);
}

// What endwin() would send, for a crash: plain colours, main screen, visible cursor, normal keypad.
static void prepare_restoration(void) {
  restore_length = 0;
  for (const char *c = BRACKETED_PASTE_OFF; *c; c++) append_byte(*c);
  append_capability("sgr0");
  append_capability("op");
  append_capability("rmcup");
  append_capability("cnorm");
  append_capability("rmkx");
  append_byte('\r');
  restore_prepare(terminal.descriptor, &terminal.saved, restore_text, restore_length);
}

static void send(const char *sequence) {
  fflush(terminal.out);
  size_t length = strlen(sequence);
  while (length > 0) {
    ssize_t count = write(terminal.descriptor, sequence, length);
    if (count <= 0) return;
    sequence += count;
    length -= (size_t)count;
  }
}

static void release(void) {
  if (terminal.in) fclose(terminal.in);
  if (terminal.out) fclose(terminal.out);
  terminal.in = terminal.out = NULL;
}

enum terminal_status terminal_open(const char *type, int input, int output, int signals) {
  if (terminal.screen) return TERMINAL_BUSY;
  if (!isatty(input) || !isatty(output)) return TERMINAL_NOT_A_TERMINAL;
  if (tcgetattr(input, &terminal.saved) != 0) return TERMINAL_FAILED;
  int in = dup(input), out = dup(output);
  terminal.in = in >= 0 ? fdopen(in, "r") : NULL;
  terminal.out = out >= 0 ? fdopen(out, "w") : NULL;
  if (!terminal.in || !terminal.out) {
    if (!terminal.in && in >= 0) close(in);
    if (!terminal.out && out >= 0) close(out);
    release();
    return TERMINAL_FAILED;
  }
  terminal.descriptor = out;
  // Ours go in before newterm, which replaces only default handlers, and again after, in case it did not.
  signals_install(signals);
  terminal.screen = newterm(type, terminal.out, terminal.in);
  if (!terminal.screen) {
    signals_remove();
    release();
    return TERMINAL_UNKNOWN_TYPE;
  }
  signals_remove();
  signals_install(signals);
  prepare_restoration();
  raw();
  noecho();
  nonl();
  def_prog_mode();
  // Else ncurses drops output while unread keys wait.
  typeahead(-1);
  leaveok(stdscr, FALSE);
  terminal.colors = 0;
  terminal.direct = false;
  if (has_colors() && start_color() == OK) {
    use_default_colors();
    terminal.colors = COLORS;
    terminal.direct = tigetflag("RGB") == 1 && COLORS >= 1 << 24;
  }
  restore_arm(1);
  terminal.entered = true;
  send(BRACKETED_PASTE_ON);
  return TERMINAL_OK;
}

void terminal_leave(void) {
  if (!terminal.screen || !terminal.entered) return;
  terminal.entered = false;
  send(BRACKETED_PASTE_OFF);
  curs_set(1);
  endwin();
  fflush(terminal.out);
  tcsetattr(terminal.descriptor, TCSADRAIN, &terminal.saved);
  restore_arm(0);
}

void terminal_enter(void) {
  if (!terminal.screen) return;
  if (!terminal.entered) {
    // Whoever had the terminal meanwhile may have changed its modes for good.
    tcgetattr(terminal.descriptor, &terminal.saved);
    prepare_restoration();
  }
  terminal.entered = true;
  restore_arm(1);
  reset_prog_mode();
  // The first refresh after endwin() switches to the alternate screen again.
  clearok(curscr, TRUE);
  wrefresh(stdscr);
  send(BRACKETED_PASTE_ON);
}

void terminal_close(void) {
  if (!terminal.screen) return;
  terminal_leave();
  signals_remove();
  delscreen(terminal.screen);
  terminal.screen = NULL;
  release();
}

void terminal_update_size(int *width, int *height) {
  struct winsize size;
  *width = *height = 0;
  if (!terminal.screen) return;
  if (ioctl(terminal.descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    if (size.ws_row != LINES || size.ws_col != COLS) resizeterm(size.ws_row, size.ws_col);
  }
  *width = COLS;
  *height = LINES;
}

int terminal_colors(void) { return terminal.direct ? 1 << 24 : terminal.colors; }

int terminal_scalar_columns(uint32_t scalar) { return scalar == 0 ? -1 : wcwidth((wchar_t)scalar); }

int terminal_cell_capacity(void) { return CCHARW_MAX; }

static attr_t attributes_of(unsigned bits) {
  attr_t result = A_NORMAL;
  if (bits & TERMINAL_BOLD) result |= A_BOLD;
  if (bits & TERMINAL_DIM) result |= A_DIM;
  if (bits & TERMINAL_ITALIC) result |= A_ITALIC;
  if (bits & TERMINAL_UNDERLINE) result |= A_UNDERLINE;
  if (bits & TERMINAL_REVERSE) result |= A_REVERSE;
  return result;
}

void terminal_put(
    int x, int y, const uint32_t *scalars, int count, unsigned attributes, int foreground, int background) {
  if (!terminal.screen || count < 1 || x < 0 || y < 0 || x >= COLS || y >= LINES) return;
  wchar_t text[CCHARW_MAX + 1];
  int length = count < CCHARW_MAX ? count : CCHARW_MAX;
  for (int i = 0; i < length; i++) text[i] = (wchar_t)scalars[i];
  text[length] = 0;
  int pair = 0;
  // alloc_pair keeps a table of the pairs in use and recycles the oldest.
  if (terminal.colors > 0 && (foreground >= 0 || background >= 0)) pair = alloc_pair(foreground, background);
  if (pair < 0) pair = 0;
  cchar_t cell;
  if (setcchar(&cell, text, attributes_of(attributes), 0, &pair) != OK) return;
  mvwadd_wchnstr(stdscr, y, x, &cell, 1);
}

void terminal_refresh(int cursor_x, int cursor_y) {
  if (!terminal.screen || !terminal.entered) return;
  if (cursor_x >= 0) wmove(stdscr, cursor_y, cursor_x);
  curs_set(cursor_x >= 0 ? 1 : 0);
  wrefresh(stdscr);
}

void terminal_repaint(void) {
  if (terminal.screen) clearok(curscr, TRUE);
}

void terminal_beep(void) {
  if (terminal.screen && terminal.entered) beep();
}

void terminal_send(const char *sequence) {
  if (terminal.screen && terminal.entered) send(sequence);
}
