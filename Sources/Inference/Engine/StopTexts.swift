/// Looks for stop texts in an answer as it streams, and holds back what could still become one.
struct StopTexts {
  private let stops: [[UInt8]]
  private var held: [UInt8] = []

  init(_ stops: [String]) { self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty } }

  /// Adds text; returns what is certain to belong to the answer, and whether a stop text has come.
  mutating func push(_ text: String) -> (text: String, isStopped: Bool) {
    if stops.isEmpty { return (text, false) }
    held += text.utf8
    if let start = firstStop() {
      let kept = String(decoding: held[..<start], as: UTF8.self)
      held = []
      return (kept, true)
    }
    // UTF-8 is self-synchronising: where a stop text's first byte matches, a character starts.
    let possible = longestPossibleStart()
    let kept = String(decoding: held.dropLast(possible), as: UTF8.self)
    held.removeFirst(held.count - possible)
    return (kept, false)
  }

  /// What was held back, once no more text comes.
  mutating func flush() -> String {
    defer { held = [] }
    return String(decoding: held, as: UTF8.self)
  }

  private func firstStop() -> Int? {
    held.indices.first { start in stops.contains { held[start...].starts(with: $0) } }
  }

  /// Length of the longest end of the held text that begins a stop text.
  private func longestPossibleStart() -> Int {
    let longest = min(held.count, (stops.map(\.count).max() ?? 1) - 1)
    return stride(from: longest, to: 0, by: -1).first { length in
      stops.contains { $0.count > length && $0.starts(with: held.suffix(length)) }
    } ?? 0
  }
}
