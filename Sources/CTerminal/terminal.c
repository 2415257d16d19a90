// The part of ncursesw that lathe draws with: cells in, bytes out. ncurses writes into a file in memory; Swift takes the
// bytes of each frame from there and sends them, so that it knows how many there are and never waits for a slow line.
// Keys are read and decoded in Swift, and the terminal's modes are set here, not by ncurses.

#define _GNU_SOURCE 1
#define _XOPEN_SOURCE 700
#define NCURSES_WIDECHAR 1
#define _XOPEN_SOURCE_EXTENDED 1
#define _DEFAULT_SOURCE 1

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include "CTerminal.h"
#include "terminal_private.h"

#define BRACKETED_PASTE_ON "\033[?2004h"
#define BRACKETED_PASTE_OFF "\033[?2004l"
// Presses, releases and moves with a button held, in the form that has no largest column.
#define MOUSE_ON "\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1002l\033[?1006l"
// CAN ends whatever sequence a crash cut in the middle, and a frame that was begun is shown.
#define FRAME_ABORT "\030\033[?2026l"

static struct {
  SCREEN *screen;
  FILE *in;
  // The file in memory that ncurses writes to.
  FILE *out;
  // The terminal itself.
  int descriptor;
  struct termios saved, raw;
  unsigned char *taken;
  size_t capacity;
  bool entered, direct, mouse;
  int colors;
} terminal = {.descriptor = -1};

// The locale that the environment asks for; NULL where it asks for none.
static const char *wanted_locale(void) {
  const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (int i = 0; i < 3; i++) {
    const char *value = getenv(names[i]);
    if (value && *value) return value;
  }
  return NULL;
}

