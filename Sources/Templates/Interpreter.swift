#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a statement asks of the loop around it.
enum Flow {
  case normal
  case breakLoop
  case continueLoop
}

/// Renders one program once.
final class Interpreter {
  let program: Program
  let limits: TemplateLimits
  let now: DateTime
  let root: Scope
  /// What has been printed in the innermost block that captures its output.
  var output = TextBuilder()
  /// Texts that filter blocks stand on, innermost last.
  var captured: [Value] = []
  var line = 1
  var callDepth = 0
  private var depth = 0
  private var stepsLeft: Int
  private var stepsToClock = 0
  private var bytesLeft: Int
  private let deadline: Double
  let textLimit: Int
  private var holders: [any ValueHolder] = []
  let loopName: Int?

  init(program: Program, limits: TemplateLimits, now: DateTime, inputBytes: Int) {
    self.program = program
    self.limits = limits
    self.now = now
    root = Scope(parent: nil)
    let allowance = min(inputBytes, 1 << 32) * limits.allowancePerInputByte
    // Sixteen bytes of text are about as much work as a step.
    stepsLeft = limits.steps + allowance / 16
    bytesLeft = limits.bytes + allowance
    textLimit = limits.textBytes + allowance
    deadline = Interpreter.clock() + limits.seconds
    loopName = program.names.firstIndex(of: "loop")
  }

  /// The text the program makes of the variables that have been assigned to `root`.
  func run() throws(TemplateError) -> Text {
    do throws(TemplateError) {
      _ = try execute(program.statements, root)
      return output.text
    } catch {
      var located = error
      if located.line == nil { located.line = line }
      throw located
    }
  }

  /// Lets go of everything that could hold itself.
  func releaseValues() {
    for holder in holders { holder.releaseValues() }
    root.releaseValues()
    holders = []
  }

  // MARK: Limits

  private static func clock() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Takes steps of work from what is allowed.
  func charge(_ steps: Int = 1) throws(TemplateError) {
    stepsLeft -= steps
    stepsToClock -= steps
    if stepsLeft < 0 { throw .runtime("the template does more than the limit of \(limits.steps) steps of work") }
    if stepsToClock < 0 {
      stepsToClock = 4096
      if Interpreter.clock() > deadline {
        throw .runtime("the template takes longer than the limit of \(limits.seconds) seconds")
      }
    }
  }

  /// Takes work in proportion to the bytes looked at.
  func charge(bytes: Int) throws(TemplateError) { try charge(1 + bytes / 64) }

  /// Takes memory from what is allowed.
  func allocate(_ bytes: Int) throws(TemplateError) {
    bytesLeft -= bytes
    if bytesLeft < 0 { throw .runtime("the template makes more than the limit of \(limits.bytes) bytes of values") }
    try charge(1 + bytes / 256)
  }

  func checkLength(_ bytes: Int) throws(TemplateError) {
    if bytes > textLimit { throw .runtime("text of \(bytes) bytes is longer than the limit of \(textLimit) bytes") }
  }

  /// A text that is about to be made `count` times; refuses before anything is allocated.
  func checkRepetition(bytes: Int, count: Int) throws(TemplateError) {
    let (product, overflow) = bytes.multipliedReportingOverflow(by: max(0, count))
    if overflow || product > textLimit {
      throw .runtime("a text of \(bytes) bytes repeated \(count) times is longer than the limit of \(textLimit) bytes")
    }
  }

  func value(_ text: Text) throws(TemplateError) -> Value {
    try checkLength(text.count)
    try allocate(48 + text.count + text.spans.count * 16)
    return .text(text)
  }

  // MARK: Containers

  func register(_ holder: any ValueHolder) throws(TemplateError) {
    try allocate(32)
    holders.append(holder)
  }

  func listObject(_ elements: [Value], isTrusted: Bool = true) throws(TemplateError) -> ListObject {
    try allocate(64 + elements.count * 40)
    let list = ListObject(elements, isTrusted: isTrusted)
    if elements.contains(where: \.holdsOthers) {
      list.isRegistered = true
      try register(list)
    }
    return list
  }

  func list(_ elements: [Value], isTrusted: Bool = true) throws(TemplateError) -> Value {
    .list(try listObject(elements, isTrusted: isTrusted))
  }

  func tuple(_ elements: [Value], isTrusted: Bool = true) throws(TemplateError) -> Value {
    .tuple(try listObject(elements, isTrusted: isTrusted))
  }

  func iterator(_ elements: [Value], typeName: String = "generator") throws(TemplateError) -> Value {
    try allocate(64 + elements.count * 40)
    let iterator = IteratorObject(elements, typeName: typeName)
    if elements.contains(where: \.holdsOthers) { try register(iterator) }
    return .iterator(iterator)
  }

  func set(_ key: Value, _ value: Value, in dictionary: DictionaryObject) throws(TemplateError) {
    try allocate(96)
    try dictionary.set(key, value)
    if !dictionary.isRegistered, value.holdsOthers || key.holdsOthers {
      dictionary.isRegistered = true
      try register(dictionary)
    }
  }

  func append(_ elements: [Value], to list: ListObject) throws(TemplateError) {
    try allocate(elements.count * 40)
    list.elements += elements
    if !list.isRegistered, elements.contains(where: \.holdsOthers) {
      list.isRegistered = true
      try register(list)
    }
  }

  // MARK: Nesting and output

  /// Counts a level of evaluation; `leave` ends it.
  func enter() throws(TemplateError) {
    depth += 1
    if depth > TemplateLimits.evaluationDepth { throw .runtime("maximum recursion depth exceeded") }
    try charge()
  }

  func leave() { depth -= 1 }

  func print(_ text: Text) throws(TemplateError) {
    try checkLength(output.count + text.count)
    try charge(bytes: text.count)
    output.append(text)
  }

  /// What statements print, apart from the output around them.
  func capture(_ body: [Statement], _ scope: Scope) throws(TemplateError) -> (text: Text, flow: Flow) {
    let outer = output
    output = TextBuilder()
    let flow = try execute(body, scope)
    let text = output.text
    output = outer
    try allocate(text.count)
    return (text, flow)
  }

  // MARK: Variables

  func lookUp(_ name: Int, _ scope: Scope) -> Value {
    var place: Scope? = scope
    while let current = place {
      if let value = current.local(name) { return value }
      place = current.parent
    }
    let spelling = program.names[name]
    if let function = GlobalFunction(rawValue: spelling) { return .callable(CallableObject(.global(function))) }
    return .undefined(Undefined(name: spelling))
  }
}
