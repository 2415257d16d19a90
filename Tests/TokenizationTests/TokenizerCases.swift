import JSONText
import TestSupport

@testable import Tokenization

/// One folder of the reference cases: a tokenizer.json and what it must give.
struct TokenizerCases {
  let tokenizer: PipelineTokenizer
  let cases: JSONValue
  let folder: String

  init(folder: String) throws {
    self.folder = folder
    tokenizer = try PipelineTokenizer(tokenizerJSON: try Fixtures.bytes(folder + "/tokenizer.json"))
    cases = try JSONValue(parsing: try Fixtures.bytes(folder + "/cases.json"))
  }

  /// What differs from the expected values, one line each.
  func differences() throws -> [String] {
    var found: [String] = []
    func compare(_ what: String, _ subject: String, _ got: some Equatable, _ want: some Equatable) {
      if "\(got)" != "\(want)" { found.append("\(what) of \(subject): got \(got), want \(want)") }
    }
    for entry in cases["encode"]?.array ?? [] {
      let text = entry["text"]?.string ?? ""
      let plain = try tokenizer.encode(text, addSpecial: false, parseSpecial: true)
      compare("ids", text.debugDescription, plain, entry.ids("ids"))
      let framed = try tokenizer.encode(text, addSpecial: true, parseSpecial: true)
      compare("ids with special", text.debugDescription, framed, entry.ids("ids_special"))
      found += differencesOfDecoding(framed, entry)
    }
    for entry in cases["decode"]?.array ?? [] { found += differencesOfDecoding(entry.ids("ids"), entry) }
    return found
  }

  private func differencesOfDecoding(_ ids: [Int32], _ entry: JSONValue) -> [String] {
    var found: [String] = []
    for (key, skips) in [("decoded", false), ("decoded_skip_special", true)] {
      let want = entry[key]?.string
      let got = tokenizer.decode(ids, skipSpecial: skips)
      // Strings compare by canonical equivalence; here every scalar counts.
      if want.map({ Array($0.utf8) }) != Array(got.utf8) {
        found.append("\(key) of \(ids): got \(got), want \(want ?? "")")
      }
    }
    return found
  }
}

extension JSONValue {
  func ids(_ key: String) -> [Int32] { (self[key]?.array ?? []).compactMap { $0.integer.map { Int32($0) } } }
}

/// A repeatable source of random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  /// Text of all kinds: words, digits, spaces, scripts, emoji, combining marks, controls.
  mutating func text(length: Int) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<length {
      let value: UInt32 =
        switch Int.random(in: 0..<12, using: &self) {
        case 0...3: UInt32.random(in: 0x61...0x7A, using: &self)
        case 4, 5: [0x20, 0x20, 0x20, 0x0A, 0x0D, 0x09].randomElement(using: &self) ?? 0x20
        case 6: UInt32.random(in: 0x30...0x39, using: &self)
        case 7: UInt32.random(in: 0x21...0x7E, using: &self)
        case 8: UInt32.random(in: 0xA0...0x600, using: &self)
        case 9: UInt32.random(in: 0x300...0x36F, using: &self)
        case 10: UInt32.random(in: 0x3000...0xD7FF, using: &self)
        default: UInt32.random(in: 0...0x10FFFF, using: &self)
        }
      text.append(Unicode.Scalar(value) ?? "'")
    }
    return String(text)
  }
}
