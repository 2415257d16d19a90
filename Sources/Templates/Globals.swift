/// The functions every template can call.
enum GlobalFunction: String {
  case range
  case dict
  case lipsum
  case cycler
  case joiner
  case namespace
  case raiseException = "raise_exception"
  case strftimeNow = "strftime_now"

  /// Whether Python's counterpart is a class.
  var isType: Bool {
    switch self {
    case .dict, .cycler, .joiner, .namespace: true
    default: false
    }
  }
}

extension Interpreter {
  func call(global function: GlobalFunction, _ arguments: Arguments) throws(TemplateError) -> Value {
    switch function {
    case .range: return try makeRange(arguments)
    case .dict: return .dictionary(try dictionary(from: arguments, of: "dict"))
    case .namespace:
      let namespace = NamespaceObject(try dictionary(from: arguments, of: "namespace"))
      try register(namespace)
      return .namespace(namespace)
    case .lipsum: throw .runtime("lipsum is not supported: it makes random text")
    case .cycler:
      if arguments.positional.isEmpty { throw .runtime("at least one item has to be provided") }
      let callable = CallableObject(.cycler(CyclerObject(arguments.positional)))
      try register(callable)
      return .callable(callable)
    case .joiner:
      let separator = try arguments.bound("joiner", ["sep"])[0] ?? .string(", ")
      let callable = CallableObject(.joiner(separator: separator))
      try register(callable)
      return .callable(callable)
    case .raiseException:
      let message = try arguments.bound("raise_exception", ["message"], required: 1)[0] ?? .none
      throw TemplateError(kind: .raiseException, message: try text(of: message).string)
    case .strftimeNow:
      let format = try arguments.bound("strftime_now", ["format"], required: 1)[0] ?? .none
      guard case .text(let text) = format else {
        throw .runtime("strftime() argument 1 must be str, not \(format.typeName)")
      }
      try checkRepetition(bytes: text.count, count: 16)
      // The result is no more to be trusted than its format.
      return try value(Text(bytes: Array(now.formatted(text.string).utf8), isTrusted: text.isWhollyTrusted))
    }
  }

  private func makeRange(_ arguments: Arguments) throws(TemplateError) -> Value {
    if !arguments.named.isEmpty { throw .runtime("range() takes no keyword arguments") }
    if arguments.positional.isEmpty || arguments.positional.count > 3 {
      throw .runtime("range expected 1 to 3 arguments, got \(arguments.positional.count)")
    }
    var bounds: [Int] = []
    for value in arguments.positional {
      if case .undefined(let undefined) = value { throw undefined.error }
      if case .bigInteger = value { throw .runtime("Range too big: a bound has more than 64 bits") }
      guard let index = value.index else {
        throw .runtime("'\(value.typeName)' object cannot be interpreted as an integer")
      }
      bounds.append(index)
    }
    let start = bounds.count == 1 ? 0 : bounds[0]
    let stop = bounds.count == 1 ? bounds[0] : bounds[1]
    // The least integer has no positive counterpart; its neighbour gives the same elements.
    let step = bounds.count == 3 ? max(bounds[2], -Int.max) : 1
    if step == 0 { throw .runtime("range() arg 3 must not be zero") }
    let isEmpty = step > 0 ? start >= stop : start <= stop
    if isEmpty { return .range(RangeValue(start: start, stop: start, step: 1)) }
    let (distance, overflow) = stop.subtractingReportingOverflow(start)
    if overflow || distance.magnitude / step.magnitude > UInt(limits.rangeLength)
      || (distance.magnitude - 1) / step.magnitude + 1 > UInt(limits.rangeLength)
    {
      throw .runtime("Range too big: it has more than the limit of \(limits.rangeLength) elements")
    }
    return .range(RangeValue(start: start, stop: stop, step: step))
  }

  /// Python's `dict(...)`: a mapping or pairs, then named values.
  func dictionary(from arguments: Arguments, of function: String) throws(TemplateError) -> DictionaryObject {
    if arguments.positional.count > 1 {
      throw .runtime("\(function) expected at most 1 argument, got \(arguments.positional.count)")
    }
    let result = DictionaryObject()
    if let source = arguments.positional.first { try update(result, from: source) }
    for (name, value) in arguments.named { try set(.string(name), value, in: result) }
    return result
  }

  func update(_ dictionary: DictionaryObject, from source: Value) throws(TemplateError) {
    if case .dictionary(let other) = source {
      for (key, value) in zip(other.keys, other.values) { try set(key, value, in: dictionary) }
      return
    }
    for (index, pair) in try elements(of: source).enumerated() {
      let parts = try elements(
        of: pair, operation: "cannot convert dictionary update sequence element #\(index) to a sequence")
      if parts.count != 2 {
        throw .runtime("dictionary update sequence element #\(index) has length \(parts.count); 2 is required")
      }
      try set(parts[0], parts[1], in: dictionary)
    }
  }
}
