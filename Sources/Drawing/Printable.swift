/// Untrusted text made safe to show: no control or escape sequence, no invisible reordering survives.
///
/// C0 controls and DEL become their Unicode pictures (ESC is ␛), C1 controls, bidirectional overrides and isolates, line
/// and paragraph separators, interlinear annotation marks and the language tag become U+FFFD. Newlines and tabs stay:
/// wrapping handles them; CR LF becomes a newline, a lone CR ␍.
public func printable(_ text: String) -> String {
  guard text.utf8.contains(where: mayNeedReplacement) else { return text }
  guard text.unicodeScalars.contains(where: { replacement(for: $0, keepsLines: true) != nil }) else { return text }
  var result = String.UnicodeScalarView()
  var scalars = text.unicodeScalars.makeIterator()
  var next = scalars.next()
  while let scalar = next {
    next = scalars.next()
    if scalar == "\r" && next == "\n" { continue }
    result.append(replacement(for: scalar, keepsLines: true) ?? scalar)
  }
  return String(result)
}

/// Untrusted text made safe for one row: as `printable`, with newlines as ⏎ and tabs as a space.
public func printableLine(_ text: String) -> String {
  let safe = printable(text)
  guard safe.utf8.contains(where: { $0 == 0x0A || $0 == 0x09 }) else { return safe }
  var result = String.UnicodeScalarView()
  for scalar in safe.unicodeScalars {
    switch scalar {
    case "\n": result.append("⏎")
    case "\t": result.append(" ")
    default: result.append(scalar)
    }
  }
  return String(result)
}

/// Whether a byte of UTF-8 can begin a scalar that `replacement` replaces.
private func mayNeedReplacement(_ byte: UInt8) -> Bool {
  byte < 0x20 || byte == 0x7F || byte == 0xC2 || byte == 0xD8 || byte == 0xE2 || byte == 0xEF || byte == 0xF3
}

/// What is shown in place of a scalar, `nil` for the scalar itself.
func replacement(for scalar: Unicode.Scalar, keepsLines: Bool) -> Unicode.Scalar? {
  switch scalar.value {
  case 0x09, 0x0A: keepsLines ? nil : Unicode.Scalar(0x2400 + scalar.value)
  case 0x00..<0x20: Unicode.Scalar(0x2400 + scalar.value)
  case 0x7F: "\u{2421}"
  case 0x80...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFFF9...0xFFFB, 0xE0001: "\u{FFFD}"
  default: nil
  }
}

/// The nearest ASCII for the characters our own screens draw with, `?` for any other: for terminals without UTF-8.
public func asciiFallback(for character: Character) -> Character {
  if character.isASCII { return character }
  return asciiFallbacks[character] ?? "?"
}

private let asciiFallbacks: [Character: Character] = {
  let groups: [(Character, String)] = [
    ("-", "─━╌╍┄┅┈┉═–—‐‑−⎯"), ("|", "│┃╎╏┆┇┊┋║▏▕⎸"),
    ("+", "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬"), ("#", "█▉▊▋▓▇▆■"), ("=", "▌▐▄▀▅"), (":", "▒░"), ("_", "▁▂▃"),
    ("*", "•●◆★∙✱"), ("o", "○◦◯◇☐"), (">", "▶▸›»→❯⇒▷"), ("<", "◀◂‹«←❮⇐◁"), ("^", "▲△↑"), ("v", "▼▽↓✓✔"), ("x", "×✗✘☒"),
    (".", "…·"), ("'", "‘’"), ("\"", "“”"), (" ", "\u{A0}\u{2003}\u{2002}\u{2009}"), ("$", "⏎↵"), ("~", "≈∼"),
  ]
  var table: [Character: Character] = [:]
  for (ascii, characters) in groups {
    for character in characters { table[character] = ascii }
  }
  return table
}()
