public import Drawing
import OrderedCollections
import TOMLText

extension Theme {
  /// Reads a theme file.
  ///
  /// The form: optional `text` and `ground` colours; `[palette]` with names for colours; `[roles]` with a style for each
  /// role (`inactive-selection = "bold black on cyan"`). Roles left out look like text.
  ///
  /// - Parameters:
  ///   - text: the file's text.
  ///   - name: the theme's name.
  ///   - file: what errors call the file.
  /// - Throws: `SettingsError` with the line and key of the first fault.
  public init(readingTOML text: String, name: String, file: String) throws(SettingsError) {
    let table: TOMLTable
    do {
      table = try TOMLTable(parsing: text)
    } catch {
      throw SettingsError(file: file, line: error.line, problem: "column \(error.column): \(error.problem)")
    }
    var reader = ThemeReader(file: file)
    self.init(name: name, styles: try reader.read(table))
  }
}

private struct ThemeReader {
  let file: String
  private var palette: [String: Color] = [:]

  init(file: String) { self.file = file }

  mutating func read(_ table: TOMLTable) throws(SettingsError) -> [Theme.Role: Style] {
    for (key, entry) in table.entries where !["text", "ground", "palette", "roles"].contains(key) {
      throw fault(entry, key, "no such key; a theme has text, ground, [palette] and [roles]")
    }
    for (name, entry) in try section("palette", of: table) {
      let key = "palette." + name
      palette[name] = try color(try string(entry, key), entry, key)
    }
    var base = Style.plain
    if let entry = table["text"] { base.foreground = try color(try string(entry, "text"), entry, "text") }
    if let entry = table["ground"] { base.background = try color(try string(entry, "ground"), entry, "ground") }
    if palette["text"] == nil { palette["text"] = base.foreground }
    if palette["ground"] == nil { palette["ground"] = base.background }
    var styles = Dictionary(uniqueKeysWithValues: Theme.Role.allCases.map { ($0, base) })
    for (name, entry) in try section("roles", of: table) {
      let key = "roles." + name
      guard let role = Theme.Role(fileName: name) else {
        let names = Theme.Role.allCases.map(\.fileName)
        let hint = nearestName(to: name, among: names).map { "did you mean \($0)?" }
        throw fault(entry, key, "no such role; " + (hint ?? "roles are " + names.joined(separator: ", ")))
      }
      styles[role] = try style(try string(entry, key), entry, key).over(base)
    }
    return styles
  }

  private func section(_ name: String, of table: TOMLTable) throws(SettingsError) -> [(String, TOMLEntry)] {
    guard let entry = table[name] else { return [] }
    guard let section = entry.value.table else { throw fault(entry, name, "expected a table, got \(entry.value.kind)") }
    return section.entries.map { ($0.key, $0.value) }
  }

  private func string(_ entry: TOMLEntry, _ key: String) throws(SettingsError) -> String {
    guard let text = entry.value.string else { throw fault(entry, key, "expected a string, got \(entry.value.kind)") }
    return text
  }

  private func fault(_ entry: TOMLEntry, _ key: String, _ problem: String) -> SettingsError {
    SettingsError(file: file, line: entry.line, key: key, problem: problem)
  }

  /// Reads `bold red on black`.
  private func style(_ text: String, _ entry: TOMLEntry, _ key: String) throws(SettingsError) -> Style {
    var style = Style.plain
    var isGround = false
    var hasText = false
    for word in text.split(separator: " ").map(String.init) {
      if let attribute = Style.Attributes.named[word], !isGround {
        style.attributes.insert(attribute)
      } else if word == "on", !isGround {
        isGround = true
      } else if isGround, style.background == .standard {
        style.background = try color(word, entry, key)
      } else if !hasText, !isGround {
        style.foreground = try color(word, entry, key)
        hasText = true
      } else {
        throw fault(entry, key, "one word too many at \(word); a style is: attributes, a colour, on, a ground colour")
      }
    }
    if isGround, text.hasSuffix(" on") { throw fault(entry, key, "expected a ground colour behind on") }
    return style
  }

  private func color(_ text: String, _ entry: TOMLEntry, _ key: String) throws(SettingsError) -> Color {
    if let named = palette[text] ?? Color.named[text] { return named }
    if let index = UInt8(text), String(index) == text { return .indexed(index) }
    if text.hasPrefix("#"), text.utf8.count == 7, text.dropFirst().allSatisfy(\.isHexDigit),
      let value = UInt32(text.dropFirst(), radix: 16)
    {
      return .rgb(UInt8(value >> 16), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF))
    }
    let hint = nearestName(to: text, among: Array(palette.keys).sorted() + Color.named.keys.sorted())
    throw fault(
      entry, key,
      "\(text.debugDescription) is no colour"
        + (hint.map { "; did you mean \($0)?" } ?? "; one of the 16 names, 0 to 255, \"#rrggbb\" or a [palette] name"))
  }
}

extension Theme.Role {
  /// The role's name in theme files: words joined by hyphens.
  public var fileName: String { hyphenated(rawValue) }

  init?(fileName: String) {
    guard let role = Theme.Role.allCases.first(where: { $0.fileName == fileName }) else { return nil }
    self = role
  }
}

extension Style.Attributes {
  fileprivate static let named: [String: Style.Attributes] = [
    "bold": .bold, "dim": .dim, "italic": .italic, "underline": .underline, "reverse": .reverse,
    "strikethrough": .strikethrough,
  ]
}

extension Color {
  fileprivate static let named: [String: Color] = {
    var table: [String: Color] = ["standard": .standard]
    for (index, name) in ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"].enumerated() {
      table[name] = .indexed(UInt8(index))
      table["bright-" + name] = .indexed(UInt8(index + 8))
    }
    return table
  }()
}
