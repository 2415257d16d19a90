#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Calendar times, in UTC, as ISO 8601 writes them.
public enum Timestamp {
  /// Seconds since 1970 as `2026-01-31T12:00:00.250Z`, to the millisecond.
  public static func text(_ seconds: Double) -> String {
    let milliseconds = Int((max(0, min(seconds, 1e12)) * 1000).rounded())
    let fields = utc(milliseconds / 1000)
    let fraction = milliseconds % 1000
    let date = "\(padded(fields.year, 4))-\(padded(fields.month))-\(padded(fields.day))"
    let time = "\(padded(fields.hour)):\(padded(fields.minute)):\(padded(fields.second))"
    return date + "T" + time + (fraction == 0 ? "" : ".\(padded(fraction, 3))") + "Z"
  }

  /// Seconds since 1970 as a name for a file: `2026-01-31-120000`.
  public static func fileName(_ seconds: Double) -> String {
    let fields = utc(Int(max(0, min(seconds, 1e12))))
    return "\(padded(fields.year, 4))-\(padded(fields.month))-\(padded(fields.day))-"
      + padded(fields.hour) + padded(fields.minute) + padded(fields.second)
  }

  /// Reads what `text` writes; `nil` for anything else.
  public static func seconds(_ text: String) -> Double? {
    guard text.hasSuffix("Z") else { return nil }
    let halves = text.dropLast().split(separator: "T", omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    let date = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { Int32($0) }
    let time = halves[1].split(separator: ":", omittingEmptySubsequences: false)
    guard date.count == 3, time.count == 3, let year = date[0], let month = date[1], let day = date[2],
      let hour = Int32(time[0]), let minute = Int32(time[1]), let second = Double(time[2]),
      (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day), (0..<24).contains(hour),
      (0..<60).contains(minute), second >= 0, second < 61
    else { return nil }
    var fields = tm()
    fields.tm_year = year - 1900
    fields.tm_mon = month - 1
    fields.tm_mday = day
    fields.tm_hour = hour
    fields.tm_min = minute
    return Double(timegm(&fields)) + second
  }

  private struct Calendar {
    var year, month, day, hour, minute, second: Int
  }

  private static func utc(_ seconds: Int) -> Calendar {
    var time = time_t(seconds)
    var fields = tm()
    gmtime_r(&time, &fields)
    return Calendar(
      year: Int(fields.tm_year) + 1900, month: Int(fields.tm_mon) + 1, day: Int(fields.tm_mday),
      hour: Int(fields.tm_hour), minute: Int(fields.tm_min), second: Int(fields.tm_sec))
  }

  private static func padded(_ number: Int, _ digits: Int = 2) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
