import JSONText

/// The places of a session where text stands, and how a match is taken out of each.
final class RedactedTexts {
  private let find: (String) -> [Range<Int>]
  private let replacement: String
  /// Matches taken out so far.
  private(set) var matches = 0

  /// Bytes before a place at which a candidate is looked at together with what was drawn.
  private static let window = 128
  /// Members whose words are the format's own, in every event and in those of known kinds.
  private static let form: Set<String> = ["seconds", "event"]
  private static let vocabulary = form.union(["reason", "severity"])

  init(find: @escaping (String) -> [Range<Int>], replacement: String) {
    self.find = find
    self.replacement = replacement
  }

  // MARK: One text

  /// The text with every match replaced.
  func replaced(_ text: String) -> String {
    var text = text
    // Taking one match out can make another; a replacement that goes on doing so is found when the copy is checked.
    for _ in 0..<8 {
      let found = find(text)
      if found.isEmpty { break }
      matches += found.count
      let bytes = Array(text.utf8)
      var result: [UInt8] = []
      var end = 0
      for range in found {
        result += bytes[end..<range.lowerBound]
        result += Array(replacement.utf8)
        end = range.upperBound
      }
      text = String(decoding: result + bytes[end...], as: UTF8.self)
    }
    return text
  }

  // MARK: Events

  func redact(_ header: SessionHeader) -> SessionHeader {
    var header = header
    header.model = replaced(header.model)
    return header
  }

  func redact(_ events: [TimedEvent]) -> [TimedEvent] {
    var events = events
    matches += RedactedTexts.typed(in: events).reduce(0) { $0 + find($1).count }
    redactAnswers(in: &events)
    for index in events.indices {
      switch events[index].event {
      // What keys and tokens spell is dealt with as a whole.
      case .key, .token, .resized, .prefillProgress: break
      default: events[index] = redactTexts(of: events[index])
      }
    }
    guard matches > 0 else { return events }
    for index in events.indices {
      switch events[index].event {
      case .answerStarted(var start):
        start.newTokens = []
        start.promptSHA256 = ""
        // Their text stays, with what was to go taken out of it.
        start.prefix = start.prefix.map { _ in -1 }
        events[index].event = .answerStarted(start)
      case .answerOrdered(var order):
        order.fork?.token = -1
        events[index].event = .answerOrdered(order)
      case .key(let press):
        if RedactedTexts.isTyped(press) { events[index].event = .key(KeyPress(.character("•"))) }
      default: break
      }
    }
    return events
  }

  private func redactTexts(of event: TimedEvent) -> TimedEvent {
    if case .answerFinished(var end) = event.event {
      end.text = replaced(end.text)
      if case .failed(let message) = end.reason { end.reason = .failed(replaced(message)) }
      return TimedEvent(seconds: event.seconds, event: .answerFinished(end))
    }
    let json = event.json
    let changed = mapped(json, of: event) { replaced($0) }
    if changed == json { return event }
    // Numbers and the format's words stay, so it reads back; what does not must not be passed on.
    let redacted = try? TimedEvent(json: changed)
    return redacted ?? TimedEvent(seconds: event.seconds, event: .notice(Notice(.information, replacement)))
  }

  /// Of events of kinds that are not known here the names of members may say anything, too.
  private func mapped(_ json: JSONValue, of event: TimedEvent, _ change: (String) -> String) -> JSONValue {
    var isUnknown = false
    if case .unknown = event.event { isUnknown = true }
    let kept = isUnknown ? RedactedTexts.form : RedactedTexts.vocabulary
    return json.mapTexts(names: isUnknown, keeping: kept.contains, change)
  }

  // MARK: Answers

  /// Takes matches out of what the tokens of each answer spell.
  private func redactAnswers(in events: inout [TimedEvent]) {
    for places in RedactedTexts.answers(in: events) {
      var tokens = places.compactMap { place -> GeneratedToken? in
        if case .token(let token) = events[place].event { token } else { nil }
      }
      for _ in 0..<8 {
        let found = find(tokens.map(\.text).joined())
        if found.isEmpty { break }
        matches += found.count
        RedactedTexts.replace(found, in: &tokens, with: replacement)
      }
      redactCandidates(of: &tokens)
      for (place, token) in zip(places, tokens) { events[place].event = .token(token) }
    }
  }

