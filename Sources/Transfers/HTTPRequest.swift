import CTransfer

/// One HTTP(S) request through the system's libcurl, run on the calling thread.
package struct HTTPRequest {
  /// The address.
  package var url: String
  /// Extra header lines ("Name: value"); those with credentials are not sent on to other hosts.
  package var headers: [String] = []
  /// The body of a POST request; `nil` makes it a GET.
  package var body: [UInt8]?
  /// First byte wanted; the server may ignore it and answer 200 with everything.
  package var resumeFrom: Int64 = 0
  /// Whether a redirect is followed or is an answer like any other.
  package var followsRedirects = true
  /// Whether the bodies of all responses are passed on, not only those with status 200 and 206.
  package var acceptsAnyStatus = false
  /// Whether it goes to the host itself, whatever the environment says about proxies.
  package var avoidsProxies = false
  /// Seconds to wait for the connection.
  package var connectSeconds = 20
  /// Seconds without data (below 100 bytes a second where there is no `stop`) after which the transfer is given up.
  package var stallSeconds = 30
  /// Ends the transfer at once, from another thread.
  package var stop: TransferStop?

  /// Describes a GET request.
  package init(url: String) { self.url = url }

  /// What the callbacks of a request are given; those that return a `Bool` end the transfer with `false`.
  package struct Handlers {
    /// The final response, before its first byte; the length in bytes is -1 where unknown.
    package var response: (_ status: Int, _ contentLength: Int64) -> Bool = { _, _ in true }
    /// A header line of any response, redirects included.
    package var header: (String) -> Void = { _ in }
    package var body: (UnsafeRawBufferPointer) -> Bool = { _ in true }
    /// Called about once a second, where there is no `stop` also while nothing arrives.
    package var pulse: () -> Bool = { true }
    package init() {}
  }

  /// How a request ended; texts are libcurl's words.
  package enum Outcome: Hashable, Sendable {
    /// The whole response arrived.
    case done(status: Int)
    /// libcurl is not on this machine, or too old to be stopped.
    case noLibrary
    /// Name not resolved, connection refused, TLS refused: nothing arrived.
    case notReached(String)
    /// The connection broke or ended early.
    case interrupted(String)
    /// Nothing arrived for `stallSeconds`; only with a `stop`.
    case stalled
    /// A handler or the `stop` ended it.
    case stopped
  }

  /// Runs the request and returns when it is over.
  package func run(_ handlers: Handlers) -> Outcome {
    if let stop, stop.handle == nil { return .noLibrary }
    let box = Box(handlers)
    let result = withExtendedLifetime((box, stop)) { perform(context: Unmanaged.passUnretained(box).toOpaque()) }
    let words = withUnsafeBytes(of: result.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    switch result.outcome {
    case TRANSFER_DONE: return .done(status: result.status)
    case TRANSFER_NO_LIBRARY: return .noLibrary
    case TRANSFER_NOT_REACHED: return .notReached(words)
    case TRANSFER_STALLED: return .stalled
    case TRANSFER_STOPPED: return .stopped
    default: return .interrupted(words)
    }
  }

  private func perform(context: UnsafeMutableRawPointer) -> transfer_result {
    withCStrings(headers) { lines in
      url.withCString { address in
        (body ?? []).withUnsafeBytes { bytes in
          var request = transfer_request()
          request.url = address
          request.headers = lines
          request.resume_from = resumeFrom
          request.no_redirects = !followsRedirects
          request.any_status = acceptsAnyStatus
          request.no_proxy = avoidsProxies
          // An empty array may have no address; any other than NULL makes it a POST.
          request.post = body == nil ? nil : bytes.baseAddress ?? UnsafeRawPointer(address)
          request.post_length = Int64(bytes.count)
          request.connect_seconds = connectSeconds
          request.stall_seconds = stallSeconds
          request.stop = stop?.handle
          request.context = context
          HTTPRequest.setCallbacks(of: &request)
          return transfer_run(&request)
        }
      }
    }
  }

  private static func setCallbacks(of request: inout transfer_request) {
    request.response = { context, status, length in Box.at(context)?.handlers.response(status, length) ?? false }
    request.header = { context, line, length in
      let bytes = UnsafeRawBufferPointer(start: line, count: length)
      Box.at(context)?.handlers.header(String(decoding: bytes, as: UTF8.self))
    }
    request.body = { context, bytes, count in
      Box.at(context)?.handlers.body(UnsafeRawBufferPointer(start: bytes, count: count)) ?? false
    }
    request.pulse = { context in Box.at(context)?.handlers.pulse() ?? false }
  }

  /// What the C callbacks reach through their context pointer.
  private final class Box {
    let handlers: Handlers
    init(_ handlers: Handlers) { self.handlers = handlers }
    static func at(_ pointer: UnsafeMutableRawPointer?) -> Box? {
      pointer.map { Unmanaged<Box>.fromOpaque($0).takeUnretainedValue() }
    }
  }
}

/// Calls `body` with a NULL-terminated array of C strings.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  // One buffer for all texts keeps every pointer valid for the whole call.
  let texts = strings.map { Array($0.utf8CString) }
  let joined = Array(texts.joined())
  return joined.withUnsafeBufferPointer { buffer in
    var start = 0
    var pointers: [UnsafePointer<CChar>?] = []
    for text in texts {
      pointers.append(buffer.baseAddress.map { $0 + start })
      start += text.count
    }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { list in
      guard let base = list.baseAddress else { preconditionFailure("the array holds at least the end mark") }
      return body(base)
    }
  }
}
