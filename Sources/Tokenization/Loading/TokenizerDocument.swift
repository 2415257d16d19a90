import JSONText

/// A value of a tokenizer.json with its path, for errors that name the place.
struct DocumentNode {
  let value: JSONValue
  let path: String

  func failure(_ problem: String) -> TokenizerError {
    TokenizerError("tokenizer.json: \(path): \(problem)")
  }

  /// The member of a name, `nil` where it is absent or null.
  subscript(name: String) -> DocumentNode? {
    guard let member = value[name], !member.isNull else { return nil }
    return DocumentNode(value: member, path: path.isEmpty ? name : path + "." + name)
  }

  func required(_ name: String) throws(TokenizerError) -> DocumentNode {
    guard let node = self[name] else {
      throw TokenizerError("tokenizer.json: \(path.isEmpty ? "" : path + ": ")\(name) is missing")
    }
    return node
  }

  func string() throws(TokenizerError) -> String {
    guard let text = value.string else { throw failure("expected a string, got \(value.kind)") }
    return text
  }

  func text() throws(TokenizerError) -> [UInt8] { Array(try string().utf8) }

  func bool() throws(TokenizerError) -> Bool {
    guard let flag = value.bool else { throw failure("expected true or false, got \(value.kind)") }
    return flag
  }

  func integer(in range: ClosedRange<Int>) throws(TokenizerError) -> Int {
    guard let number = value.integer else {
      throw failure("expected an integer, got \(value.double.map { String($0) } ?? value.kind)")
    }
    guard range.contains(number) else { throw failure("\(number) is not in \(range.lowerBound)...\(range.upperBound)") }
    return number
  }

  func elements() throws(TokenizerError) -> [DocumentNode] {
    guard let array = value.array else { throw failure("expected an array, got \(value.kind)") }
    return array.enumerated().map { DocumentNode(value: $1, path: "\(path)[\($0)]") }
  }

  func flag(_ name: String, default fallback: Bool) throws(TokenizerError) -> Bool {
    try self[name]?.bool() ?? fallback
  }

  /// One scalar.
  func character() throws(TokenizerError) -> [UInt8] {
    let text = try string()
    guard text.unicodeScalars.count == 1 else { throw failure("expected one character, got \"\(text)\"") }
    return Array(text.utf8)
  }

  /// A pattern as `{"String": ...}` or `{"Regex": ...}`.
  func pattern() throws(TokenizerError) -> (text: [UInt8]?, expression: RegularExpression?) {
    if let text = self["String"] { return (try text.text(), nil) }
    if let expression = self["Regex"] {
      do throws(TokenizerError) {
        return (nil, try RegularExpression(try expression.string()))
      } catch {
        throw expression.failure(error.description)
      }
    }
    if value.string != nil { return (try text(), nil) }
    throw failure("expected {\"String\": ...} or {\"Regex\": ...}")
  }
}
