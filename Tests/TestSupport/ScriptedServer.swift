#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An HTTP server on the loopback interface that misbehaves as a test says; one connection after the other.
public final class ScriptedServer: @unchecked Sendable {
  /// What to do with one request.
  public struct Reply: Sendable {
    /// The HTTP status.
    public var status = 200
    /// Extra header lines ("Name: value").
    public var headers: [String] = []
    /// The body, or its beginning.
    public var body: [UInt8] = []
    /// Sends the whole length in the header but closes the connection after so many bytes.
    public var dropAfter: Int?
    /// Sent behind the body one by one, a moment apart, without a length in the header, as an event stream is.
    public var pieces: [[UInt8]]?
    /// Says nothing more behind the last byte, until the client is gone.
    public var holds = false

    /// Creates a reply.
    public init(
      status: Int = 200, headers: [String] = [], body: [UInt8] = [], dropAfter: Int? = nil, pieces: [[UInt8]]? = nil,
      holds: Bool = false
    ) {
      self.status = status
      self.headers = headers
      self.body = body
      self.dropAfter = dropAfter
      self.pieces = pieces
      self.holds = holds
    }
  }

  /// What came in.
  public struct Request: Sendable {
    /// `GET`, `POST`.
    public let method: String
    /// Path and query.
    public let path: String
    /// The values by name in lower case.
    public let headers: [String: String]
    /// The body.
    public let body: [UInt8]
    /// First byte of the Range header, 0 without one.
    public var start: Int {
      guard let range = headers["range"], let first = range.dropFirst(6).split(separator: "-").first else { return 0 }
      return Int(first) ?? 0
    }
  }

  /// Where it listens.
  public let port: UInt16
  /// Its address without a path.
  public var address: String { "http://127.0.0.1:\(port)" }
  private let listener: Int32
  private let handler: (Request) -> Reply
  private var lock = pthread_mutex_t()
  private var log: [Request] = []

  /// The requests so far.
  public var requests: [Request] {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    return log
  }

  /// Starts a server on a free port.
  public init(_ handler: @escaping (Request) -> Reply) throws {
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

  /// Takes no more connections.
  public func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

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
    guard let request = ScriptedServer.receive(from: connection) else { return }
    pthread_mutex_lock(&lock)
    log.append(request)
    pthread_mutex_unlock(&lock)
    let reply = handler(request)
    var head = "HTTP/1.1 \(reply.status) Status\r\nConnection: close\r\n"
    if reply.pieces == nil, !reply.holds { head += "Content-Length: \(reply.body.count)\r\n" }
    for header in reply.headers { head += header + "\r\n" }
    send(connection, Array((head + "\r\n").utf8))
    send(connection, Array(reply.body.prefix(reply.dropAfter ?? reply.body.count)))
    for piece in reply.pieces ?? [] {
      send(connection, piece)
      usleep(2000)
    }
    var byte: UInt8 = 0
    while reply.holds, recv(connection, &byte, 1, 0) > 0 {}
  }

  private static func receive(from connection: Int32) -> Request? {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    func receiveMore() -> Bool {
      let count = recv(connection, &buffer, buffer.count, 0)
      if count > 0 { received += buffer[..<count] }
      return count > 0
    }
    let end = Array("\r\n\r\n".utf8)
    func headLength() -> Int? { received.indices.first { received[$0...].starts(with: end) } }
    while headLength() == nil { guard receiveMore() else { return nil } }
    guard let headLength = headLength() else { return nil }
    let lines = String(decoding: received[..<headLength], as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
    }
    let bodyStart = headLength + end.count
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    while received.count < bodyStart + length { guard receiveMore() else { return nil } }
    let words = lines[0].split(separator: " ")
    return Request(
      method: String(words[0]), path: String(words[1]), headers: headers, body: Array(received[bodyStart...]))
  }

  private func send(_ connection: Int32, _ bytes: [UInt8]) {
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes {
        systemSend(connection, $0.baseAddress.map { $0 + start }, bytes.count - start)
      }
      if count <= 0 { return }
      start += count
    }
  }

  /// A file that honours Range requests.
  public static func file(_ bytes: [UInt8], _ request: Request) -> Reply {
    request.start >= bytes.count && request.start > 0
      ? Reply(status: 416)
      : Reply(status: request.start > 0 ? 206 : 200, body: Array(bytes.dropFirst(request.start)))
  }
}

private func systemSend(_ connection: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  send(connection, bytes, count, Int32(MSG_NOSIGNAL))
}

/// The server could not be started.
public struct ServerError: Error {}
