import Transfers

/// One HTTP(S) request through the system's libcurl; redirects are followed, credentials stay with the first host.
struct HTTPTransfer {
  var url: String
  var headers: [String] = []
  /// First byte wanted; the server may ignore it and answer 200 with everything.
  var resumeFrom: Int64 = 0
  var stallSeconds = 30

  typealias Handlers = HTTPRequest.Handlers

  /// Runs the transfer on the calling thread; returns the HTTP status.
  ///
  /// - Throws: `notReached`, `interrupted`, or `stopped` when a handler said so.
  func run(_ handlers: Handlers) throws(DownloadError) -> Int {
    var request = HTTPRequest(url: url)
    request.headers = headers
    request.resumeFrom = resumeFrom
    request.stallSeconds = stallSeconds
    switch request.run(handlers) {
    case .done(let status): return status
    case .stopped: throw DownloadError(.stopped, "\(url): stopped")
    case .noLibrary:
      throw DownloadError(.notReached, "\(url): libcurl.so.4 is missing; install the package libcurl4")
    case .notReached(let words): throw DownloadError(.notReached, "\(url): not reached: \(words)")
    case .interrupted(let words): throw DownloadError(.interrupted, "\(url): the transfer broke off: \(words)")
    case .stalled: throw DownloadError(.interrupted, "\(url): the transfer stalled")
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
}