bool terminal_set_locale(void) {
  const char *name = setlocale(LC_CTYPE, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
  const char *wanted = wanted_locale();
  // Plain C that is asked for, and what is there.
  if (name && wanted) return false;
  // One that is not installed here (common over SSH) tells the terminal's charset by its name.
  const char *codeset = wanted ? strchr(wanted, '.') : NULL;
  if (codeset && strncasecmp(codeset, ".UTF-8", 6) != 0 && strncasecmp(codeset, ".UTF8", 5) != 0) return false;
  // None says nothing of the terminal.
  return setlocale(LC_CTYPE, "C.UTF-8") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

// One more for the end of the text.
static char restore_text[512 + 1];
static size_t restore_length;

static int append_byte(int byte) {
  if (restore_length < sizeof restore_text - 1) restore_text[restore_length++] = (char)byte;
  return byte;
}

static void append_capability(const char *name) {
  char *value = tigetstr(name);
  if (value && value != (char *)-1) tputs(value, 1, append_byte);
}

// What endwin() would send, for a crash: plain colours, main screen, visible cursor, normal keypad.
static void prepare_restoration(void) {
  restore_length = 0;
  for (const char *c = FRAME_ABORT MOUSE_OFF BRACKETED_PASTE_OFF; *c; c++) append_byte(*c);
  append_capability("sgr0");
  append_capability("op");
  append_capability("rmcup");
  append_capability("cnorm");
  append_capability("rmkx");
  append_byte('\r');
  restore_text[restore_length] = 0;
  restore_prepare(terminal.descriptor, &terminal.saved, restore_text, restore_length);
}

static void put_text(const char *sequence) {
  fflush(terminal.out);
  size_t length = strlen(sequence);
  // A file in memory takes everything or nothing.
  if (write(fileno(terminal.out), sequence, length) < 0) return;
}

static void release(void) {
  if (terminal.in) fclose(terminal.in);
  if (terminal.out) fclose(terminal.out);
  if (terminal.descriptor >= 0) close(terminal.descriptor);
  free(terminal.taken);
  terminal.in = terminal.out = NULL;
  terminal.descriptor = -1;
  terminal.taken = NULL;
  terminal.capacity = 0;
}

int memory_file(const char *name) {
#ifdef MFD_CLOEXEC
  int file = memfd_create(name, MFD_CLOEXEC);
  if (file >= 0) return file;
#endif
  char path[] = "/tmp/lathe-XXXXXX";
  int temporary = mkstemp(path);
  if (temporary >= 0) unlink(path);
  return temporary;
}

// Whatever ends the program from here on, the terminal is restored and its last words are shown.
static void take_care(void) {
  restore_arm(1);
  messages_hold();
  guardian_start(terminal.descriptor, restore_text);
}

// Keys one by one, unchanged, without echo or signals; output unchanged.
static void prepare_raw(void) {
  terminal.raw = terminal.saved;
  terminal.raw.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
  terminal.raw.c_oflag &= ~(tcflag_t)OPOST;
  terminal.raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  terminal.raw.c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
  terminal.raw.c_cflag |= CS8;
  terminal.raw.c_cc[VMIN] = 1;
  terminal.raw.c_cc[VTIME] = 0;
}

static void set_modes(const struct termios *modes) {
  while (tcsetattr(terminal.descriptor, TCSADRAIN, modes) != 0 && errno == EINTR) {}
}

size_t terminal_take(const unsigned char **bytes) {
  *bytes = NULL;
  if (!terminal.out) return 0;
  fflush(terminal.out);
  int file = fileno(terminal.out);
  off_t length = lseek(file, 0, SEEK_CUR);
  if (length <= 0) return 0;
  if ((size_t)length > terminal.capacity) {
    unsigned char *larger = realloc(terminal.taken, (size_t)length);
    if (!larger) return 0;
    terminal.taken = larger;
    terminal.capacity = (size_t)length;
  }
  ssize_t count = pread(file, terminal.taken, (size_t)length, 0);
  if (ftruncate(file, 0) != 0 || lseek(file, 0, SEEK_SET) != 0 || count <= 0) return 0;
  *bytes = terminal.taken;
  return (size_t)count;
}

// A screen that gives colours as RGB. The environment is changed for a moment: no other thread may be reading it.
static SCREEN *new_direct_screen(const char *type) {
  int fault = 0;
  if (setupterm(type, terminal.descriptor, &fault) != OK) return NULL;
  // What erasing does differs between terminals that are alike in all else.
  bool erases = tigetflag("bce") == 1;
  del_curterm(cur_term);
  char *entry = strdup(direct_entry);
  if (!entry) return NULL;
  if (!erases) entry[direct_entry_bce] = '0';
  const char *set = getenv("TERMINFO");
  char *before = set ? strdup(set) : NULL;
  setenv("TERMINFO", entry, 1);
  SCREEN *screen = newterm(direct_entry_name, terminal.out, terminal.in);
  if (before)
    setenv("TERMINFO", before, 1);
  else
    unsetenv("TERMINFO");
  free(before);
  free(entry);
  return screen;
}

// What each screen has to be told before it draws.
static void prepare_screen(void) {
  prepare_restoration();
  // ncurses has no terminal to set modes of; it only has to know that a line feed goes straight down.
  nonl();
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
}

enum terminal_status terminal_open(const char *type, enum terminal_depth depth, int input, int output, int signals) {
  if (terminal.screen) return TERMINAL_BUSY;
  if (!isatty(input) || !isatty(output)) return TERMINAL_NOT_A_TERMINAL;
  if (tcgetattr(input, &terminal.saved) != 0) return TERMINAL_FAILED;
  int in = dup(input);
  terminal.descriptor = dup(output);
  terminal.in = in >= 0 ? fdopen(in, "r") : NULL;
  int memory = memory_file("frames");
  terminal.out = memory >= 0 ? fdopen(memory, "w+") : NULL;
  if (!terminal.in || !terminal.out || terminal.descriptor < 0) {
    if (!terminal.in && in >= 0) close(in);
    release();
    return TERMINAL_FAILED;
  }
  // Ours go in before newterm, which replaces only default handlers, and again after, in case it did not.
  signals_install(signals);
  terminal.screen = depth == TERMINAL_DIRECT ? new_direct_screen(type) : NULL;
  if (!terminal.screen) terminal.screen = newterm(type, terminal.out, terminal.in);
  if (!terminal.screen) {
    signals_remove();
    release();
    return TERMINAL_UNKNOWN_TYPE;
  }
  signals_remove();
  signals_install(signals);
  prepare_raw();
  set_modes(&terminal.raw);
  terminal.mouse = false;
  prepare_screen();
  take_care();
  terminal.entered = true;
  put_text(BRACKETED_PASTE_ON);
  return TERMINAL_OK;
}

void terminal_leave(void) {
  if (!terminal.screen || !terminal.entered) return;
  terminal.entered = false;
  if (terminal.mouse) put_text(MOUSE_OFF);
  put_text(BRACKETED_PASTE_OFF);
  curs_set(1);
  endwin();
}

void terminal_restore_modes(void) {
  if (!terminal.screen || terminal.entered) return;
  set_modes(&terminal.saved);
  restore_arm(0);
  guardian_dismiss();
  messages_release();
}

void terminal_enter(void) {
  if (!terminal.screen) return;
  if (!terminal.entered) {
    // Whoever had the terminal meanwhile may have changed its modes for good.
    tcgetattr(terminal.descriptor, &terminal.saved);
    prepare_restoration();
    prepare_raw();
  }
  terminal.entered = true;
  take_care();
  set_modes(&terminal.raw);
  // The first refresh after endwin() switches to the alternate screen again.
  clearok(curscr, TRUE);
  wrefresh(stdscr);
  put_text(BRACKETED_PASTE_ON);
  if (terminal.mouse) put_text(MOUSE_ON);
}

void terminal_report_mouse(bool on) {
  terminal.mouse = on;
  if (terminal.screen && terminal.entered) put_text(on ? MOUSE_ON : MOUSE_OFF);
}

void terminal_close(void) {
  if (!terminal.screen) return;
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

int terminal_type_colors(const char *type) {
  if (terminal.screen) return terminal_colors();
  int fault = 0;
  if (setupterm(type, fileno(stderr), &fault) != OK) return 0;
  int colors = tigetnum("colors");
  bool direct = tigetflag("RGB") == 1;
  del_curterm(cur_term);
  return colors < 0 ? 0 : direct && colors >= 1 << 24 ? 1 << 24 : colors;
}

int terminal_scalar_columns(uint32_t scalar) { return scalar == 0 ? -1 : wcwidth((wchar_t)scalar); }

uint32_t terminal_byte_scalar(unsigned char byte) {
  wint_t scalar = btowc(byte);
  return scalar == WEOF ? 0 : (uint32_t)scalar;
}

bool terminal_charset_is_larger_than_ascii(void) { return strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") != 0; }

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

void terminal_redraw_rows(int first, int count) {
  if (terminal.screen && first >= 0 && count > 0 && first + count <= LINES) wredrawln(stdscr, first, count);
}

void terminal_beep(void) {
  if (terminal.screen && terminal.entered) beep();
}
