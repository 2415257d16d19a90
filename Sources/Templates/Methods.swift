/// The methods of Python's types that templates can call.
enum MethodNames {
  static let text: Set<String> = [
    "capitalize", "casefold", "center", "count", "endswith", "expandtabs", "find", "format", "format_map", "index",
    "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable",
    "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "partition", "removeprefix", "removesuffix",
    "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith",
    "strip", "swapcase", "title", "upper", "zfill", "unescape", "striptags", "encode", "translate", "maketrans",
  ]
  static let list: Set<String> = [
    "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort",
  ]
  static let dictionary: Set<String> = [
    "clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values",
  ]

  /// Whether a method changes its receiver.
  static func changes(_ name: String, _ value: Value) -> Bool {
    switch value {
    case .list: !["copy", "count", "index"].contains(name)
    case .dictionary: ["clear", "pop", "popitem", "setdefault", "update"].contains(name)
    default: false
    }
  }

  static func has(_ name: String, _ value: Value) -> Bool {
    switch value {
    case .text(let text):
      // The last of these only Markup has.
      return self.text.contains(name) && (text.isMarkup || (name != "unescape" && name != "striptags"))
    case .list: return list.contains(name)
    case .dictionary: return dictionary.contains(name)
    case .tuple, .range: return name == "count" || name == "index"
    case .integer, .bool, .bigInteger: return name == "bit_length" || name == "is_integer"
    case .float: return name == "is_integer"
    case .view(let view): return name == "isdisjoint" && view.content != .values
    case .loop: return LoopObject.methodNames.contains(name)
    case .callable(let callable):
      if case .cycler = callable.kind { return name == "next" || name == "reset" }
      return false
    default: return false
    }
  }
}

extension Interpreter {
  func call(method name: String, of receiver: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    switch receiver {
    case .text(let text): return try call(method: name, of: text, arguments)
    case .list(let list): return try call(method: name, of: list, arguments)
    case .tuple(let list): return try search(name, in: list.elements, receiver, arguments)
    case .range: return try search(name, in: try elements(of: receiver), receiver, arguments)
    case .dictionary(let dictionary): return try call(method: name, of: dictionary, arguments)
    case .loop(let loop): return try call(method: name, of: loop, arguments)
    case .integer(let number) where name == "bit_length":
      return .integer(Int.bitWidth - number.magnitude.leadingZeroBitCount)
    case .integer, .bool, .bigInteger:
      if name == "bit_length" { throw .runtime("bit_length() of a large integer is not supported") }
      return .bool(true)
    case .float(let number): return .bool(number.isFinite && number == number.rounded())
    case .view(let view):
      let others = try elements(of: try arguments.bound(name, ["other"], required: 1)[0] ?? .none)
      for other in others where try contains(.view(view), other) { return .bool(false) }
      return .bool(true)
    case .callable(let callable):
      guard case .cycler(let cycler) = callable.kind else { break }
      try arguments.requireNone(name)
      if name == "reset" {
        cycler.position = 0
        return .none
      }
      defer { cycler.position = (cycler.position + 1) % cycler.items.count }
      return cycler.items[cycler.position]
    default: break
    }
    throw .runtime("'\(receiver.typeName)' object has no method '\(name)'")
  }

  private func call(method name: String, of loop: LoopObject, _ arguments: Arguments) throws(TemplateError) -> Value {
    if !arguments.named.isEmpty { throw .runtime("\(name)() takes no keyword arguments") }
    if name == "cycle" {
      if arguments.positional.isEmpty { throw .runtime("no items for cycling given") }
      return arguments.positional[loop.position % arguments.positional.count]
    }
    var isSame = loop.lastChecked?.count == arguments.positional.count
    for (old, new) in zip(loop.lastChecked ?? [], arguments.positional) where isSame { isSame = try equals(old, new) }
    loop.lastChecked = arguments.positional
    return .bool(!isSame)
  }

  // MARK: Lists

  private func search(_ name: String, in elements: [Value], _ receiver: Value, _ arguments: Arguments)
    throws(TemplateError) -> Value
  {
    let given = try arguments.bound(name, name == "count" ? ["value"] : ["value", "start", "stop"], required: 1)
    let wanted = given[0] ?? .none
    if name == "count" {
      var count = 0
      for element in elements where try equals(element, wanted) { count += 1 }
      return .integer(count)
    }
    let range = Interpreter.sliceIndices(
      elements.count, given[1]?.index, given[2]?.index, 1)
    for index in range.first..<range.first + range.count where try equals(elements[index], wanted) {
      return .integer(index)
    }
    throw .runtime("\(try repr(wanted).string) is not in \(receiver.typeName)")
  }

