import OrderedCollections

/// Builds a JSON object member by member, in order, for modules that do not want to know its storage.
public struct JSONObjectBuilder: Sendable {
  private var members: OrderedDictionary<String, JSONValue> = [:]

  /// The object so far.
  public var value: JSONValue { .object(members) }

  /// Creates an empty object.
  public init() {}

  /// Begins with the members of an object; with none for any other value.
  public init(membersOf value: JSONValue) { members = value.object ?? [:] }

  /// A member; `nil` removes it.
  public subscript(name: String) -> JSONValue? {
    get { members[name] }
    set { members[name] = newValue }
  }
}
