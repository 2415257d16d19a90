import Files

/// What is wrong in a settings or theme file, and where.
public struct SettingsError: Error, Hashable, CustomStringConvertible {
  /// The file, or what stands for it where it is built in.
  public let file: String
  /// The line, from 1; `nil` where the fault concerns the whole file.
  public let line: Int?
  /// The key, as a dotted path; empty where none was read.
  public let key: String
  /// What is wrong and what would be right.
  public let problem: String

  /// Creates an error.
  public init(file: String, line: Int? = nil, key: String = "", problem: String) {
    self.file = file
    self.line = line
    self.key = key
    self.problem = problem
  }

  /// The fault in one line: `FILE line 12: roles.acent: no such role`.
  public var description: String {
    let place = escapingControls(file) + (line.map { " line \($0)" } ?? "")
    return place + ": " + (key.isEmpty ? "" : escapingControls(key) + ": ") + escapingControls(problem)
  }
}

/// A name among those known that somebody may have meant: at most two letters away, the nearest first.
func nearestName(to name: String, among known: some Sequence<String>) -> String? {
  known.map { ($0, editDistance(Array(name.unicodeScalars), Array($0.unicodeScalars))) }
    .filter { $0.1 <= 2 }.min { $0.1 < $1.1 }?.0
}

/// Letters to insert, delete or replace to turn one word into the other (Levenshtein).
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  guard abs(a.count - b.count) <= 2 else { return 3 }
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in b.enumerated() {
      let replaced = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
