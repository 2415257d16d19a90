public import JSONText
public import Tensors

/// Where the time of prefill or decode went, with what the machine could have done at most.
///
/// The rows are the operations, longest first, then what lies outside of them (the runtime's own work between
/// operations, and the profiling itself), then the whole; so they add up.
public struct PhaseProfile: Sendable {
  /// One line of the table.
  public struct Row: Sendable, Hashable {
    /// The operation.
    public let key: OperationKey
    /// What was counted of it.
    public let count: OperationCount
    /// Its part of the whole time, 0 to 1.
    public let share: Double
    /// The shortest time the machine needs, as a part of the time taken; nil where no limit was measured.
    public let limitShare: Double?
    /// What sets that limit; nil is memory.
    public let limit: ArithmeticUnit?
  }

  /// "prefill" or "decode".
  public let phase: String
  /// Tokens read or drawn in that time.
  public let tokens: Int
  /// Wall time of the whole.
  public let seconds: Double
  /// The operations, longest first.
  public let rows: [Row]

  /// Seconds outside of all operations.
  public var outsideSeconds: Double { seconds - rows.reduce(0) { $0 + $1.count.seconds } }

  /// Makes the rows of a profile.
  ///
  /// - Parameters:
  ///   - seconds: wall time of the work that was profiled; its operations are a part of it.
  ///   - limits: measured in the same run, on the same threads.
  public init(_ profile: OperationProfile, phase: String, tokens: Int, seconds: Double, limits: MachineLimits?) {
    self.phase = phase
    self.tokens = tokens
    self.seconds = seconds
    let whole = max(seconds, 1e-12)
    rows = profile.counts.map { key, count in
      let least = limits?.leastSeconds(
        memoryBytes: count.memoryBytes, operations: count.operations, unit: count.unit)
      return Row(
        key: key, count: count, share: count.seconds / whole,
        limitShare: least.map { $0.seconds / max(count.seconds, 1e-12) }, limit: least?.unit)
    }.sorted { ($1.count.seconds, $0.name) < ($0.count.seconds, $1.name) }
  }

  /// A table for reading.
  public var text: String {
    var table = TextTable(
      header: ["\(phase), \(tokens) tokens", "calls", "ms", "us/call", "share", "GB/s", "GFLOP/s", "of limit", ""])
    for row in rows {
      let count = row.count
      table.add([
        row.name, "\(count.calls)", fixed(count.seconds * 1e3, 2),
        fixed(count.seconds * 1e6 / Double(max(1, count.calls)), 1), percent(row.share),
        fixed(row.bytesPerSecond / 1e9, 1), count.operations > 0 ? fixed(row.operationsPerSecond / 1e9, 1) : "",
        row.limitShare.map(percent) ?? "", row.limitShare == nil ? "" : row.limit?.rawValue ?? "memory",
      ])
    }
    let empty = ["", "", "", ""]
    let outside = outsideSeconds
    table.add(
      ["outside of operations", "", fixed(outside * 1e3, 2), "", percent(outside / max(seconds, 1e-12))] + empty)
    table.add(["all", "", fixed(seconds * 1e3, 2), "", percent(1)] + empty)
    return table.text
  }

  /// One object a row, for JSON Lines.
  public var json: [JSONValue] {
    func row(_ name: String, _ seconds: Double, _ share: Double) -> JSONValue {
      [
        "test": "profile", "phase": .string(phase), "tokens": .integer(tokens), "operation": .string(name),
        "seconds": .double(seconds), "share": .double(share),
      ]
    }
    return rows.map(json)
      + [row("outside", outsideSeconds, outsideSeconds / max(seconds, 1e-12)), row("all", seconds, 1)]
  }

  private func json(_ row: Row) -> JSONValue {
    let count = row.count
    return [
      "test": "profile", "phase": .string(phase), "tokens": .integer(tokens), "operation": .string(row.key.name),
      "seconds": .double(count.seconds), "share": .double(row.share),
      "type": row.key.elementType.map { .string($0.name) } ?? nil,
      "sizes": .array(row.key.sizes.map(JSONValue.integer)), "calls": .integer(count.calls),
      "memory_bytes": .integer(count.memoryBytes), "activation_bytes": .integer(count.activationBytes),
      "operations": .integer(count.operations), "bytes_per_second": .double(row.bytesPerSecond),
      "operations_per_second": .double(row.operationsPerSecond),
      "limit": row.limitShare == nil ? nil : .string(row.limit?.rawValue ?? "memory"),
      "limit_share": row.limitShare.map(JSONValue.double) ?? nil,
    ]
  }
}

extension PhaseProfile.Row {
  /// "linear Q4_1 576x1536".
  var name: String {
    let sizes = key.sizes.map(String.init).joined(separator: "x")
    return [key.name, key.elementType?.name, sizes.isEmpty ? nil : sizes].compactMap { $0 }.joined(separator: " ")
  }

  /// Of weights and cache where the operation reads them, else of activations.
  var bytesPerSecond: Double {
    Double(count.memoryBytes > 0 ? count.memoryBytes : count.activationBytes) / max(count.seconds, 1e-12)
  }

  var operationsPerSecond: Double { Double(count.operations) / max(count.seconds, 1e-12) }
}

private func percent(_ share: Double) -> String { fixed(share * 100, 1) + " %" }
