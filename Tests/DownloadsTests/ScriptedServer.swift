#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An HTTP server on the loopback interface that misbehaves as a test says.
final class ScriptedServer: @unchecked Sendable {
  /// What to do with one request.
  struct Reply {
    var status = 200
    var headers: [String] = []
    var body: [UInt8] = []
    /// Sends the whole length in the header but closes the connection after so many bytes.
    var dropAfter: Int?
  }

  struct Request {
    let path: String
    let headers: [String: String]
    /// First byte of the Range header, 0 without one.
    var start: Int {
      guard let range = headers["range"], let first = range.dropFirst(6).split(separator: "-").first else { return 0 }
      return Int(first) ?? 0
    }
  }

  let port: UInt16
  var address: String { "http://127.0.0.1:\(port)" }
  private let listener: Int32
  private let handler: (Request) -> Reply
  private var lock = pthread_mutex_t()
  private var log: [Request] = []

  /// The requests so far.
  var requests: [Request] {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    return log
  }

  init(_ handler: @escaping (Request) -> Reply) throws {
    self.handler = handler
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard bound else { throw ServerError() }
    port = UInt16(bigEndian: address.sin_port)
    pthread_mutex_init(&lock, nil)
    var thread = pthread_t()
    let reference = Unmanaged.passRetained(self)
    let started = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<ScriptedServer>.fromOpaque(context).takeRetainedValue().serve() }
        return nil
      }, reference.toOpaque())
    guard started == 0 else { throw ServerError() }
    pthread_detach(thread)
  }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve() {
    while true {
      let connection = accept(listener, nil, nil)
      if connection < 0 { break }
      answer(connection)
      close(connection)
    }
    close(listener)
  }

  private func answer(_ connection: Int32) {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !String(decoding: received, as: UTF8.self).contains("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      if count <= 0 { return }
      received += buffer[..<count]
    }
    let lines = String(decoding: received, as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
    }
    let request = Request(path: String(lines[0].split(separator: " ")[1]), headers: headers)
    pthread_mutex_lock(&lock)
    log.append(request)
    pthread_mutex_unlock(&lock)
    let reply = handler(request)
    var head = "HTTP/1.1 \(reply.status) Status\r\nContent-Length: \(reply.body.count)\r\nConnection: close\r\n"
    for header in reply.headers { head += header + "\r\n" }
    send(connection, Array((head + "\r\n").utf8))
    send(connection, Array(reply.body.prefix(reply.dropAfter ?? reply.body.count)))
  }

  private func send(_ connection: Int32, _ bytes: [UInt8]) {
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress.map { $0 + start }, bytes.count - start, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      start += count
    }
  }

  /// A file that honours Range requests.
  static func file(_ bytes: [UInt8], _ request: Request) -> Reply {
    request.start >= bytes.count && request.start > 0
      ? Reply(status: 416)
      : Reply(status: request.start > 0 ? 206 : 200, body: Array(bytes.dropFirst(request.start)))
  }
}

struct ServerError: Error {}
