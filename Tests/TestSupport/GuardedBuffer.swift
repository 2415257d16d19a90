#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory for a kernel under test, between two pages that must not be touched: an access past either end crashes.
///
/// The buffer ends right at the guard page, or `slack` bytes before it to start at an odd address. The slack is
/// filled with a pattern that `slackIsUntouched` checks. Fresh bytes are 0xA5, so that a kernel which forgets to
/// write its output is noticed.
public final class GuardedBuffer {
  private let mapping: UnsafeMutableRawPointer
  private let mappingBytes: Int
  private let slack: Int
  private static let pattern: UInt8 = 0xA5

  /// The bytes of the buffer, for reading and writing.
  public let bytes: UnsafeMutableRawBufferPointer

  /// Maps `byteCount` bytes that end `slack` bytes before a guard page.
  public init(byteCount: Int, slack: Int = 0) throws {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let inner = (byteCount + slack + page - 1) / page * page
    let total = inner + 2 * page
    let mapped = mmap(nil, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { throw GuardedBufferError(byteCount: byteCount) }
    guard mprotect(mapped, page, PROT_NONE) == 0, mprotect(mapped + (total - page), page, PROT_NONE) == 0 else {
      munmap(mapped, total)
      throw GuardedBufferError(byteCount: byteCount)
    }
    memset(mapped + page, Int32(Self.pattern), inner)
    self.mapping = mapped
    self.mappingBytes = total
    self.slack = slack
    self.bytes = UnsafeMutableRawBufferPointer(start: mapped + (page + inner - slack - byteCount), count: byteCount)
  }

  /// Maps room for `values` and copies them in.
  public convenience init<Element: BitwiseCopyable>(_ values: [Element], slack: Int = 0) throws {
    try self.init(byteCount: values.count * MemoryLayout<Element>.stride, slack: slack)
    values.withUnsafeBytes { bytes.copyMemory(from: $0) }
  }

  deinit { munmap(mapping, mappingBytes) }

  /// The start of the buffer; valid for an empty one too.
  public var start: UnsafeMutableRawPointer { bytes.baseAddress ?? mapping }

  /// The start of the buffer as a pointer to `type`.
  public func pointer<Element: BitwiseCopyable>(to type: Element.Type) -> UnsafeMutablePointer<Element> {
    start.assumingMemoryBound(to: type)
  }

  /// A copy of the whole buffer as elements of `type`.
  public func values<Element: BitwiseCopyable>(of type: Element.Type) -> [Element] {
    (0..<bytes.count / MemoryLayout<Element>.stride).map {
      bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.stride, as: type)
    }
  }

  /// Whether the bytes between the buffer and the guard page still hold their pattern.
  public var slackIsUntouched: Bool {
    let end = start + bytes.count
    return (0..<slack).allSatisfy { end.load(fromByteOffset: $0, as: UInt8.self) == Self.pattern }
  }
}

/// A guarded buffer that could not be mapped.
public struct GuardedBufferError: Error, CustomStringConvertible {
  /// The size asked for, in bytes.
  public let byteCount: Int

  /// What failed, in a line.
  public var description: String { "mapping a guarded buffer of \(byteCount) bytes failed" }
}
