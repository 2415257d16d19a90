import Drawing
import JSONText

/// A line of what this machine offers.
struct Finding: Equatable {
  /// Whether Lathe can use it.
  enum State: String {
    case present
    /// Not there; all else works.
    case absent
    /// A fact without a yes or no.
    case fact
  }

  let section: String
  let name: String
  let state: State
  let value: String
  /// What to do to get it, or more of it.
  let remedy: String?

  init(_ section: String, _ name: String, _ value: String, _ state: State = .fact, remedy: String? = nil) {
    self.section = section
    self.name = name
    self.state = state
    // Names of devices and terminals come from outside.
    self.value = printableLine(value)
    self.remedy = remedy
  }

  var json: JSONValue {
    var object = JSONObjectBuilder()
    object["section"] = .string(section)
    object["name"] = .string(name)
    object["state"] = .string(state.rawValue)
    object["value"] = .string(value)
    object["remedy"] = remedy.map { .string($0) }
    return object.value
  }

  /// All findings as text, under the headings of their sections; the state is a word, not a colour.
  static func text(_ findings: [Finding]) -> String {
    var text = ""
    var section = ""
    for finding in findings {
      if finding.section != section {
        text += (section.isEmpty ? "" : "\n") + finding.section + "\n"
        section = finding.section
      }
      let mark =
        switch finding.state {
        case .present: "yes"
        case .absent: "no "
        case .fact: "   "
        }
      let padding = String(repeating: " ", count: max(1, 22 - TextWidth.columns(of: finding.name)))
      text += "  \(mark) \(finding.name)\(padding)\(finding.value)\n"
      if let remedy = finding.remedy { text += String(repeating: " ", count: 28) + remedy + "\n" }
    }
    return text
  }
}
