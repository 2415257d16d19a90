import OrderedCollections
import Sessions
import TOMLText

/// Keys for an action, as a file asks for them.
struct KeyRule {
  let map: String
  let action: String
  let presses: [KeyPress]
  let line: Int

  var path: String { "keys.\(map).\(action)" }
}

/// Takes settings out of a file's table; what is wrong goes into the configuration's faults.
struct ConfigurationReader {
  let file: String
  private(set) var rules: [KeyRule] = []

  private static let keys = ["theme", "frame-rate", "byte-cap", "mouse", "keys"]

  init(file: String) { self.file = file }

  mutating func read(_ table: TOMLTable, into configuration: inout Configuration) {
    for (key, entry) in table.entries {
      do {
        try read(key, entry, into: &configuration)
      } catch {
        configuration.faults.append(error)
      }
    }
  }

  private mutating func read(
    _ key: String, _ entry: TOMLEntry, into configuration: inout Configuration
  ) throws(SettingsError) {
    let source = Configuration.Source.line(entry.line)
    switch key {
    case "theme":
      guard let name = entry.value.string, !name.isEmpty else { throw wrong(entry, key, "the name of a theme") }
      configuration.theme = .init(name, source)
    case "frame-rate":
      guard let rate = entry.value.integer, (1...120).contains(rate) else {
        throw wrong(entry, key, "frames a second, from 1 to 120")
      }
      configuration.frameRate = .init(rate, source)
    case "byte-cap":
      guard let cap = ConfigurationReader.bytes(entry.value), cap >= 1000 else {
        throw wrong(entry, key, "bytes a second, 1000 or more, as a number or as text such as \"200 kB\"")
      }
      configuration.byteCap = .init(cap, source)
    case "mouse":
      guard let isOn = entry.value.bool else { throw wrong(entry, key, "true or false") }
      configuration.mouse = .init(isOn, source)
    case "keys":
      guard let maps = entry.value.table else { throw wrong(entry, key, "tables such as [keys.chat]") }
      for (name, map) in maps.entries { readKeys(name, map, into: &configuration) }
    default:
      let hint = nearestName(to: key, among: ConfigurationReader.keys).map { "did you mean \($0)?" }
      throw SettingsError(
        file: file, line: entry.line, key: key,
        problem: "no such setting; " + (hint ?? "there are " + ConfigurationReader.keys.joined(separator: ", ")))
    }
  }

  private func wrong(_ entry: TOMLEntry, _ key: String, _ expected: String) -> SettingsError {
    let got = entry.value.string?.debugDescription ?? entry.value.integer.map { "\($0)" } ?? entry.value.kind
    return SettingsError(file: file, line: entry.line, key: key, problem: "expected \(expected), got \(got)")
  }

  private mutating func readKeys(_ map: String, _ entry: TOMLEntry, into configuration: inout Configuration) {
    guard let actions = entry.value.table else {
      configuration.faults.append(wrong(entry, "keys." + map, "a table of actions"))
      return
    }
    for (action, entry) in actions.entries {
      do {
        rules.append(
          KeyRule(map: map, action: action, presses: try presses(entry, "keys.\(map).\(action)"), line: entry.line))
      } catch {
        configuration.faults.append(error)
      }
    }
  }

  /// One key's name or an array of them; an empty array takes an action's keys away.
  private func presses(_ entry: TOMLEntry, _ key: String) throws(SettingsError) -> [KeyPress] {
    var presses: [KeyPress] = []
    for element in entry.value.array ?? [entry] {
      guard let name = element.value.string else { throw wrong(element, key, "the name of a key") }
      guard let press = KeyPress(name: name) ?? KeyPress(name: name.lowercased()) else {
        throw SettingsError(
          file: file, line: element.line, key: key,
          problem: "\(name.debugDescription) is no key; keys are written q, ctrl-r, alt-enter, shift-tab, f5, page-up")
      }
      if let same = ConfigurationReader.indistinguishable[press.name] {
        throw SettingsError(
          file: file, line: element.line, key: key,
          problem: "terminals send \(same) for \(press.name), so it cannot be a key of its own")
      }
      presses.append(press)
    }
    return presses
  }

  /// Control keys whose byte is another key's.
  private static let indistinguishable = [
    "ctrl-i": "tab", "ctrl-m": "enter", "ctrl-[": "escape", "ctrl-h": "backspace",
  ]

  private static func bytes(_ value: TOMLValue) -> Int? {
    if let count = value.integer { return count }
    guard let text = value.string else { return nil }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int(digits), count < 1 << 40 else { return nil }
    let units = ["": 1, "B": 1, "kB": 1000, "KB": 1000, "MB": 1_000_000]
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    return units[unit.hasSuffix("/s") ? String(unit.dropLast(2)) : String(unit)].map { count * $0 }
  }
}
