/// What has been sent to a terminal.
public struct Traffic: Hashable, Sendable {
  /// Bytes a second, over the last two.
  public let bytesPerSecond: Int
  /// Frames a second, over the last two.
  public let framesPerSecond: Double
  /// Bytes of all frames.
  public let totalBytes: Int
  /// Frames in all.
  public let totalFrames: Int
  /// Colours that frames have now.
  public let colors: Int
  /// How far the pace has been stepped down for a slow line; 0 is the full pace.
  public let stepsDown: Int

  /// A few words for the status line.
  public var text: String {
    let rate =
      bytesPerSecond < 1000
      ? "\(bytesPerSecond) B/s"
      : bytesPerSecond < 10000
        ? "\(bytesPerSecond / 1000).\(bytesPerSecond / 100 % 10) kB/s" : "\(bytesPerSecond / 1000) kB/s"
    let frames = Int(framesPerSecond.rounded())
    let depth = colors >= 1 << 24 ? "true colour" : "\(colors) colours"
    return "\(rate) · \(frames) frames/s · \(depth)" + (stepsDown > 0 ? " · slow line: pace 1/\(1 << stepsDown)" : "")
  }
}
