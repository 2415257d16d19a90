#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The whole lines of a log in memory, as ranges without their line feeds; a last line without one is torn and left out.
struct LineRanges: Sequence, IteratorProtocol {
  private let bytes: UnsafeRawBufferPointer
  private var start = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func next() -> Range<Int>? {
    // The system's search for a byte: logs are long, and this is the one pass over all of it.
    guard let base = bytes.baseAddress, start < bytes.count,
      let found = memchr(base + start, 0x0A, bytes.count - start)
    else { return nil }
    let end = UnsafeRawPointer(found) - base
    defer { start = end + 1 }
    return start..<end
  }
}

/// What can be told of an event from the first bytes of its line, where the writer puts its time and kind.
struct EventHead {
  enum Kind {
    /// A token of an answer.
    case token
    /// Keys and progress: frequent, and of no use to a list or a search.
    case passedOver
    /// Anything else, and lines of a form this writer does not use.
    case other
  }

  let kind: Kind

  init(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) {
    let head = bytes[line.lowerBound..<Swift.min(line.upperBound, line.lowerBound + 64)]
    kind = EventHead.marks.first { EventHead.contains(head, $0.text) }?.kind ?? .other
  }

  private static let marks: [(text: [UInt8], kind: Kind)] = [
    (Array(#","event":"token","#.utf8), .token), (Array(#","event":"key","#.utf8), .passedOver),
    (Array(#","event":"prefill progress","#.utf8), .passedOver),
    (Array(#","event":"model loading","#.utf8), .passedOver),
  ]

  private static func contains(_ head: Slice<UnsafeRawBufferPointer>, _ mark: [UInt8]) -> Bool {
    // The time comes first, so the mark stands behind the first comma; text further on may say anything.
    guard let comma = head.firstIndex(of: UInt8(ascii: ",")) else { return false }
    return head[comma...].starts(with: mark)
  }
}
