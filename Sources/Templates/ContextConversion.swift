import JSONText
import OrderedCollections

/// Turns JSON into the values a template sees, marking where they came from.
struct ContextConversion {
  /// Bytes of all strings and a little for each value: what the limits grow with.
  private(set) var bytes = 0

  /// Words that name a role. They are trusted as the value of a message's `role`, for templates that build control tokens of
  /// them (`<|{{ message.role }}|>`); none of them is a control token by itself.
  static let roles: Set<String> = [
    "system", "user", "assistant", "tool", "developer", "function", "ipython", "model", "observation", "environment",
    "documents", "tool_response", "tool_result",
  ]

  /// The variables by the index of their names; those the program never mentions are left out.
  mutating func variables(_ context: OrderedDictionary<String, JSONValue>, names: [String]) throws(TemplateError)
    -> [(name: Int, value: Value)]
  {
    var result: [(name: Int, value: Value)] = []
    for (name, value) in context {
      guard let index = names.firstIndex(of: name) else { continue }
      if name.hasSuffix("_token"), case .string(let text) = value {
        result.append((index, .text(Text(text, isTrusted: true))))
      } else if name == "messages", case .array(let messages) = value {
        var converted: [Value] = []
        for message in messages { converted.append(try self.message(message)) }
        result.append((index, .list(ListObject(converted, isTrusted: false))))
      } else {
        result.append((index, try self.value(value, depth: 0)))
      }
    }
    return result
  }

  private mutating func message(_ message: JSONValue) throws(TemplateError) -> Value {
    let converted = try value(message, depth: 1)
    if case .dictionary(let members) = converted, let role = message["role"]?.string,
      ContextConversion.roles.contains(role)
    {
      try members.set(.string("role"), .text(Text(role, isTrusted: true)))
    }
    return converted
  }

  private mutating func value(_ value: JSONValue, depth: Int) throws(TemplateError) -> Value {
    if depth >= TemplateLimits.valueDepth {
      throw .runtime("variables are nested deeper than \(TemplateLimits.valueDepth) levels")
    }
    bytes += 16
    switch value {
    case .null: return .none
    case .bool(let flag): return .bool(flag)
    case .integer(let number): return .integer(number)
    case .double(let number): return .float(number)
    case .string(let text):
      bytes += text.utf8.count
      return .text(Text(text, isTrusted: false))
    case .array(let elements):
      var converted: [Value] = []
      converted.reserveCapacity(elements.count)
      for element in elements { converted.append(try self.value(element, depth: depth + 1)) }
      return .list(ListObject(converted, isTrusted: false))
    case .object(let members):
      let dictionary = DictionaryObject(isTrusted: false)
      for (name, member) in members {
        bytes += name.utf8.count
        try dictionary.set(.text(Text(name, isTrusted: false)), try self.value(member, depth: depth + 1))
      }
      return .dictionary(dictionary)
    }
  }
}
