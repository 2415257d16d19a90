/// The `loop` variable of a `for`.
final class LoopObject {
  private(set) var elements: [Value]
  let count: Int
  var position = 0
  let depth: Int
  /// What `loop.changed` saw last.
  var lastChecked: [Value]?
  /// The loop and the scope around it, for `loop(...)` in a recursive one.
  private(set) var recursion: (loop: ForLoop, scope: Scope)?

  init(elements: [Value], depth: Int, recursion: (loop: ForLoop, scope: Scope)?) {
    self.elements = elements
    count = elements.count
    self.depth = depth
    self.recursion = recursion
  }

  static let methodNames: Set<String> = ["cycle", "changed"]

  func attribute(_ name: String) -> Value? {
    switch name {
    case "index": .integer(position + 1)
    case "index0": .integer(position)
    case "revindex": .integer(count - position)
    case "revindex0": .integer(count - position - 1)
    case "first": .bool(position == 0)
    case "last": .bool(position == count - 1)
    case "length": .integer(count)
    case "depth": .integer(depth + 1)
    case "depth0": .integer(depth)
    case "previtem":
      position > 0 && position <= elements.count
        ? elements[position - 1] : .undefined(Undefined(hint: "there is no previous item"))
    case "nextitem":
      position + 1 < elements.count ? elements[position + 1] : .undefined(Undefined(hint: "there is no next item"))
    default: nil
    }
  }

  /// Lets go of the elements when the loop has ended: a variable that keeps the loop could else keep itself.
  func finish() {
    elements = []
    lastChecked = nil
    recursion = nil
  }
}
