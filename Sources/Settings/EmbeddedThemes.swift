// Written by .ci/embed-themes from themes/*.toml: change those, then run it again.

/// The text of the theme files that come with the program, by name.
let embeddedThemes: [(name: String, text: String)] = [
  (
    "colorblind-dark",
    #"""
    # Dark, for colour-blind eyes: hues of Okabe and Ito that stay apart without red or green cones.
    # "text" and "ground" are the colours of whatever names no other.

    text = "#e8e8e8"
    ground = "#16181d"

    [palette]
    quiet = "#a0a4ac"
    accent = "#56b4e9"

    [roles]
    muted = "quiet"
    strong = "bold"
    title = "bold accent"
    accent = "accent"
    user = "bold #f0a830"
    system = "italic #e29bc4"
    tool = "#2fc79a"
    code = "#f0e442"
    link = "underline #7cc4f0"
    selection = "ground on accent"
    inactive-selection = "text on #3a3f4a"
    status-bar = "text on #2b303a"
    key = "bold accent"
    border = "#6f7580"
    focused-border = "accent"
    placeholder = "quiet"
    progress-done = "accent"
    progress-rest = "quiet"
    success = "#56b4e9"
    warning = "#f0e442"
    error = "bold #ff7a3c"
    match = "ground on #f0e442"

    """#
  ),
  (
    "colorblind-light",
    #"""
    # Light, for colour-blind eyes: hues of Okabe and Ito that stay apart without red or green cones.
    # "text" and "ground" are the colours of whatever names no other.

    text = "#1a1a1a"
    ground = "#ffffff"

    [palette]
    quiet = "#5c5f66"
    accent = "#005f9e"

    [roles]
    muted = "quiet"
    strong = "bold"
    title = "bold accent"
    accent = "accent"
    user = "bold #7a3d00"
    system = "italic #6a3d8f"
    tool = "#00664b"
    code = "#5a5000"
    link = "underline #005f9e"
    selection = "ground on accent"
    inactive-selection = "text on #dfe3ea"
    status-bar = "text on #e4e8ef"
    key = "bold accent"
    border = "#8a8f99"
    focused-border = "accent"
    placeholder = "quiet"
    progress-done = "accent"
    progress-rest = "quiet"
    success = "#0050c8"
    warning = "#8e3b76"
    error = "bold #b03a00"
    match = "text on #f0e442"

    """#
  ),
  (
    "dark",
    #"""
    # For dark grounds: the terminal's own text colour, accents from its 16 colours.
    # A style is attributes (bold dim italic underline reverse strikethrough), a colour, and "on" a ground colour.
    # A colour is one of the 16 names, 0 to 255, "#rrggbb", "standard", or a name of [palette].

    [roles]
    muted = "bright-black"
    strong = "bold"
    title = "bold bright-cyan"
    accent = "bright-cyan"
    user = "bold bright-green"
    system = "bright-magenta"
    tool = "yellow"
    code = "bright-yellow"
    link = "underline bright-blue"
    selection = "black on cyan"
    inactive-selection = "bright-white on 8"
    status-bar = "bright-white on 8"
    key = "bold bright-cyan"
    border = "bright-black"
    focused-border = "bright-cyan"
    placeholder = "bright-black"
    progress-done = "bright-cyan"
    progress-rest = "bright-black"
    success = "bright-green"
    warning = "bright-yellow"
    error = "bold bright-red"
    match = "black on yellow"

    """#
  ),
  (
    "high-contrast",
    #"""
    # White on black; every text at 7:1 or more (WCAG AAA), focus and selection by inversion.
    # "text" and "ground" are the colours of whatever names no other.

    text = "#ffffff"
    ground = "#000000"

    [palette]
    quiet = "#d0d0d0"
    accent = "#00ffff"

    [roles]
    muted = "quiet"
    strong = "bold"
    title = "bold accent"
    accent = "accent"
    user = "bold #00ff00"
    system = "italic #ffa0ff"
    tool = "#ffd700"
    code = "#ffff80"
    link = "underline #a0c8ff"
    selection = "#000000 on #ffff00"
    inactive-selection = "text on #404040"
    status-bar = "#000000 on #ffffff"
    key = "bold accent"
    border = "#ffffff"
    focused-border = "accent"
    placeholder = "quiet"
    progress-done = "accent"
    progress-rest = "quiet"
    success = "#00ff00"
    warning = "#ffff00"
    error = "bold #ff9a9a"
    match = "#000000 on #00ffff"

    """#
  ),
  (
    "light",
    #"""
    # For light grounds: the terminal's own text colour, and only the darker half of its 16 colours.

    [roles]
    muted = "bright-black"
    strong = "bold"
    title = "bold blue"
    accent = "blue"
    user = "bold green"
    system = "magenta"
    tool = "red"
    code = "magenta"
    link = "underline blue"
    selection = "bright-white on blue"
    inactive-selection = "reverse"
    status-bar = "black on white"
    key = "bold blue"
    border = "bright-black"
    focused-border = "blue"
    placeholder = "bright-black"
    progress-done = "blue"
    progress-rest = "bright-black"
    success = "green"
    warning = "magenta"
    error = "bold red"
    match = "black on yellow"

    """#
  ),
  (
    "monochrome",
    #"""
    # Without colours: everything is said by attributes (NO_COLOR, printers, monochrome terminals).

    [roles]
    muted = "dim"
    strong = "bold"
    title = "bold"
    accent = "bold"
    user = "bold"
    system = "italic"
    tool = "italic"
    link = "underline"
    selection = "reverse"
    inactive-selection = "underline"
    status-bar = "reverse"
    key = "bold"
    focused-border = "bold"
    placeholder = "dim"
    progress-done = "reverse"
    success = "bold"
    warning = "bold"
    error = "bold reverse"
    match = "bold underline"

    """#
  ),
  (
    "solarized-dark",
    #"""
    # Solarized (Ethan Schoonover), dark.
    # "text" and "ground" are the colours of whatever names no other.

    text = "#93a1a1"
    ground = "#002b36"

    [palette]
    quiet = "#839496"
    accent = "#2aa198"

    [roles]
    muted = "quiet"
    strong = "bold"
    title = "bold accent"
    accent = "accent"
    user = "bold #859900"
    system = "italic #a29be0"
    tool = "#d08f00"
    code = "#b58900"
    link = "underline #4aa8e8"
    selection = "ground on accent"
    inactive-selection = "text on #07404e"
    status-bar = "text on #073642"
    key = "bold accent"
    border = "#586e75"
    focused-border = "accent"
    placeholder = "quiet"
    progress-done = "accent"
    progress-rest = "quiet"
    success = "#98ad14"
    warning = "#d9a400"
    error = "bold #f2605d"
    match = "ground on #b58900"

    """#
  ),
  (
    "solarized-light",
    #"""
    # Solarized (Ethan Schoonover), light; its accents darkened until they can be read.
    # "text" and "ground" are the colours of whatever names no other.

    text = "#4a5f66"
    ground = "#fdf6e3"

    [palette]
    quiet = "#586e75"
    accent = "#14706a"

    [roles]
    muted = "quiet"
    strong = "bold"
    title = "bold accent"
    accent = "accent"
    user = "bold #5c6a00"
    system = "italic #5055a8"
    tool = "#8a5e00"
    code = "#7d5f00"
    link = "underline #1c6aa6"
    selection = "ground on accent"
    inactive-selection = "text on #e6dfc8"
    status-bar = "text on #eee8d5"
    key = "bold accent"
    border = "#93a1a1"
    focused-border = "accent"
    placeholder = "quiet"
    progress-done = "accent"
    progress-rest = "quiet"
    success = "#556300"
    warning = "#7d5f00"
    error = "bold #b02522"
    match = "#073642 on #e0b83a"

    """#
  ),
]
