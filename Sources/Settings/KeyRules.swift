import Screens
import Sessions

/// Checks the keys a file asks for against the screens' actions and against each other, and binds those that hold.
struct KeyRules {
  private let rules: [KeyRule]
  private let maps: [KeyMap]
  private let everywhere: KeyMap

  init(_ rules: [KeyRule], maps: [KeyMap], everywhere: KeyMap) {
    self.rules = rules
    self.maps = maps
    self.everywhere = everywhere
  }

  func apply(to configuration: inout Configuration) {
    var holding: [KeyRule] = []
    for rule in rules {
      if let problem = problem(of: rule) {
        configuration.faults.append(fault(rule, problem, configuration.file))
      } else {
        holding.append(rule)
      }
    }
    // All are bound before they are compared, as two actions may change their keys with each other. A rule that
    // does not hold gives its action the standard keys back, which may be a conflict anew.
    while let (index, problem) = conflict(among: holding) {
      configuration.faults.append(fault(holding[index], problem, configuration.file))
      holding.remove(at: index)
    }
    configuration.bindings = bindings(holding)
    for rule in holding { configuration.keyLines[rule.map, default: [:]][rule.action] = rule.line }
  }

  private func fault(_ rule: KeyRule, _ problem: String, _ file: String) -> SettingsError {
    SettingsError(file: file, line: rule.line, key: rule.path, problem: problem)
  }

  private func bindings(_ rules: [KeyRule]) -> KeyBindings {
    var bindings = KeyBindings.standard
    for rule in rules { bindings.bind(rule.action, of: rule.map, to: rule.presses) }
    return bindings
  }

  /// What is wrong with a rule by itself.
  private func problem(of rule: KeyRule) -> String? {
    let all = [everywhere] + maps
    guard let map = all.first(where: { $0.name == rule.map }) else {
      return "there are no keys named \(rule.map); there are \(all.map(\.name).joined(separator: ", "))"
    }
    guard map.entry(named: rule.action) != nil else {
      let names = map.entries.map(\.action)
      let hint = nearestName(to: rule.action, among: names).map { "did you mean \($0)?" }
      return "\(rule.map) has no such action; " + (hint ?? "it has " + names.joined(separator: ", "))
    }
    let isText = map.takesText || map.name == everywhere.name
    if isText, let press = rule.presses.first(where: { $0.isText }) {
      return "\(press.name) is written into text here; take it with ctrl or alt, or a function key"
    }
    return nil
  }

  /// The last rule whose key another action of the same table has too.
  private func conflict(among rules: [KeyRule]) -> (index: Int, problem: String)? {
    let bindings = bindings(rules)
    for (index, rule) in rules.enumerated().reversed() {
      let isEverywhere = rule.map == everywhere.name
      let others = [everywhere] + maps.filter { isEverywhere || $0.name == rule.map }
      for map in others {
        for entry in map.entries where (map.name, entry.action) != (rule.map, rule.action) {
          guard let shared = bindings.presses(of: entry, in: map).first(where: rule.presses.contains) else { continue }
          let other = rules.first { $0.map == map.name && $0.action == entry.action }
          let place = other.map { "line \($0.line)" } ?? "its standard key"
          let owner = "\(map.name).\(entry.action) (\(place))"
          return (index, "\(shared.name) is also the key of \(owner); give one another key")
        }
      }
    }
    return nil
  }
}

extension KeyPress {
  /// Whether the key alone writes a character.
  fileprivate var isText: Bool {
    if case .character = key { modifiers.subtracting(.shift).isEmpty } else { false }
  }
}
