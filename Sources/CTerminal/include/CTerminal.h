// The few functions needed of ncursesw and of signals; macros, varargs and globals stay behind them.
// One terminal is open at a time: ncurses and signal handlers both live in process-wide state.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Attribute bits of terminal_put, in the order of Drawing's Style.Attributes.
enum {
  TERMINAL_BOLD = 1,
  TERMINAL_DIM = 2,
  TERMINAL_ITALIC = 4,
  TERMINAL_UNDERLINE = 8,
  TERMINAL_REVERSE = 16,
  TERMINAL_STRIKETHROUGH = 32  // not drawn: ncurses has no such attribute
};

enum terminal_status { TERMINAL_OK = 0, TERMINAL_BUSY, TERMINAL_NOT_A_TERMINAL, TERMINAL_UNKNOWN_TYPE, TERMINAL_FAILED };

// Sets LC_CTYPE from the environment; where that asks for none, or for one that is not there, tries C.UTF-8. True when
// the result is UTF-8.
bool terminal_set_locale(void);

// How colours are given: as the terminal's type says, or as RGB whatever it says.
enum terminal_depth { TERMINAL_PALETTE = 0, TERMINAL_DIRECT };

// Opens the terminal of this type (NULL: TERM) on two descriptors, enters raw mode and draws the alternate screen.
// signals: the descriptor that handlers write one byte per signal to (the signal's number).
enum terminal_status terminal_open(const char *type, enum terminal_depth depth, int input, int output, int signals);
// What has been drawn since the last call, as bytes for the terminal; they stay until the next call.
size_t terminal_take(const unsigned char **bytes);
// Gives the terminal back, for a while (suspend, an editor) or for good: draws the leaving of the alternate screen; once
// those bytes are sent, terminal_restore_modes ends it.
void terminal_leave(void);
void terminal_restore_modes(void);
// Takes it again; the next refresh repaints all of it.
void terminal_enter(void);
// Restores the signal handlers and frees everything, after the two above. Harmless when closed.
void terminal_close(void);
// Asks for mouse reports (presses, releases, drags and the wheel, in the SGR form), or for none.
void terminal_report_mouse(bool on);
// Stops this process as Ctrl-Z does, with its whole process group or alone; returns when it is continued.
void terminal_stop(bool whole_group);

// Asks the kernel for the size and tells ncurses.
void terminal_update_size(int *width, int *height);
// Colours the terminal has: 0, 8, 16, 88, 256, or 1 << 24 when colours are given directly as RGB.
int terminal_colors(void);
// Colours that terminfo gives a terminal of this type; 0 for none and for unknown types. Only while none is open.
int terminal_type_colors(const char *type);
// Columns that ncurses gives a scalar: 0, 1, 2, or -1 when it cannot be printed.
int terminal_scalar_columns(uint32_t scalar);
// The scalar that a byte stands for in the locale's charset; 0 where it is none by itself.
uint32_t terminal_byte_scalar(unsigned char byte);
// Whether the locale's charset has characters beyond ASCII.
bool terminal_charset_is_larger_than_ascii(void);
// Most scalars one cell holds.
int terminal_cell_capacity(void);

// Puts one cell: a base scalar and combining ones. Colours: -1 the terminal's own, else an index; where colours are RGB,
// from 256 on 0xRRGGBB.
void terminal_put(int x, int y, const uint32_t *scalars, int count, unsigned attributes, int foreground, int background);
// Draws what changed; the cursor is hidden when x is negative.
void terminal_refresh(int cursor_x, int cursor_y);
// Makes the next refresh send every cell.
void terminal_repaint(void);
// Makes the next refresh send all cells of these rows.
void terminal_redraw_rows(int first, int count);
void terminal_beep(void);
