import JSONText
import Sessions
import TestSupport
import Transfers
import Testing

@testable import Remote

@Suite(.timeLimit(.minutes(1))) struct KeyTests {
  static let secret = "sk-never-to-be-seen"

  private func useKey(_ configuration: inout RemoteConfiguration) {
    configuration.key = { () throws(RemoteError) in APIKey(KeyTests.secret) }
  }

  /// Everything that was reported, as a session would keep it.
  private func log(_ fixture: RemoteFixture) -> String {
    fixture.events.all.map { TimedEvent(seconds: 0, event: $0).json.text }.joined(separator: "\n")
  }

  @Test func theKeyGoesIntoTheHeaderAndNowhereElse() throws {
    let fixture = try RemoteFixture([RemoteFixture.stream(["a"])], change: useKey)
    defer { fixture.server.stop() }
    _ = fixture.answer()
    #expect(
      fixture.server.requests.map { $0.headers["authorization"] }
        == Array(repeating: "Bearer " + KeyTests.secret, count: 2))
    #expect(!log(fixture).contains(KeyTests.secret))
  }

  @Test func aServerThatRepeatsTheKeyDoesNotGetItIntoMessages() throws {
    let message = #"{"error":{"message":"Incorrect API key: \#(KeyTests.secret)"}}"#
    let fixture = try RemoteFixture([.init(status: 401, body: Array(message.utf8))], change: useKey)
    defer { fixture.server.stop() }
    guard case .answerRefused(let words) = fixture.answer() else {
      Issue.record("expected a refusal")
      return
    }
    #expect(words.hasSuffix("it does not accept the key; check LATHE_API_KEY: Incorrect API key: [key]"))
    var reply = RemoteFixture.stream(["a"], isCut: true)
    reply.pieces?.append(Array("data: {\(KeyTests.secret)\n\n".utf8))
    let stream = try RemoteFixture([reply], change: useKey)
    defer { stream.server.stop() }
    _ = stream.answer()
    #expect(log(stream).contains("malformed chunk"))
    #expect(!log(stream).contains(KeyTests.secret))
  }

  @Test func theKeyDoesNotFollowARedirect() throws {
    let other = try ScriptedServer { _ in RemoteFixture.stream(["stolen"]) }
    defer { other.stop() }
    let fixture = try RemoteFixture(
      [.init(status: 307, headers: ["Location: http://user:pass@127.0.0.1:\(other.port)/x"])], change: useKey)
    defer { fixture.server.stop() }
    guard case .answerRefused(let words) = fixture.answer() else {
      Issue.record("expected a refusal")
      return
    }
    #expect(words.contains("it redirects to http://127.0.0.1:\(other.port)/x; give that address if you trust it"))
    #expect(other.requests.isEmpty)
  }

  @Test func overPlainHTTPTheKeyLeavesThisMachineOnlyWhenAllowed() throws {
    func client(_ address: String, allows: Bool = false) throws -> EndpointClient {
      var configuration = RemoteConfiguration()
      useKey(&configuration)
      configuration.allowsPlainHTTP = allows
      return try EndpointClient(Endpoint(address), configuration)
    }
    let error = #expect(throws: RemoteError.self) { try client("http://gpu.example:8000") }
    #expect(error?.description.contains("--allow-plain-http") == true)
    #expect(throws: RemoteError.self) { try client("http://127.0.0.1.evil.example") }
    _ = try client("http://gpu.example:8000", allows: true)
    _ = try client("https://gpu.example")
    _ = try client("http://localhost:8000")
    _ = try EndpointClient(Endpoint("http://gpu.example"), RemoteConfiguration())
  }

  @Test func aProxyNeverSeesWhatIsForThisMachine() throws {
    let client = try EndpointClient(Endpoint("http://127.0.0.1:1"), RemoteConfiguration())
    let interruption = Interruption()
    #expect(client.request("/models", stop: interruption.transfer).avoidsProxies)
    let far = try EndpointClient(Endpoint("https://host"), RemoteConfiguration())
    #expect(!far.request("/models", stop: interruption.transfer).avoidsProxies)
  }
}
