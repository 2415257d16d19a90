/// When a request that failed before its first token is made again.
public struct RetryPolicy: Hashable, Sendable {
  /// Attempts in all.
  public var attempts = 5
  /// Seconds to wait before the second attempt; doubled each time.
  public var firstDelay = 1.0
  /// Longest wait in seconds; a server that wants more is given up.
  public var longestDelay = 120.0

  /// Creates the usual policy.
  public init() {}

  /// Whether another attempt may help: the server is busy or broken, not the request.
  static func mayHelp(status: Int) -> Bool { [408, 429, 500, 502, 503, 504].contains(status) }

  /// Seconds to wait behind an attempt; `nil` gives up.
  ///
  /// - Parameters:
  ///   - attempt: the one that failed, from 1.
  ///   - asked: what the server asked for (`Retry-After`), in seconds.
  ///   - jitter: a random number from 0 to 1, so that many clients do not come back at the same time.
  func delay(after attempt: Int, asked: Double?, jitter: Double) -> Double? {
    guard attempt < attempts else { return nil }
    let backoff = firstDelay * Double(1 << min(attempt - 1, 20)) * (0.75 + jitter / 2)
    guard let asked else { return min(backoff, longestDelay) }
    // Not before the time that was asked for.
    return asked <= longestDelay ? asked + min(jitter, asked / 10) : nil
  }

  /// Reads a `Retry-After` header: seconds, or a date (RFC 9110, 10.2.3).
  ///
  /// - Parameter now: seconds since 1970.
  static func seconds(ofRetryAfter value: String, now: Double) -> Double? {
    if let seconds = Double(value), seconds.isFinite { return max(0, seconds) }
    return HTTPDate.seconds(value).map { max(0, $0 - now) }
  }
}

/// Dates in HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Seconds since 1970; `nil` for what is no such date.
  static func seconds(_ text: String) -> Double? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
      let month = months.firstIndex(of: String(parts[2])), (1...31).contains(day), (1970...9999).contains(year)
    else { return nil }
    let time = parts[4].split(separator: ":").map { Int($0) }
    guard time.count == 3, let hour = time[0], let minute = time[1], let second = time[2], (0..<24).contains(hour),
      (0..<60).contains(minute), (0...60).contains(second)
    else { return nil }
    // Days from 1970-01-01 in the proleptic Gregorian calendar, with years that begin in March.
    let shifted = month < 2 ? year - 1 : year
    let dayOfYear = (153 * ((month + 10) % 12) + 2) / 5 + day - 1
    let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    return Double(((days * 24 + hour) * 60 + minute) * 60 + second)
  }
}
