/// What a template made, with the origin of each part.
///
/// Text that stood in the template itself is trusted: control tokens in it are meant. Text that came from messages, tools or
/// other variables is not, whatever the template did to it in between: it must be tokenised as plain text.
public struct RenderedText: Hashable, Sendable {
  /// A stretch of text of one origin.
  public struct Segment: Hashable, Sendable {
    /// The text, never empty.
    public let text: String
    /// Whether special tokens in it count.
    public let isTrusted: Bool

    /// Creates a segment.
    public init(text: String, isTrusted: Bool) {
      self.text = text
      self.isTrusted = isTrusted
    }
  }

  /// The parts in order; neighbours differ in trust.
  public let segments: [Segment]

  /// The whole text.
  public var text: String { segments.reduce(into: "") { $0 += $1.text } }

  /// Creates a text; neighbours of equal trust are merged and empty segments dropped.
  public init(segments: [Segment]) {
    var merged: [Segment] = []
    for segment in segments where !segment.text.isEmpty {
      if let last = merged.last, last.isTrusted == segment.isTrusted {
        merged[merged.count - 1] = Segment(text: last.text + segment.text, isTrusted: last.isTrusted)
      } else {
        merged.append(segment)
      }
    }
    self.segments = merged
  }

  init(_ text: Text) {
    var segments: [Segment] = []
    text.forEachSpan { range, isTrusted in
      // Spans are cut at scalar boundaries, so decoding never repairs anything.
      segments.append(Segment(text: String(decoding: text.bytes[range], as: UTF8.self), isTrusted: isTrusted))
    }
    self.init(segments: segments)
  }
}
