public import JSONText

/// How the panes of a screen lie: what is remembered from one start of the program to the next.
///
/// It enters a screen as an event, so that a recorded session looks the same whatever is remembered where it is replayed.
public struct PaneLayout: Hashable, Sendable {
  /// The side pane that is chosen, by the name its screen gives it.
  public var pane: String
  /// Whether the side pane is shown where there is room.
  public var isOpen: Bool
  /// The shares of the panes of each split; they add up to 1.
  public var fractions: [[Double]]

  /// More of anything can only come from a file that is no layout.
  private static let limit = 64

  /// Creates a layout.
  public init(pane: String, isOpen: Bool, fractions: [[Double]]) {
    self.pane = pane
    self.isOpen = isOpen
    self.fractions = fractions
  }

  /// The layout as a JSON object.
  public var json: JSONValue {
    var object = JSONObjectBuilder()
    write(to: &object)
    return object.value
  }

  /// Reads what `json` writes.
  public init(json: JSONValue) throws(EventFormatError) { try self.init(Fields(json)) }
}

extension PaneLayout: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["pane"] = .string(pane)
    object["open"] = .bool(isOpen)
    object["fractions"] = .array(fractions.map { .array($0.map { .double($0) }) })
  }

  init(_ fields: Fields) throws(EventFormatError) {
    let splits = (fields.value["fractions"]?.array ?? []).map { split in split.array?.map(\.double) }
    var fractions: [[Double]] = []
    for split in splits {
      let shares = split?.compactMap { $0 }.filter { $0.isFinite && $0 > 0 } ?? []
      guard fractions.count < PaneLayout.limit, shares.count == split?.count, (1...PaneLayout.limit) ~= shares.count
      else { throw EventFormatError(description: "\"fractions\": expected arrays of positive numbers") }
      fractions.append(shares)
    }
    self.init(pane: try fields.string("pane"), isOpen: try fields.bool("open"), fractions: fractions)
  }
}
