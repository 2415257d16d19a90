/// What makes two keys of a dictionary the same.
enum DictionaryKey: Hashable {
  case none
  case undefined
  case text([UInt8])
  case integer(Int)
  case float(Double)
  case big(String)
  case tuple([DictionaryKey])
  case object(ObjectIdentifier)

  /// - Throws: for a value that Python cannot hash.
  init(_ value: Value, depth: Int = 0) throws(TemplateError) {
    switch value {
    case .none: self = .none
    case .undefined: self = .undefined
    case .bool(let value): self = .integer(value ? 1 : 0)
    case .integer(let value): self = .integer(value)
    case .bigInteger(let value): self = .big(value.description)
    case .float(let value): self = Int(exactly: value).map { .integer($0) } ?? .float(value)
    case .text(let text): self = .text(text.bytes)
    case .tuple(let tuple):
      if depth > TemplateLimits.valueDepth { throw .runtime("value is nested too deeply to be a key") }
      var keys: [DictionaryKey] = []
      for element in tuple.elements { keys.append(try DictionaryKey(element, depth: depth + 1)) }
      self = .tuple(keys)
    case .range(let range): self = .tuple([.integer(range.start), .integer(range.count), .integer(range.step)])
    case .iterator(let object): self = .object(ObjectIdentifier(object))
    case .namespace(let object): self = .object(ObjectIdentifier(object))
    case .loop(let object): self = .object(ObjectIdentifier(object))
    case .callable(let object): self = .object(ObjectIdentifier(object))
    case .list, .dictionary, .view: throw .runtime("unhashable type: '\(value.typeName)'")
    }
  }
}

/// A dictionary that keeps the order in which keys came.
final class DictionaryObject: ValueHolder {
  private(set) var keys: [Value] = []
  private(set) var values: [Value] = []
  /// Positions by key; kept only for dictionaries too long to search.
  private var positions: [DictionaryKey: Int] = [:]
  /// Whether a template made it.
  let isTrusted: Bool
  var isRegistered = false

  private static let searchedLength = 8

  init(isTrusted: Bool = true) { self.isTrusted = isTrusted }

  var count: Int { keys.count }

  var pairs: [Value] { keys.indices.map { .tuple(ListObject([keys[$0], values[$0]], isTrusted: isTrusted)) } }

  private func rebuildPositions() {
    positions = [:]
    if keys.count <= DictionaryObject.searchedLength { return }
    for (index, key) in keys.enumerated() {
      if let key = try? DictionaryKey(key) { positions[key] = index }
    }
  }

  private func position(of key: Value) throws(TemplateError) -> Int? {
    if case .text(let text) = key { return position(of: text) }
    let wanted = try DictionaryKey(key)
    if keys.count > DictionaryObject.searchedLength { return positions[wanted] }
    for index in keys.indices where try DictionaryKey(keys[index]) == wanted { return index }
    return nil
  }

  private func position(of text: Text) -> Int? {
    if keys.count > DictionaryObject.searchedLength { return positions[.text(text.bytes)] }
    for (index, key) in keys.enumerated() {
      if case .text(let other) = key, other.bytes == text.bytes { return index }
    }
    return nil
  }

  func value(for key: Value) throws(TemplateError) -> Value? {
    try position(of: key).map { values[$0] }
  }

  func value(for name: Text) -> Value? { position(of: name).map { values[$0] } }

  func value(for name: String) -> Value? { value(for: Text(name)) }

  func set(_ key: Value, _ value: Value) throws(TemplateError) {
    if let index = try position(of: key) {
      values[index] = value
      return
    }
    keys.append(key)
    values.append(value)
    if keys.count == DictionaryObject.searchedLength + 1 {
      rebuildPositions()
    } else if keys.count > DictionaryObject.searchedLength {
      positions[try DictionaryKey(key)] = keys.count - 1
    }
  }

  func remove(_ key: Value) throws(TemplateError) -> Value? {
    guard let index = try position(of: key) else { return nil }
    keys.remove(at: index)
    defer { rebuildPositions() }
    return values.remove(at: index)
  }

  func removeAll() {
    keys = []
    values = []
    positions = [:]
  }

  func copy() -> DictionaryObject {
    let copy = DictionaryObject(isTrusted: isTrusted)
    copy.keys = keys
    copy.values = values
    copy.positions = positions
    return copy
  }

  func releaseValues() { removeAll() }
}
