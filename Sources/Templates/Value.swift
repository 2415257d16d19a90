/// A value of the template language; it behaves as Python's of the same kind. Lists, dictionaries and the like are shared by
/// reference, as in Python.
enum Value {
  case undefined(Undefined)
  case none
  case bool(Bool)
  case integer(Int)
  /// Never one that fits `integer`.
  case bigInteger(BigInteger)
  case float(Double)
  case text(Text)
  case list(ListObject)
  case tuple(ListObject)
  case dictionary(DictionaryObject)
  case view(DictionaryView)
  case range(RangeValue)
  case iterator(IteratorObject)
  case namespace(NamespaceObject)
  case loop(LoopObject)
  case callable(CallableObject)

  static func string(_ text: String) -> Value { .text(Text(text)) }

  /// The name of Python's type.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .bool: "bool"
    case .integer, .bigInteger: "int"
    case .float: "float"
    case .text(let text): text.isMarkup ? "Markup" : "str"
    case .list: "list"
    case .tuple: "tuple"
    case .dictionary: "dict"
    case .view(let view): view.typeName
    case .range: "range"
    case .iterator(let iterator): iterator.typeName
    case .namespace: "Namespace"
    case .loop: "LoopContext"
    case .callable(let callable): callable.typeName
    }
  }

  /// How messages on missing attributes call the value.
  var objectDescription: String {
    switch self {
    case .none: "None"
    case .namespace: "jinja2.utils.Namespace object"
    case .loop: "jinja2.runtime.LoopContext object"
    case .text(let text) where text.isMarkup: "markupsafe.Markup object"
    default: "\(typeName) object"
    }
  }

  var isUndefined: Bool { if case .undefined = self { true } else { false } }

  /// Whether freeing the value could free others below it.
  var holdsOthers: Bool {
    switch self {
    case .list, .tuple, .dictionary, .view, .iterator, .namespace, .loop, .callable: true
    default: false
    }
  }

  /// The value of an integer or a bool.
  var index: Int? {
    switch self {
    case .integer(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }
}

/// A variable, attribute or item that is not there. Printing it prints nothing; using it is an error.
final class Undefined: Sendable {
  private let name: String
  private let owner: String?
  private let hint: String?

  init(name: String) {
    self.name = name
    owner = nil
    hint = nil
  }

  init(name: String, owner: String) {
    self.name = name
    self.owner = owner
    hint = nil
  }

  init(hint: String) {
    name = ""
    owner = nil
    self.hint = hint
  }

  var message: String {
    if let hint { return hint }
    if let owner { return "'\(owner)' has no attribute '\(name)'" }
    return "'\(name)' is undefined"
  }

  var error: TemplateError { .runtime(message) }
}

/// Something that holds values and can let go of them. What may be part of a cycle or of a deep nest is emptied at the end of a
/// render, so nothing leaks and freeing never recurses deeply.
protocol ValueHolder: AnyObject {
  func releaseValues()
}

/// The elements of a list or tuple.
final class ListObject: ValueHolder {
  var elements: [Value]
  /// Whether a template made it; else its brackets are no more to be trusted than what stands in them.
  let isTrusted: Bool
  var isRegistered = false

  init(_ elements: [Value], isTrusted: Bool = true) {
    self.elements = elements
    self.isTrusted = isTrusted
  }

  func releaseValues() { elements = [] }
}

/// Attributes that a template may set.
final class NamespaceObject: ValueHolder {
  let attributes: DictionaryObject
  init(_ attributes: DictionaryObject) { self.attributes = attributes }
  func releaseValues() { attributes.releaseValues() }
}

/// A Python iterator or generator: its elements can be taken once.
final class IteratorObject: ValueHolder {
  private var elements: [Value]
  private var position = 0
  let typeName: String

  init(_ elements: [Value], typeName: String = "generator") {
    self.elements = elements
    self.typeName = typeName
  }

  func next() -> Value? {
    guard position < elements.count else { return nil }
    position += 1
    return elements[position - 1]
  }

  func rest() -> [Value] {
    defer { position = elements.count }
    return position == 0 ? elements : Array(elements[min(position, elements.count)...])
  }

  func releaseValues() {
    elements = []
    position = 0
  }
}

/// What `range` gives.
struct RangeValue {
  let start: Int
  let stop: Int
  let step: Int

  var count: Int {
    // Bounds are checked where ranges are made, so the difference cannot overflow.
    if step > 0 { return start < stop ? (stop - start - 1) / step + 1 : 0 }
    return start > stop ? (start - stop - 1) / -step + 1 : 0
  }

  func element(_ index: Int) -> Int { start + index * step }

  func contains(_ value: Int) -> Bool {
    if step > 0 ? (value < start || value >= stop) : (value > start || value <= stop) { return false }
    return (value - start) % step == 0
  }
}

/// What `items()`, `keys()` and `values()` give: it follows changes of its dictionary.
final class DictionaryView {
  enum Content { case keys, values, items }

  let dictionary: DictionaryObject
  let content: Content

  init(_ dictionary: DictionaryObject, _ content: Content) {
    self.dictionary = dictionary
    self.content = content
  }

  var typeName: String {
    switch content {
    case .keys: "dict_keys"
    case .values: "dict_values"
    case .items: "dict_items"
    }
  }

  var elements: [Value] {
    switch content {
    case .keys: dictionary.keys
    case .values: dictionary.values
    case .items: dictionary.pairs
    }
  }
}

/// Something to call.
final class CallableObject: ValueHolder {
  enum Kind {
    case global(GlobalFunction)
    case method(receiver: Value, name: String)
    case macro(MacroDefinition, scope: Scope)
    case cycler(CyclerObject)
    case joiner(separator: Value)
  }

  private(set) var kind: Kind
  /// Whether a joiner has been called.
  var isUsed = false

  init(_ kind: Kind) { self.kind = kind }

  var typeName: String {
    switch kind {
    case .global(let function): function.isType ? "type" : "function"
    case .method: "builtin_function_or_method"
    case .macro: "Macro"
    case .cycler: "Cycler"
    case .joiner: "Joiner"
    }
  }

  func releaseValues() { kind = .global(.range) }
}

/// A `cycler`: its items in turn.
final class CyclerObject {
  let items: [Value]
  var position = 0
  init(_ items: [Value]) { self.items = items }
}

/// The variables of a block.
final class Scope: ValueHolder {
  let parent: Scope?
  private var names: [Int] = []
  private var values: [Value] = []

  init(parent: Scope?) { self.parent = parent }

  /// The value in this scope alone.
  func local(_ name: Int) -> Value? {
    for index in names.indices where names[index] == name { return values[index] }
    return nil
  }

  func assign(_ name: Int, _ value: Value) {
    for index in names.indices where names[index] == name {
      values[index] = value
      return
    }
    names.append(name)
    values.append(value)
  }

  func releaseValues() {
    names = []
    values = []
  }
}
