import CTransfer

/// One HTTP(S) request through the system's libcurl; redirects are followed, credentials stay with the first host.
struct HTTPTransfer {
  var url: String
  var headers: [String] = []
  /// First byte wanted; the server may ignore it and answer 200 with everything.
  var resumeFrom: Int64 = 0
  var stallSeconds = 30

  /// What the callbacks of a transfer are given; they return false to stop it.
  struct Handlers {
    var response: (_ status: Int, _ contentLength: Int64) -> Bool = { _, _ in true }
    var body: (UnsafeRawBufferPointer) -> Bool = { _ in true }
    var pulse: () -> Bool = { true }
  }

  /// Runs the transfer on the calling thread; returns the HTTP status.
  ///
  /// - Throws: `notReached`, `interrupted`, or `stopped` when a handler said so.
  func run(_ handlers: Handlers) throws(DownloadError) -> Int {
    let box = Box(handlers)
    let result = withExtendedLifetime(box) {
      perform(context: Unmanaged.passUnretained(box).toOpaque())
    }
    let words = withUnsafeBytes(of: result.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    switch result.outcome {
    case TRANSFER_DONE: return result.status
    case TRANSFER_STOPPED: throw DownloadError(.stopped, "\(url): stopped")
    case TRANSFER_NO_LIBRARY:
      throw DownloadError(.notReached, "\(url): libcurl.so.4 is missing; install the package libcurl4")
    case TRANSFER_NOT_REACHED: throw DownloadError(.notReached, "\(url): not reached: \(words)")
    default: throw DownloadError(.interrupted, "\(url): the transfer broke off: \(words)")
    }
  }

  private func perform(context: UnsafeMutableRawPointer) -> transfer_result {
    withCStrings(headers) { lines in
      url.withCString { address in
        var request = transfer_request()
        request.url = address
        request.headers = lines
        request.resume_from = resumeFrom
        request.stall_seconds = stallSeconds
        request.context = context
        request.response = { context, status, length in
          Box.at(context)?.handlers.response(status, length) ?? false
        }
        request.body = { context, bytes, count in
          Box.at(context)?.handlers.body(UnsafeRawBufferPointer(start: bytes, count: count)) ?? false
        }
        request.pulse = { context in Box.at(context)?.handlers.pulse() ?? false }
        return transfer_run(&request)
      }
    }
  }

  /// Fetches a small document whole.
  ///
  /// - Throws: also `refused` for a status other than 200 and `mismatch` for a body over `limit` bytes.
  func document(limit: Int) throws(DownloadError) -> [UInt8] {
    var bytes: [UInt8] = []
    var isTooLong = false
    var handlers = Handlers()
    handlers.body = { chunk in
      isTooLong = bytes.count + chunk.count > limit
      if !isTooLong { bytes.append(contentsOf: chunk) }
      return !isTooLong
    }
    let status: Int
    do {
      status = try run(handlers)
    } catch {
      if isTooLong { throw DownloadError(.mismatch, "\(url): the answer is longer than \(limit) bytes") }
      throw error
    }
    guard status == 200 else { throw HTTPTransfer.refusal(url, status: status) }
    return bytes
  }

  /// The error for a status that is neither 200 nor 206.
  static func refusal(_ url: String, status: Int) -> DownloadError {
    switch status {
    case 401, 403:
      DownloadError(
        .refused, "\(url): HTTP \(status): no permission; a gated or private repository needs a token in HF_TOKEN")
    case 404: DownloadError(.refused, "\(url): HTTP 404: there is no such repository or file")
    case 408, 429, 500...: DownloadError(.interrupted, "\(url): HTTP \(status) from the server")
    default: DownloadError(.refused, "\(url): HTTP \(status), expected 200")
    }
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
