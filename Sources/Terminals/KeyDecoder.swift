import Sessions

/// Turns the bytes a terminal sends into keys and pastes.
///
/// Where the input is cut makes no difference. When no byte follows within `patience` milliseconds, call `flush`: it
/// decides what an unfinished sequence means (a lone ESC is the escape key), so that malformed input never stalls.
/// Focus reports and mouse reports of the old form are recognised and dropped; answers to queries are kept apart.
package struct KeyDecoder {
  /// Where the decoder stands.
  enum State: Equatable {
    case ground
    /// One ESC, or two: the second may begin a sequence that ESC modifies.
    case escape(twice: Bool)
    /// After ESC [ (with Alt when another ESC came before).
    case control(alt: Bool)
    /// After ESC O.
    case single(alt: Bool)
    /// Inside a string (OSC, DCS, APC, PM, SOS) that only an answer to a query could be.
    case string(introducer: UInt8, escaped: Bool, isEmpty: Bool)
    /// Three more bytes of an old mouse report.
    case mouse(left: Int)
    case paste
  }

  /// Text of a paste that is handed on in one event; longer ones come in several.
  static let pasteLimit = 1 << 20
  /// Bytes of a control sequence that are remembered; longer ones are read to their end and dropped.
  static let sequenceLimit = 64
  static let pasteEnd = Array("\u{1B}[201~".utf8)

  var state = State.ground
  var sequence: [UInt8] = []
  var pasted: [UInt8] = []
  var utf8 = UTF8Assembler()
  var events: [TerminalEvent] = []
  /// What has come of the string that is being read; longer ones are read to their end and dropped.
  private var payload: [UInt8] = []
  /// Answers to queries.
  private var reports: [TerminalReport] = []
  static let payloadLimit = 256

  /// What bytes beyond ASCII are; `nil` is UTF-8.
  private let charset: ByteCharset?

  /// A decoder at the start of input in UTF-8.
  package init() { self.init(charset: nil) }

  /// A decoder at the start of input.
  init(charset: ByteCharset?) { self.charset = charset }

  /// Milliseconds to wait for the rest of what is unfinished; `nil` when nothing is.
  package var patience: Int? {
    switch state {
    case .ground: utf8.isEmpty ? nil : 50
    case .escape: 40
    case .control, .single, .mouse: 100
    case .string: 500
    case .paste: Self.heldBack(pasted) == pasted.count ? nil : 1000
    }
  }

  /// Decodes the next bytes.
  package mutating func feed(_ bytes: some Sequence<UInt8>) -> [TerminalEvent] {
    for byte in bytes { take(byte) }
    defer { events.removeAll(keepingCapacity: true) }
    return events
  }

  /// Takes the answers to queries that have come.
  mutating func takeReports() -> [TerminalReport] {
    defer { reports.removeAll() }
    return reports
  }

  /// Ends what is unfinished, because no byte follows.
  package mutating func flush() -> [TerminalEvent] {
    switch state {
    case .ground: flushText()
    case .escape(let twice):
      press(.escape)
      if twice { press(.escape) }
    case .control:
      if sequence.isEmpty { press(.character("["), .alt) }
    case .single: press(.character("O"), .alt)
    case .string(let introducer, _, let isEmpty):
      if isEmpty { press(.character(Character(Unicode.Scalar(introducer))), .alt) }
    case .mouse: break
    case .paste:
      flushPasteHoldingBack()
      defer { events.removeAll(keepingCapacity: true) }
      return events
    }
    reset()
    defer { events.removeAll(keepingCapacity: true) }
    return events
  }

  mutating func press(_ key: Key, _ modifiers: KeyPress.Modifiers = []) {
    events.append(.key(KeyPress(key, modifiers)))
  }

  mutating func reset() {
    state = .ground
    sequence.removeAll(keepingCapacity: true)
    payload.removeAll(keepingCapacity: true)
  }

  private mutating func take(_ byte: UInt8) {
    switch state {
    case .ground: takeGround(byte, modifiers: [])
    case .escape(let twice): takeEscaped(byte, twice: twice)
    case .control(let alt): takeControl(byte, alt: alt)
    case .single(let alt): takeSingle(byte, alt: alt)
    case .string(let introducer, let escaped, _): takeString(byte, introducer: introducer, escaped: escaped)
    case .mouse(let left): state = left > 1 ? .mouse(left: left - 1) : .ground
    case .paste: takePaste(byte)
    }
  }

  /// A byte outside any sequence, or after ESC (then with Alt).
  private mutating func takeGround(_ byte: UInt8, modifiers: KeyPress.Modifiers) {
    guard byte < 0x80 else {
      if let charset { return press(text: charset[byte], modifiers) }
      for scalar in utf8.append(byte) { press(text: scalar, utf8.modifiers) }
      return
    }
    flushText()
    switch byte {
    case 0x1B: state = .escape(twice: false)
    case 0x0D: press(.enter, modifiers)
    case 0x09: press(.tab, modifiers)
    case 0x7F, 0x08: press(.backspace, modifiers)
    case 0x00: press(.character(" "), modifiers.union(.control))
    case 0x01...0x1A: press(.character(Character(Unicode.Scalar(byte + 0x60))), modifiers.union(.control))
    case 0x1C...0x1F: press(.character(Character(Unicode.Scalar(byte + 0x40))), modifiers.union(.control))
    default: press(.character(Character(Unicode.Scalar(byte))), modifiers)
    }
  }

  private mutating func press(text scalar: Unicode.Scalar, _ modifiers: KeyPress.Modifiers) {
    let isControl = (0x80...0x9F).contains(scalar.value)
    press(.character(isControl ? "\u{FFFD}" : Character(scalar)), modifiers)
  }

  private mutating func flushText() {
    if let scalar = utf8.flush() { press(text: scalar, utf8.modifiers) }
    utf8.modifiers = []
  }

  private mutating func takeEscaped(_ byte: UInt8, twice: Bool) {
    switch byte {
    case 0x1B:
      if twice { press(.escape) }
      state = .escape(twice: true)
    case UInt8(ascii: "["): state = .control(alt: twice)
    case UInt8(ascii: "O"): state = .single(alt: twice)
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
      if twice { press(.escape) }
      state = .string(introducer: byte, escaped: false, isEmpty: true)
    default:
      if twice { press(.escape) }
      state = .ground
      utf8.modifiers = byte >= 0x80 ? .alt : []
      takeGround(byte, modifiers: .alt)
    }
  }

  private mutating func takeControl(_ byte: UInt8, alt: Bool) {
    switch byte {
    case 0x20...0x3F:
      if sequence.count <= Self.sequenceLimit { sequence.append(byte) }
    case UInt8(ascii: "[") where sequence.isEmpty:
      // The Linux console's function keys: ESC [ [ A.
      sequence.append(byte)
    case 0x40...0x7E: endControl(byte, alt: alt)
    default:
      // Not part of a sequence: drop what came and read the byte afresh.
      reset()
      takeGround(byte, modifiers: [])
    }
  }

  private mutating func endControl(_ final: UInt8, alt: Bool) {
    let parameters = sequence
    reset()
    guard parameters.count <= Self.sequenceLimit else { return }
    let isByItself = takeFromTerminal(parameters, final, afterEscape: alt)
    if !isByItself, let press = ControlSequence(parameters: parameters, final: final).keyPress {
      events.append(.key(KeyPress(press.key, alt ? press.modifiers.union(.alt) : press.modifiers)))
    }
  }

  /// Takes what the terminal sends by itself: no key modifies that, so an ESC before it was the escape key.
  ///
  /// - Returns: whether it was such a sequence.
  private mutating func takeFromTerminal(_ parameters: [UInt8], _ final: UInt8, afterEscape: Bool) -> Bool {
    let isOldMouse = parameters.isEmpty && final == UInt8(ascii: "M")
    let isPaste = parameters == Array("200".utf8) && final == UInt8(ascii: "~")
    let mouse = MouseReport(parameters: parameters, final: final)
    let report = TerminalReport(parameters: parameters, final: final)
    let isFocus = parameters.isEmpty && (final == UInt8(ascii: "I") || final == UInt8(ascii: "O"))
    guard isOldMouse || isPaste || isFocus || mouse != nil || report != nil else { return false }
    if afterEscape { press(.escape) }
    if isOldMouse {
      state = .mouse(left: 3)
    } else if let input = mouse?.input {
      events.append(.mouse(input))
    } else if let report {
      reports.append(report)
    } else if isPaste {
      state = .paste
    }
    return true
  }

  private mutating func takeSingle(_ byte: UInt8, alt: Bool) {
    reset()
    guard (0x40...0x7E).contains(byte) else {
      if byte < 0x20 || byte >= 0x7F {
        press(.character("O"), .alt)
        takeGround(byte, modifiers: [])
      }
      return
    }
    guard let found = ControlSequence.singleShift(byte) else { return }
    press(found.key, alt ? found.modifiers.union(.alt) : found.modifiers)
  }

  private mutating func takeString(_ byte: UInt8, introducer: UInt8, escaped: Bool) {
    if byte == 0x07 || escaped && byte == UInt8(ascii: "\\") {
      if payload.count <= Self.payloadLimit, let report = TerminalReport(introducer: introducer, payload: payload) {
        reports.append(report)
      }
      reset()
    } else if byte == 0x18 || byte == 0x1A {
      reset()
    } else if escaped {
      // ESC ended the string without a terminator and begins something new.
      payload.removeAll(keepingCapacity: true)
      state = .escape(twice: false)
      takeEscaped(byte, twice: false)
    } else {
      if byte != 0x1B, payload.count <= Self.payloadLimit { payload.append(byte) }
      state = .string(introducer: introducer, escaped: byte == 0x1B, isEmpty: false)
    }
  }
}

