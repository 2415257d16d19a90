import OrderedCollections

extension JSONValue {
  /// The value with every text in it changed, at any depth.
  ///
  /// - Parameters:
  ///   - names: whether names of members are changed, too; of two that become one the last stays.
  ///   - isKept: members whose value stays as it is, by their name.
  public func mapTexts(
    names: Bool = false, keeping isKept: (String) -> Bool = { _ in false }, _ change: (String) -> String
  ) -> JSONValue {
    switch self {
    case .string(let text): return .string(change(text))
    case .array(let elements):
      return .array(elements.map { $0.mapTexts(names: names, keeping: isKept, change) })
    case .object(let members):
      var object = JSONObjectBuilder()
      for (name, member) in members {
        let value = isKept(name) ? member : member.mapTexts(names: names, keeping: isKept, change)
        object[names && !isKept(name) ? change(name) : name] = value
      }
      return object.value
    default: return self
    }
  }
}
