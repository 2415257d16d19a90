public import JSONText

/// How long it took until a model was ready, and what took it; all in seconds.
public struct ModelLoadTimes: Hashable, Sendable {
  /// From the call to the model being ready.
  public var total: Double
  /// Mapping the files and reading their headers.
  public var open: Double
  /// Reading the weights and packing them for the processor.
  public var weights: Double
  /// Bytes of packed weights.
  public var packedBytes: Int
  /// Building tokenizer and chat template, at the same time as the weights.
  public var tokenizer: Double
  /// Finding the weights' hash: looked up, or computed the first time.
  public var identity: Double

  /// Creates a report.
  public init(
    total: Double, open: Double, weights: Double, packedBytes: Int, tokenizer: Double, identity: Double
  ) {
    self.total = total
    self.open = open
    self.weights = weights
    self.packedBytes = packedBytes
    self.tokenizer = tokenizer
    self.identity = identity
  }

  /// The whole in a few words, for people: "ready in 95 ms".
  public var summary: String { "ready in \(milliseconds(total)) ms" }

  /// All of it in one line, for people.
  public var text: String {
    summary + ": open \(milliseconds(open)), weights \(milliseconds(weights)) "
      + "(\(packedBytes / 1_000_000) MB packed), tokenizer beside them \(milliseconds(tokenizer)), "
      + "identity \(milliseconds(identity))"
  }

  /// Whole milliseconds; what a log holds may be any number.
  private func milliseconds(_ seconds: Double) -> Int {
    seconds.isFinite ? Int((min(max(seconds, 0), 1e6) * 1000).rounded()) : 0
  }
}

extension ModelLoadTimes: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["seconds"] = .double(total)
    object["open_seconds"] = .double(open)
    object["weights_seconds"] = .double(weights)
    object["packed_bytes"] = .integer(packedBytes)
    object["tokenizer_seconds"] = .double(tokenizer)
    object["identity_seconds"] = .double(identity)
  }

  init(_ fields: Fields) throws(EventFormatError) {
    self.init(
      total: try fields.double("seconds"), open: try fields.double("open_seconds"),
      weights: try fields.double("weights_seconds"), packedBytes: try fields.integer("packed_bytes"),
      tokenizer: try fields.double("tokenizer_seconds"), identity: try fields.double("identity_seconds"))
  }

  /// The times as one object.
  public var json: JSONValue {
    var object = JSONObjectBuilder()
    write(to: &object)
    return object.value
  }
}
