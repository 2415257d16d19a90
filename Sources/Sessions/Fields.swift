import JSONText

/// Why a line of a log is not an event.
public struct EventFormatError: Error, Hashable, CustomStringConvertible {
  /// The fault in one line.
  public let description: String
}

/// Reads the members of a JSON object, with errors that name the member.
struct Fields {
  let value: JSONValue

  init(_ value: JSONValue) throws(EventFormatError) {
    guard value.object != nil else { throw EventFormatError(description: "expected an object, got \(value.kind)") }
    self.value = value
  }

  private func required<Value>(
    _ name: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(EventFormatError) -> Value {
    guard let member = value[name] else { throw EventFormatError(description: "\"\(name)\" is missing") }
    guard let result = read(member) else {
      throw EventFormatError(description: "\"\(name)\": expected \(expected), got \(member.kind)")
    }
    return result
  }

  func string(_ name: String) throws(EventFormatError) -> String { try required(name, "a string") { $0.string } }
  /// An integer of at most 53 bits: screens compute with it, and a forged one must not overflow.
  func integer(_ name: String) throws(EventFormatError) -> Int {
    try required(name, "an integer") { $0.integer.flatMap { $0.magnitude <= 1 << 53 ? $0 : nil } }
  }
  func double(_ name: String) throws(EventFormatError) -> Double { try required(name, "a number") { $0.double } }
  func bool(_ name: String) throws(EventFormatError) -> Bool { try required(name, "a boolean") { $0.bool } }
  func float(_ name: String) throws(EventFormatError) -> Float { try required(name, "a number", Float.init(json:)) }
  func token(_ name: String) throws(EventFormatError) -> Int32 {
    try required(name, "a token id") { $0.integer.flatMap(Int32.init(exactly:)) }
  }

  func tokens(_ name: String) throws(EventFormatError) -> [Int32] {
    try required(name, "an array of token ids") { member in
      guard let elements = member.array else { return nil }
      let ids = elements.compactMap { $0.integer.flatMap(Int32.init(exactly:)) }
      return ids.count == elements.count ? ids : nil
    }
  }

  func objects(_ name: String) throws(EventFormatError) -> [Fields] {
    let elements = try required(name, "an array") { $0.array }
    var fields: [Fields] = []
    for element in elements { fields.append(try Fields(element)) }
    return fields
  }

  func object(_ name: String) throws(EventFormatError) -> Fields {
    try Fields(try required(name, "an object") { $0 })
  }

  /// A member that may be absent or null.
  func optional<Value>(
    _ name: String, _ read: (String) throws(EventFormatError) -> Value
  ) throws(EventFormatError) -> Value? {
    guard let member = value[name], !member.isNull else { return nil }
    return try read(name)
  }
}

extension Float {
  /// The number in its shortest form that reads back as the same; what JSON lacks is written as text.
  var json: JSONValue {
    guard isFinite else { return .string(isNaN ? "nan" : self < 0 ? "-inf" : "inf") }
    guard let short = Double(description), Float(short) == self else { return .double(Double(self)) }
    return .double(short)
  }

  init?(json: JSONValue) {
    switch json.string {
    case "nan": self = .nan
    case "inf": self = .infinity
    case "-inf": self = -.infinity
    case .some: return nil
    case nil:
      guard let number = json.double else { return nil }
      self = Float(number)
    }
  }
}

extension UInt64 {
  /// A JSON integer where 63 bits hold it, else its decimal digits as text.
  var json: JSONValue {
    if let small = Int(exactly: self) { .integer(small) } else { .string(String(self)) }
  }

  init?(json: JSONValue) {
    if let number = json.integer, let value = UInt64(exactly: number) {
      self = value
    } else if let digits = json.string, let value = UInt64(digits) {
      self = value
    } else {
      return nil
    }
  }
}