extension KeyDecoder {
  private mutating func takePaste(_ byte: UInt8) {
    if byte == 0x03 && Self.heldBack(pasted) == pasted.count {
      // The end marker was lost: Ctrl-C leads out.
      flushPaste()
      state = .ground
      press(.character("c"), .control)
      return
    }
    pasted.append(byte)
    if byte == UInt8(ascii: "~") && pasted.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) {
      pasted.removeLast(Self.pasteEnd.count)
      flushPaste()
      state = .ground
    } else if pasted.count >= Self.pasteLimit {
      flushPasteHoldingBack()
    }
  }

  /// Hands on what has come, but for the end: the end marker may have begun, and no character or CR LF is cut.
  private mutating func flushPasteHoldingBack() {
    let rest = Array(pasted.suffix(Self.heldBack(pasted)))
    pasted.removeLast(rest.count)
    flushPaste()
    pasted = rest
  }

  /// Bytes at the end of a part of a paste that belong to the next part.
  private static func heldBack(_ bytes: [UInt8]) -> Int {
    if let escape = bytes.suffix(pasteEnd.count - 1).lastIndex(of: 0x1B) { return bytes.count - escape }
    if bytes.last == 0x0D { return 1 }
    let tail = bytes.suffix(4)
    guard let lead = tail.lastIndex(where: { $0 & 0xC0 != 0x80 }), bytes[lead] >= 0xC0 else { return 0 }
    return bytes.count - lead
  }

  private mutating func flushPaste() {
    guard !pasted.isEmpty else { return }
    var text: [UInt8] = []
    text.reserveCapacity(pasted.count)
    var previous: UInt8 = 0
    for byte in pasted {
      if !(byte == 0x0A && previous == 0x0D) { text.append(byte == 0x0D ? 0x0A : byte) }
      previous = byte
    }
    events.append(.paste(charset?.text(text) ?? String(decoding: text, as: UTF8.self)))
    pasted.removeAll()
  }
}
