import Transfers

/// How servers are talked to.
public struct RemoteConfiguration: Sendable {
  /// Finds the key when a server is first talked to; `nil` where there is none.
  public var key: @Sendable () throws(RemoteError) -> APIKey?
  /// Whether the key may go over http to another machine, for all to read on the way.
  public var allowsPlainHTTP = false
  /// Seconds to wait for a connection.
  public var connectSeconds = 10
  /// Seconds without a byte after which a server is given up; reading a long prompt takes some.
  public var idleSeconds = 120
  /// How many of the likeliest tokens to ask for with each token; 0 asks for none.
  public var topLogProbabilities = 0
  /// Whether the servers' models take images, which the API does not tell.
  public var hasVision = false
  /// When a request is made again.
  public var retries = RetryPolicy()

  /// Creates the usual configuration.
  public init(key: @escaping @Sendable () throws(RemoteError) -> APIKey? = { () throws(RemoteError) in nil }) {
    self.key = key
  }
}

/// What the head of a response says.
struct ResponseHead: Hashable {
  private(set) var status = 0
  private(set) var contentType = ""
  private(set) var retryAfter: String?
  private(set) var location: String?

  /// Whether a stream of events follows.
  var isStream: Bool { status == 200 && contentType.hasPrefix("text/event-stream") }

  /// Whether an answer in one piece may follow.
  var isWholeAnswer: Bool { status == 200 && contentType.hasPrefix("application/json") }

  /// Takes in a line; a status line begins anew.
  mutating func take(_ line: String) {
    if line.hasPrefix("HTTP/") {
      self = ResponseHead()
      status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = String(line[line.index(after: colon)...]).trimmed
    switch line[..<colon].lowercased() {
    case "content-type": contentType = value.lowercased()
    case "retry-after": retryAfter = value
    case "location": location = value
    default: break
    }
  }
}

/// Makes the requests to one endpoint.
struct EndpointClient: Sendable {
  let endpoint: Endpoint
  let configuration: RemoteConfiguration
  private let key: APIKey?

  /// - Throws: when the key would travel for all to read.
  init(_ endpoint: Endpoint, _ configuration: RemoteConfiguration) throws(RemoteError) {
    let isSafe = endpoint.isEncrypted || endpoint.isLoopback || configuration.allowsPlainHTTP
    key = try configuration.key()
    guard key == nil || isSafe else {
      throw RemoteError(
        "\(endpoint): the key would travel unencrypted; use https, or --allow-plain-http to send it all the same")
    }
    self.endpoint = endpoint
    self.configuration = configuration
  }

  /// A request for one of the API's documents. Redirects are not followed, so that no other host sees the key.
  func request(_ path: String, body: [UInt8]? = nil, stop: TransferStop) -> HTTPRequest {
    var request = HTTPRequest(url: endpoint.address(of: path))
    request.headers = key.map { [$0.header] } ?? []
    if let body {
      request.body = body
      // Without the last, libcurl asks for leave before it sends a long body, which some servers never give.
      request.headers += ["Content-Type: application/json", "Accept: text/event-stream", "Expect:"]
    }
    request.followsRedirects = false
    request.acceptsAnyStatus = true
    request.avoidsProxies = endpoint.isLoopback
    request.connectSeconds = configuration.connectSeconds
    request.stallSeconds = configuration.idleSeconds
    request.stop = stop
    return request
  }

  /// The models that the server offers; `nil` when it does not list them.
  func models(stop: TransferStop) throws(RemoteError) -> [ServedModel]? {
    var head = ResponseHead()
    var body: [UInt8] = []
    var handlers = HTTPRequest.Handlers()
    handlers.header = { head.take($0) }
    handlers.body = { bytes in
      body += bytes
      return body.count <= 16 << 20
    }
    let outcome = request("/models", stop: stop).run(handlers)
    guard case .done(let status) = outcome else { throw failure(outcome) }
    if [404, 405, 501].contains(status) { return nil }
    guard status == 200 else { throw refusal(head, body) }
    do {
      return try ServedModel.list(parsing: body)
    } catch {
      throw failure("\(error)")
    }
  }

  /// An error with the endpoint before it; should a server repeat the key, it is not passed on.
  func failure(_ words: String) -> RemoteError {
    let text = "\(endpoint): \(words)"
    return RemoteError(key?.removed(from: text) ?? text)
  }

  /// The error for a request that brought no whole response.
  func failure(_ outcome: HTTPRequest.Outcome) -> RemoteError {
    switch outcome {
    case .noLibrary: failure("libcurl.so.4 (7.68 or newer) is missing; install the package libcurl4")
    case .notReached(let words): failure("not reached: \(words)")
    case .interrupted(let words): failure("the connection broke: \(words)")
    case .stalled:
      failure("nothing came for \(configuration.idleSeconds) s; --idle-timeout sets how long to wait")
    case .stopped, .done: failure("the server sent more than was asked for")
    }
  }

  /// The error for a response that is not 200.
  func refusal(_ head: ResponseHead, _ body: [UInt8]) -> RemoteError {
    let hint =
      switch head.status {
      case 300..<400: "it redirects to \(head.location ?? "nowhere"); give that address if you trust it"
      case 401:
        key == nil ? "it asks for a key; set LATHE_API_KEY" : "it does not accept the key; check LATHE_API_KEY"
      case 403: "no permission"
      case 404: "no such model or address"
      case 400, 422: "it does not accept the request"
      case 429: "too many requests"
      case 503: "it is busy or not ready"
      case 500...: "it failed"
      default: "expected 200"
      }
    let message = ServerMessage.text(in: body).map { ": \($0)" } ?? ""
    return failure("HTTP \(head.status), \(hint)\(message)")
  }
}
