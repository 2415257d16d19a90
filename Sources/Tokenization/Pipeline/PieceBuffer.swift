/// What happens to the matches when a text is split at them.
enum SplitBehavior: String, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"
}

/// A text and the pieces that it is split into, in order.
struct PieceBuffer {
  var bytes: [UInt8]
  private(set) var starts: [Int32]
  private(set) var ends: [Int32]
  /// Whether the first piece begins where the whole input begins.
  private(set) var isAtStart: Bool

  struct Span {
    var start: Int32
    var end: Int32
    var isMatch: Bool
  }

  init(_ bytes: [UInt8], isAtStart: Bool) {
    self.bytes = bytes
    self.isAtStart = isAtStart
    starts = bytes.isEmpty ? [] : [0]
    ends = bytes.isEmpty ? [] : [Int32(bytes.count)]
  }

  /// Splits every piece: `matches` calls its second argument with the bounds of each match within the piece.
  mutating func split(
    _ behavior: SplitBehavior, inverted: Bool = false,
    matches: (UnsafeBufferPointer<UInt8>, (Int, Int) -> Void) -> Void
  ) {
    var newStarts: [Int32] = []
    var newEnds: [Int32] = []
    newStarts.reserveCapacity(starts.count)
    newEnds.reserveCapacity(starts.count)
    var spans: [Span] = []
    bytes.withUnsafeBufferPointer { bytes in
      for piece in starts.indices {
        spans.removeAll(keepingCapacity: true)
        let base = starts[piece]
        let length = ends[piece] - base
        var rest: Int32 = 0
        matches(UnsafeBufferPointer(rebasing: bytes[Int(base)..<Int(ends[piece])])) { start, end in
          let (start, end) = (Int32(truncatingIfNeeded: start), Int32(truncatingIfNeeded: end))
          if rest < start { spans.append(Span(start: base + rest, end: base + start, isMatch: inverted)) }
          spans.append(Span(start: base + start, end: base + end, isMatch: !inverted))
          rest = end
        }
        if rest < length { spans.append(Span(start: base + rest, end: base + length, isMatch: inverted)) }
        PieceBuffer.join(&spans, behavior)
        for span in spans where span.start < span.end {
          newStarts.append(span.start)
          newEnds.append(span.end)
        }
      }
    }
    isAtStart = isAtStart && newStarts.first == 0
    starts = newStarts
    ends = newEnds
  }

  private static func join(_ spans: inout [Span], _ behavior: SplitBehavior) {
    switch behavior {
    case .isolated: break
    case .removed: spans.removeAll { $0.isMatch }
    case .contiguous:
      fold(&spans) { $0 == $1 }
    case .mergedWithPrevious:
      fold(&spans) { $1 && !$0 }
    case .mergedWithNext:
      var joined: [Span] = []
      var previous = false
      for span in spans.reversed() {
        if span.isMatch, !previous, !joined.isEmpty {
          joined[joined.count - 1].start = span.start
        } else {
          joined.append(span)
        }
        previous = span.isMatch
      }
      spans = joined.reversed()
    }
  }

  /// Joins a span to the one before it where `joins(previous, this)` says so.
  private static func fold(_ spans: inout [Span], joins: (Bool, Bool) -> Bool) {
    var kept = 0
    var previous = false
    for span in spans {
      if kept > 0, joins(previous, span.isMatch) {
        spans[kept - 1].end = span.end
      } else {
        spans[kept] = span
        kept += 1
      }
      previous = span.isMatch
    }
    spans.removeLast(spans.count - kept)
  }

  /// Rewrites every piece; the closure appends the new text and is told whether the input begins here.
  mutating func rewrite(_ body: (ArraySlice<UInt8>, Bool, inout [UInt8]) -> Void) {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + starts.count)
    var kept = 0
    for piece in starts.indices {
      let start = output.count
      body(bytes[Int(starts[piece])..<Int(ends[piece])], isAtStart && piece == 0, &output)
      if output.count > start {
        starts[kept] = Int32(start)
        ends[kept] = Int32(output.count)
        kept += 1
      }
    }
    starts.removeLast(starts.count - kept)
    ends.removeLast(ends.count - kept)
    bytes = output
  }
}