  private func call(method name: String, of list: ListObject, _ arguments: Arguments) throws(TemplateError) -> Value {
    try charge(1 + list.elements.count / 16)
    switch name {
    case "append": try append([try arguments.bound(name, ["object"], required: 1)[0] ?? .none], to: list)
    case "extend":
      try append(try elements(of: try arguments.bound(name, ["iterable"], required: 1)[0] ?? .none), to: list)
    case "insert":
      let given = try arguments.bound(name, ["index", "object"], required: 2)
      let index = try integer(given[0] ?? .none)
      let place = index < 0 ? max(0, index &+ list.elements.count) : min(index, list.elements.count)
      try append([given[1] ?? .none], to: list)
      list.elements.insert(list.elements.removeLast(), at: place)
    case "pop":
      if list.elements.isEmpty { throw .runtime("pop from empty list") }
      let index = try integer(try arguments.bound(name, ["index"])[0] ?? .integer(-1))
      let place = index < 0 ? index &+ list.elements.count : index
      guard list.elements.indices.contains(place) else { throw .runtime("pop index out of range") }
      return list.elements.remove(at: place)
    case "remove":
      let wanted = try arguments.bound(name, ["value"], required: 1)[0] ?? .none
      for (index, element) in list.elements.enumerated() where try equals(element, wanted) {
        list.elements.remove(at: index)
        return .none
      }
      throw .runtime("list.remove(x): x not in list")
    case "clear":
      try arguments.requireNone(name)
      list.elements = []
    case "reverse":
      try arguments.requireNone(name)
      list.elements.reverse()
    case "copy":
      try arguments.requireNone(name)
      return try self.list(list.elements, isTrusted: list.isTrusted)
    case "sort":
      let given = try arguments.bound(name, ["key", "reverse"])
      if let key = given[0], !isNone(key) { throw .runtime("sort() with a key function is not supported") }
      list.elements = try sorted(list.elements, reverse: given[1].map(isTrue) ?? false) { $0 }
    default: return try search(name, in: list.elements, .list(list), arguments)
    }
    return .none
  }

  /// A value that must be an integer.
  func integer(_ value: Value) throws(TemplateError) -> Int {
    if let index = value.index { return index }
    if case .undefined(let undefined) = value { throw undefined.error }
    throw .runtime("'\(value.typeName)' object cannot be interpreted as an integer")
  }

  // MARK: Dictionaries

  private func call(method name: String, of dictionary: DictionaryObject, _ arguments: Arguments)
    throws(TemplateError) -> Value
  {
    switch name {
    case "get":
      let given = try arguments.bound(name, ["key", "default"], required: 1)
      return try dictionary.value(for: given[0] ?? .none) ?? given[1] ?? .none
    case "items", "keys", "values":
      try arguments.requireNone(name)
      return .view(DictionaryView(dictionary, name == "items" ? .items : name == "keys" ? .keys : .values))
    case "pop":
      let given = try arguments.bound(name, ["key", "default"], required: 1)
      try charge(1 + dictionary.count / 4)
      if let value = try dictionary.remove(given[0] ?? .none) ?? given[1] { return value }
      throw .runtime(try repr(given[0] ?? .none).string)
    case "popitem":
      try arguments.requireNone(name)
      guard let key = dictionary.keys.last else { throw .runtime("popitem(): dictionary is empty") }
      try charge(1 + dictionary.count / 4)
      return try tuple([key, try dictionary.remove(key) ?? .none])
    case "setdefault":
      let given = try arguments.bound(name, ["key", "default"], required: 1)
      if let value = try dictionary.value(for: given[0] ?? .none) { return value }
      try set(given[0] ?? .none, given[1] ?? .none, in: dictionary)
      return given[1] ?? .none
    case "update":
      try update(dictionary, from: .dictionary(try self.dictionary(from: arguments, of: name)))
    case "clear":
      try arguments.requireNone(name)
      dictionary.removeAll()
    case "copy":
      try arguments.requireNone(name)
      try allocate(dictionary.count * 96)
      let copy = dictionary.copy()
      try register(copy)
      return .dictionary(copy)
    default:
      let given = try arguments.bound(name, ["iterable", "value"], required: 1)
      let result = DictionaryObject()
      for key in try elements(of: given[0] ?? .none) { try set(key, given[1] ?? .none, in: result) }
      return .dictionary(result)
    }
    return .none
  }
}