  /// Indices of the tokens of each answer.
  private static func answers(in events: [TimedEvent]) -> [[Int]] {
    var answers: [[Int]] = [[]]
    for index in events.indices {
      switch events[index].event {
      case .token: answers[answers.count - 1].append(index)
      case .answerStarted, .answerFinished: answers.append([])
      default: break
      }
    }
    return answers.filter { !$0.isEmpty }
  }

  /// The first token of a match gets the replacement, the others lose their part of it; ids and candidates go.
  private static func replace(_ found: [Range<Int>], in tokens: inout [GeneratedToken], with replacement: String) {
    var start = 0
    for index in tokens.indices {
      let bytes = Array(tokens[index].text.utf8)
      let own = start..<start + bytes.count
      start = own.upperBound
      let touching = found.filter { $0.overlaps(own) }
      if touching.isEmpty { continue }
      var kept: [UInt8] = []
      var end = own.lowerBound
      for match in touching {
        if match.lowerBound > end { kept += bytes[end - own.lowerBound..<match.lowerBound - own.lowerBound] }
        if match.lowerBound >= own.lowerBound { kept += Array(replacement.utf8) }
        end = min(own.upperBound, match.upperBound)
      }
      kept += bytes[(end - own.lowerBound)...]
      tokens[index].text = String(decoding: kept, as: UTF8.self)
      tokens[index].id = -1
      tokens[index].top = []
    }
  }

  private func redactCandidates(of tokens: inout [GeneratedToken]) {
    var before = ""
    for index in tokens.indices {
      for candidate in tokens[index].top.indices {
        let text = tokens[index].top[candidate].text
        guard !reaching(behind: before, text).isEmpty else { continue }
        matches += 1
        tokens[index].top[candidate].text = replacement
        tokens[index].top[candidate].id = -1
      }
      before = RedactedTexts.tail(of: before + tokens[index].text)
    }
  }

  /// Matches in a text and what stands before it that reach into the text.
  private func reaching(behind before: String, _ text: String) -> [Range<Int>] {
    find(before + text).filter { $0.upperBound > before.utf8.count }
  }

  private static func tail(of text: String) -> String {
    let bytes = text.utf8
    guard bytes.count > window else { return text }
    // Cut before a character, not within one.
    var start = bytes.index(bytes.endIndex, offsetBy: -window)
    while start < bytes.endIndex, bytes[start] & 0xC0 == 0x80 { start = bytes.index(after: start) }
    return String(text[start...])
  }

  // MARK: Keys

  /// Whether a key writes its character.
  private static func isTyped(_ press: KeyPress) -> Bool {
    if case .character = press.key { press.modifiers.subtracting(.shift).isEmpty } else { false }
  }

  /// What was typed, as the keys come and with backspaces obeyed.
  static func typed(in events: [TimedEvent]) -> [String] {
    var (raw, edited) = ("", "")
    for event in events {
      guard case .key(let press) = event.event else { continue }
      switch press.key {
      case .character(let character) where isTyped(press):
        raw.append(character)
        edited.append(character)
      case .backspace: if !edited.isEmpty { edited.removeLast() }
      case .enter:
        raw.append("\n")
        edited.append("\n")
      default: break
      }
    }
    return [raw, edited]
  }

  // MARK: Proof

  /// Matches that are left in events, looked for in all the ways above.
  func remaining(in events: [TimedEvent]) -> Int {
    var left = RedactedTexts.typed(in: events).reduce(0) { $0 + find($1).count }
    for places in RedactedTexts.answers(in: events) {
      var before = ""
      for place in places {
        guard case .token(let token) = events[place].event else { continue }
        for candidate in token.top { left += reaching(behind: before, candidate.text).count }
        before = RedactedTexts.tail(of: before + token.text)
      }
      let text = places.map { place in if case .token(let token) = events[place].event { token.text } else { "" } }
      left += find(text.joined()).count
    }
    for event in events {
      switch event.event {
      case .key, .token: break
      default: _ = mapped(event.json, of: event) { count(in: $0, &left) }
      }
    }
    return left
  }

  /// Matches in all texts of some values.
  func remaining(in values: [JSONValue]) -> Int {
    var left = 0
    for value in values { _ = value.mapTexts(keeping: RedactedTexts.vocabulary.contains) { count(in: $0, &left) } }
    return left
  }

  private func count(in text: String, _ left: inout Int) -> String {
    left += find(text).count
    return text
  }
}
