/// The evaluated arguments of a call.
struct Arguments {
  var positional: [Value] = []
  var named: [(name: String, value: Value)] = []

  /// The arguments by parameter, in the order of `names`; nil where none was given.
  ///
  /// - Throws: as Python does for too many, unknown, repeated and missing arguments.
  func bound(_ function: String, _ names: [String], required: Int = 0) throws(TemplateError) -> [Value?] {
    if positional.count > names.count {
      throw .runtime("\(function)() takes at most \(names.count) arguments (\(positional.count) given)")
    }
    var result = [Value?](repeating: nil, count: names.count)
    for (index, value) in positional.enumerated() { result[index] = value }
    for (name, value) in named {
      guard let index = names.firstIndex(of: name) else {
        throw .runtime("\(function)() got an unexpected keyword argument '\(name)'")
      }
      if result[index] != nil { throw .runtime("\(function)() got multiple values for argument '\(name)'") }
      result[index] = value
    }
    for index in 0..<required where result[index] == nil {
      throw .runtime("\(function)() missing required argument: '\(names[index])'")
    }
    return result
  }

  /// Refuses any argument.
  func requireNone(_ function: String) throws(TemplateError) { _ = try bound(function, []) }
}
