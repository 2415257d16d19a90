#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Both ends of a pseudo terminal: `user` is what a program would have as its standard input and output.
final class PseudoTerminal {
  struct Failed: Error { let code: Int32 }

  private(set) var screen: Int32
  let user: Int32

  init(columns: Int, rows: Int) throws {
    screen = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    guard screen >= 0 else { throw Failed(code: errno) }
    user = open(try Self.unlock(screen), O_RDWR | O_NOCTTY)
    guard user >= 0 else { throw Failed(code: errno) }
    _ = fcntl(screen, F_SETFL, O_NONBLOCK)
    resize(columns: columns, rows: rows)
  }

  /// Makes the other end usable and returns its name.
  private static func unlock(_ screen: Int32) throws -> String {
    #if os(Linux)
      // TIOCSPTLCK and TIOCGPTN, which unlockpt and ptsname are made of; the Glibc module has none of them.
      var locked: Int32 = 0
      var number: UInt32 = 0
      guard ioctl(screen, 0x4004_5431, &locked) == 0, ioctl(screen, 0x8004_5430, &number) == 0 else {
        throw Failed(code: errno)
      }
      return "/dev/pts/\(number)"
    #else
      guard grantpt(screen) == 0, unlockpt(screen) == 0, let name = ptsname(screen) else { throw Failed(code: errno) }
      return String(cString: name)
    #endif
  }

  deinit {
    hangUp()
    close(user)
  }

  /// The modes that raw mode changes.
  func modes() -> [tcflag_t] {
    var modes = termios()
    tcgetattr(user, &modes)
    return [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag]
  }

  func resize(columns: Int, rows: Int) {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(screen, UInt(TIOCSWINSZ), &size)
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(screen, bytes, bytes.count)
  }

  /// All that has been sent to the screen since the last call.
  func output() -> String {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(screen, &buffer, buffer.count)
      guard count > 0 else { break }
      all += buffer[..<count]
    }
    return String(decoding: all, as: UTF8.self)
  }

  func hangUp() {
    guard screen >= 0 else { return }
    close(screen)
    screen = -1
  }
}
