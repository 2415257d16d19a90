import Dispatch
import TestSupport
import Testing

@testable import Transfers

@Suite(.timeLimit(.minutes(1))) struct HTTPRequestTests {
  @Test func aPostSendsItsBodyAndReceivesTheAnswer() throws {
    let server = try ScriptedServer { .init(headers: ["X-Kind: echo"], body: $0.body.reversed()) }
    defer { server.stop() }
    for body in [[], Array("abc".utf8), [UInt8](repeating: 0, count: 200_000)] {
      var request = HTTPRequest(url: server.address + "/post")
      request.body = body
      request.headers = ["Content-Type: application/json"]
      request.stop = TransferStop()
      var answer: [UInt8] = []
      var lines: [String] = []
      var handlers = HTTPRequest.Handlers()
      handlers.header = { lines.append($0) }
      handlers.body = { bytes in
        answer += bytes
        return true
      }
      #expect(request.run(handlers) == .done(status: 200))
      #expect(answer == body.reversed())
      #expect(lines.contains("X-Kind: echo"))
    }
    #expect(server.requests.map(\.method) == ["POST", "POST", "POST"])
  }

  @Test func bodiesOfRefusalsComeOnlyWhenAskedFor() throws {
    let server = try ScriptedServer { _ in .init(status: 429, body: Array("slow down".utf8)) }
    defer { server.stop() }
    for accepts in [false, true] {
      var request = HTTPRequest(url: server.address)
      request.acceptsAnyStatus = accepts
      var answer = ""
      var handlers = HTTPRequest.Handlers()
      handlers.body = { bytes in
        answer += String(decoding: bytes, as: UTF8.self)
        return true
      }
      #expect(request.run(handlers) == .done(status: 429))
      #expect(answer == (accepts ? "slow down" : ""))
    }
  }

  @Test func aRedirectThatIsNotFollowedIsAnAnswer() throws {
    let server = try ScriptedServer { _ in .init(status: 307, headers: ["Location: http://127.0.0.1:1/"]) }
    defer { server.stop() }
    var request = HTTPRequest(url: server.address)
    request.followsRedirects = false
    #expect(request.run(.init()) == .done(status: 307))
  }

  @Test func aStopEndsATransferInWhichNothingArrives() throws {
    let server = try ScriptedServer { _ in .init(body: Array("first".utf8), holds: true) }
    defer { server.stop() }
    let stop = TransferStop()
    var request = HTTPRequest(url: server.address)
    request.stop = stop
    request.stallSeconds = 3600
    var handlers = HTTPRequest.Handlers()
    // The server has said all it will say when another thread stops the transfer.
    handlers.body = { _ in
      DispatchQueue.global().async { stop.request() }
      return true
    }
    #expect(request.run(handlers) == .stopped)
    #expect(request.run(.init()) == .stopped)
    #expect(server.requests.count == 1)
  }

  @Test func aSilentServerIsGivenUp() throws {
    let server = try ScriptedServer { _ in .init(body: Array("first".utf8), holds: true) }
    defer { server.stop() }
    var request = HTTPRequest(url: server.address)
    request.stop = TransferStop()
    request.stallSeconds = 1
    #expect(request.run(.init()) == .stalled)
  }

  @Test func aConnectionThatEndsEarlyIsInterrupted() throws {
    let server = try ScriptedServer { _ in .init(body: Array("0123456789".utf8), dropAfter: 4) }
    defer { server.stop() }
    var request = HTTPRequest(url: server.address)
    request.stop = TransferStop()
    guard case .interrupted = request.run(.init()) else {
      Issue.record("expected an interrupted transfer")
      return
    }
  }

  @Test func whatCannotBeReachedIsSaidInLibcurlsWords() throws {
    // Bound and left, so that nobody listens there.
    let server = try ScriptedServer { _ in .init() }
    server.stop()
    for url in ["http://name.invalid/", "http://127.0.0.1:1/", "https://127.0.0.1:\(server.port)/"] {
      var request = HTTPRequest(url: url)
      request.stop = TransferStop()
      request.connectSeconds = 2
      guard case .notReached(let words) = request.run(.init()) else {
        Issue.record("\(url): expected not to be reached")
        continue
      }
      #expect(!words.isEmpty)
    }
  }
}
