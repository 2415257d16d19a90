#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A calendar date and time of day without a time zone, and `strftime` in the C locale.
public struct DateTime: Hashable, Sendable {
  /// The year, from 1 to 9999.
  public let year: Int
  /// The month, from 1.
  public let month: Int
  /// The day of the month, from 1.
  public let day: Int
  /// Hours since midnight.
  public let hour: Int
  /// Minutes of the hour.
  public let minute: Int
  /// Seconds of the minute.
  public let second: Int
  /// Millionths of the second.
  public let microsecond: Int

  /// Creates a time; nil if there is no such one.
  public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= DateTime.days(inMonth: month, year: year), (0..<24).contains(hour), (0..<60).contains(minute),
      (0..<60).contains(second), (0..<1_000_000).contains(microsecond)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second, self.microsecond) = (hour, minute, second, microsecond)
  }

  /// Reads ISO 8601 as `2026-03-14`, `2026-03-14T15:09` or `2026-03-14T15:09:26.5`, with a space for the T too; a zone
  /// (`Z`, `+02:00`) is accepted and ignored. Nil for anything else.
  public init?(iso text: String) {
    var digits = Array(text.utf8)[...]
    func number(_ count: Int, after mark: [UInt8] = []) -> Int? {
      if !mark.isEmpty {
        guard let first = digits.first, mark.contains(first) else { return nil }
        digits.removeFirst()
      }
      guard digits.count >= count, digits.prefix(count).allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
      defer { digits.removeFirst(count) }
      return digits.prefix(count).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    let colon = [UInt8(ascii: ":")]
    guard let year = number(4), let month = number(2, after: [UInt8(ascii: "-")]),
      let day = number(2, after: [UInt8(ascii: "-")])
    else { return nil }
    var time = (hour: 0, minute: 0, second: 0, microsecond: 0)
    if !digits.isEmpty {
      guard let hour = number(2, after: [UInt8(ascii: "T"), UInt8(ascii: " ")]), let minute = number(2, after: colon)
      else { return nil }
      (time.hour, time.minute) = (hour, minute)
      if digits.first == colon[0] {
        guard let second = number(2, after: colon) else { return nil }
        time.second = second
      }
      if digits.first == UInt8(ascii: ".") {
        digits.removeFirst()
        let fraction = digits.prefix { $0 >= 0x30 && $0 <= 0x39 }
        if fraction.isEmpty { return nil }
        digits.removeFirst(fraction.count)
        time.microsecond = (0..<6).reduce(0) { value, place in
          value * 10 + (place < fraction.count ? Int(fraction[fraction.startIndex + place] - 0x30) : 0)
        }
      }
      if digits.first == UInt8(ascii: "Z") {
        digits.removeFirst()
      } else if digits.first == UInt8(ascii: "+") || digits.first == UInt8(ascii: "-") {
        digits.removeFirst()
        guard number(2) != nil else { return nil }
        if digits.first == colon[0] { digits.removeFirst() }
        if !digits.isEmpty, number(2) == nil { return nil }
      }
    }
    if !digits.isEmpty { return nil }
    self.init(
      year: year, month: month, day: day, hour: time.hour, minute: time.minute, second: time.second,
      microsecond: time.microsecond)
  }

  /// The local time now.
  public static var now: DateTime {
    var clock = timespec()
    clock_gettime(CLOCK_REALTIME, &clock)
    var seconds = clock.tv_sec
    var local = tm()
    localtime_r(&seconds, &local)
    let time = DateTime(
      year: Int(local.tm_year) + 1900, month: Int(local.tm_mon) + 1, day: Int(local.tm_mday),
      hour: Int(local.tm_hour), minute: Int(local.tm_min), second: min(59, Int(local.tm_sec)),
      microsecond: Int(clock.tv_nsec) / 1000)
    return time ?? epoch
  }

  private static let epoch = DateTime(validYear: 1970)

  private init(validYear year: Int) {
    (self.year, month, day, hour, minute, second, microsecond) = (year, 1, 1, 0, 0, 0, 0)
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static func days(inMonth month: Int, year: Int) -> Int {
    [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// Day of the year, from 0.
  private var dayOfYear: Int { (1..<month).reduce(day - 1) { $0 + DateTime.days(inMonth: $1, year: year) } }

  /// Days since 1970-01-01.
  private var daysSinceEpoch: Int {
    let previous = year - 1
    return previous * 365 + previous / 4 - previous / 100 + previous / 400 + dayOfYear - 719_162
  }

  /// Day of the week, Sunday being 0.
  private var weekday: Int { ((daysSinceEpoch + 4) % 7 + 7) % 7 }

  private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  /// ISO 8601 week and the year it belongs to.
  private var isoWeek: (year: Int, week: Int) {
    let isoDay = (weekday + 6) % 7
    let week = (dayOfYear - isoDay + 10) / 7
    if week < 1 {
      let last = DateTime(validYear: year - 1)
      return (year - 1, last.weeksInYear)
    }
    return week > weeksInYear ? (year + 1, 1) : (year, week)
  }

  private var weeksInYear: Int {
    let first = DateTime(validYear: year).weekday
    return first == 4 || (first == 3 && DateTime.isLeap(year)) ? 53 : 52
  }

  /// What `strftime` makes of a format in the C locale; unknown codes are kept as they are.
  public func formatted(_ format: String) -> String {
    var result = ""
    var scalars = format.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      guard var code = scalars.next() else { return result + "%" }
      var padding: Unicode.Scalar?
      if "-_0^#".unicodeScalars.contains(code) {
        padding = code
        guard let next = scalars.next() else { return result + "%" + String(code) }
        code = next
      }
      result += field(code, padding) ?? "%" + (padding.map { String($0) } ?? "") + String(code)
    }
    return result
  }

  private func padded(_ value: Int, _ width: Int, _ padding: Unicode.Scalar?, standard: Character = "0") -> String {
    let digits = String(value)
    if padding == "-" { return digits }
    let fill: Character = padding == "_" ? " " : padding == "0" ? "0" : standard
    return String(repeating: fill, count: max(0, width - digits.utf8.count)) + digits
  }

  private func field(_ code: Unicode.Scalar, _ padding: Unicode.Scalar?) -> String? {
    if let name = nameField(code) { return padding == "^" || padding == "#" ? name.uppercased() : name }
    switch code {
    case "d": return padded(day, 2, padding)
    case "e": return padded(day, 2, padding, standard: " ")
    case "m": return padded(month, 2, padding)
    case "Y": return padded(year, padding == nil ? 1 : 4, padding)
    case "y": return padded(year % 100, 2, padding)
    case "C": return padded(year / 100, 2, padding)
    case "G": return padded(isoWeek.year, 1, padding)
    case "g": return padded(isoWeek.year % 100, 2, padding)
    case "V": return padded(isoWeek.week, 2, padding)
    case "U": return padded((dayOfYear + 7 - weekday) / 7, 2, padding)
    case "W": return padded((dayOfYear + 7 - (weekday + 6) % 7) / 7, 2, padding)
    case "j": return padded(dayOfYear + 1, 3, padding)
    case "u": return String(weekday == 0 ? 7 : weekday)
    case "w": return String(weekday)
    case "H": return padded(hour, 2, padding)
    case "k": return padded(hour, 2, padding, standard: " ")
    case "I": return padded((hour + 11) % 12 + 1, 2, padding)
    case "l": return padded((hour + 11) % 12 + 1, 2, padding, standard: " ")
    case "M": return padded(minute, 2, padding)
    case "S": return padded(second, 2, padding)
    case "f": return padded(microsecond, 6, nil)
    case "s": return String(daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second)
    default: return compositeField(code)
    }
  }

  private func nameField(_ code: Unicode.Scalar) -> String? {
    switch code {
    case "a": String(DateTime.weekdays[weekday].prefix(3))
    case "A": DateTime.weekdays[weekday]
    case "b", "h": String(DateTime.months[month - 1].prefix(3))
    case "B": DateTime.months[month - 1]
    case "p": hour < 12 ? "AM" : "PM"
    case "P": hour < 12 ? "am" : "pm"
    default: nil
    }
  }

  private func compositeField(_ code: Unicode.Scalar) -> String? {
    switch code {
    case "c": formatted("%a %b %e %H:%M:%S %Y")
    case "D", "x": formatted("%m/%d/%y")
    case "F": formatted("%Y-%m-%d")
    case "T", "X": formatted("%H:%M:%S")
    case "R": formatted("%H:%M")
    case "r": formatted("%I:%M:%S %p")
    case "n": "\n"
    case "t": "\t"
    case "%": "%"
    // A time without a zone has neither offset nor name.
    case "z", "Z": ""
    default: nil
    }
  }
}
