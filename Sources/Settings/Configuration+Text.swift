public import JSONText
public import Screens
import Sessions

extension Configuration {
  /// The settings in force as the text of a settings file; a comment behind each says where it comes from.
  public func text(maps: [KeyMap]) -> String {
    var lines = [
      "# \(file)" + (fileExists ? "" : " (not there: all is standard)"), "",
      line(
        "theme", quoted(theme.value ?? "dark"), theme.source,
        note: theme.value == nil ? "monochrome without colours" : ""),
      line("frame-rate", "\(frameRate.value)", frameRate.source),
      byteCap.value.map { line("byte-cap", "\($0)", byteCap.source) } ?? "# byte-cap = \"200 kB\"  # standard: none",
      line("mouse", "\(mouse.value)", mouse.source),
    ]
    for map in maps {
      lines += ["", "[keys.\(map.name)]"]
      for entry in map.entries {
        let names = bindings.presses(of: entry, in: map).map { quoted($0.name) }
        let source = keyLines[map.name]?[entry.action].map(Source.line) ?? .standard
        lines.append(line(entry.action, "[\(names.joined(separator: ", "))]", source, note: entry.meaning))
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func line(_ key: String, _ value: String, _ source: Source, note: String = "") -> String {
    let text = "\(key) = \(value)"
    let padding = String(repeating: " ", count: max(2, 36 - text.count))
    return text + padding + "# " + describe(source) + (note.isEmpty ? "" : "; " + note)
  }

  private func describe(_ source: Source) -> String {
    switch source {
    case .standard: "standard"
    case .line(let number): "line \(number)"
    }
  }

  private func quoted(_ text: String) -> String { JSONValue.string(text).text }

  /// The settings in force for programs; `line` is where each is set, absent for standard ones.
  public func json(maps: [KeyMap], themes: [String]) -> JSONValue {
    func setting(_ value: JSONValue, _ source: Source) -> JSONValue {
      if case .line(let number) = source { ["value": value, "line": .integer(number)] } else { ["value": value] }
    }
    var keys = JSONObjectBuilder()
    for map in maps {
      var actions = JSONObjectBuilder()
      for entry in map.entries {
        actions[entry.action] = setting(
          .array(bindings.presses(of: entry, in: map).map { .string($0.name) }),
          keyLines[map.name]?[entry.action].map(Source.line) ?? .standard)
      }
      keys[map.name] = actions.value
    }
    return [
      "file": .string(file), "exists": .bool(fileExists),
      "themes": .array(themes.map { .string($0) }),
      "theme": setting(theme.value.map { .string($0) } ?? .null, theme.source),
      "frame_rate": setting(.integer(frameRate.value), frameRate.source),
      "byte_cap": setting(byteCap.value.map { .integer($0) } ?? .null, byteCap.source),
      "mouse": setting(.bool(mouse.value), mouse.source), "keys": keys.value,
      "faults": .array(faults.map { .string($0.description) }),
    ]
  }
}
