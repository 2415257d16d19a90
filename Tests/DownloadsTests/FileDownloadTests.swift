import Crypto
import TestSupport
import Testing

@testable import Downloads

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

func contents(_ path: String) -> [UInt8]? {
  guard let file = fopen(path, "rb") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
  return bytes
}

func sha256(_ bytes: [UInt8]) -> String {
  SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

@Suite struct FileDownloadTests {
  let payload = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }

  func download(_ server: ScriptedServer, _ folder: TemporaryFolder, path: String = "/file") -> FileDownload {
    var download = FileDownload(
      url: server.address + path, destination: folder.path + "/file", size: Int64(payload.count),
      hash: .sha256(sha256(payload)))
    download.retryDelay = 0.01
    return download
  }

  @Test func wholeFileArrivesAndIsRenamed() throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer { ScriptedServer.file(payload, $0) }
    defer { server.stop() }
    let download = download(server, folder)
    var last: DownloadProgress?
    try download.run(progress: { last = $0 })
    #expect(contents(download.destination) == payload)
    #expect(contents(download.partial) == nil)
    #expect(last?.received == Int64(payload.count))
    // A second run finds it done and asks nobody.
    try download.run(progress: { _ in })
    #expect(server.requests.count == 1)
  }

  @Test func droppedConnectionsAreResumedWhereTheyBroke() throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer { request in
      var reply = ScriptedServer.file(payload, request)
      reply.dropAfter = 90_000
      return reply
    }
    defer { server.stop() }
    let download = download(server, folder)
    try download.run(progress: { _ in })
    #expect(contents(download.destination) == payload)
    #expect(server.requests.map(\.start) == [0, 90_000, 180_000, 270_000])
  }

  @Test func aLaterRunContinuesWhatAnEarlierOneLeft() throws {
    let folder = try TemporaryFolder()
    var isDown = false
    let server = try ScriptedServer { request in
      var reply = ScriptedServer.file(payload, request)
      reply.dropAfter = request.start == 0 ? 100_000 : nil
      if isDown { reply = .init(status: 503) }
      isDown = request.start == 0
      return reply
    }
    defer { server.stop() }
    var download = download(server, folder)
    download.attempts = 1
    #expect(throws: DownloadError.self) { try download.run(progress: { _ in }) }
    #expect(contents(download.partial)?.count == 100_000)
    isDown = false
    try download.run(progress: { _ in })
    #expect(contents(download.destination) == payload)
    #expect(server.requests.map(\.start) == [0, 100_000])
  }

  @Test func serverWithoutRangesStartsOver() throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer { request in
      ScriptedServer.Reply(body: payload, dropAfter: request.start == 0 ? 50_000 : nil)
    }
    defer { server.stop() }
    let download = download(server, folder)
    try download.run(progress: { _ in })
    #expect(contents(download.destination) == payload)
  }

  @Test func wrongHashIsRefusedAndNothingStays() throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer { request in
      var bytes = payload
      bytes[12345] ^= 1
      return ScriptedServer.file(bytes, request)
    }
    defer { server.stop() }
    let download = download(server, folder)
    let error = #expect(throws: DownloadError.self) { try download.run(progress: { _ in }) }
    #expect(error?.kind == .mismatch)
    #expect(error?.description.contains(sha256(payload)) == true)
    #expect(contents(download.destination) == nil)
    #expect(contents(download.partial) == nil)
  }

  @Test func wrongSizeIsRefusedBeforeTheBody() throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer { ScriptedServer.file(payload + [1], $0) }
    defer { server.stop() }
    let error = #expect(throws: DownloadError.self) { try download(server, folder).run(progress: { _ in }) }
    #expect(error?.kind == .mismatch)
  }

  @Test func redirectsAreFollowedAndCredentialsStayHome() throws {
    let folder = try TemporaryFolder()
    let storage = try ScriptedServer { ScriptedServer.file(payload, $0) }
    defer { storage.stop() }
    // Another name of the same machine is another host to the client.
    let target = "http://localhost:\(storage.port)/blob"
    let server = try ScriptedServer { _ in .init(status: 302, headers: ["Location: \(target)"]) }
    defer { server.stop() }
    var download = download(server, folder)
    download.headers = ["Authorization: Bearer secret"]
    try download.run(progress: { _ in })
    #expect(contents(download.destination) == payload)
    #expect(server.requests[0].headers["authorization"] == "Bearer secret")
    #expect(storage.requests[0].headers["authorization"] == nil)
  }

  @Test(arguments: [(404, DownloadError.Kind.refused), (401, .refused), (500, .interrupted), (429, .interrupted)])
  func statusDecidesTheError(status: Int, kind: DownloadError.Kind) throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer { _ in .init(status: status, body: Array("no".utf8)) }
    defer { server.stop() }
    var download = download(server, folder)
    download.attempts = 2
    let error = #expect(throws: DownloadError.self) { try download.run(progress: { _ in }) }
    #expect(error?.kind == kind)
    #expect(server.requests.count == (kind == .interrupted ? 2 : 1))
    #expect(contents(download.partial)?.isEmpty != false)
  }

  @Test func unreachableServerIsToldApart() throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer { _ in .init() }
    server.stop()
    usleep(50_000)
    let error = #expect(throws: DownloadError.self) { try download(server, folder).run(progress: { _ in }) }
    #expect(error?.kind == .notReached)
  }

  @Test func fullDiskSaysWhatIsNeededAndWhatIsFree() throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer { ScriptedServer.file(payload, $0) }
    defer { server.stop() }
    let file = try PartialFile(path: folder.path + "/file.partial")
    let error = #expect(throws: DownloadError.self) { try file.checkSpace(for: Int64.max) }
    #expect(error?.kind == .disk)
    #expect(error?.description.contains("are free") == true)
    // A second download of the same file is refused while the first holds it.
    #expect(throws: DownloadError.self) { try download(server, folder).run(progress: { _ in }) }
    file.close()
    try download(server, folder).run(progress: { _ in })
  }

  @Test func writeErrorOfAFullDeviceIsReported() throws {
    let full = try PartialFile(path: "/dev/full")
    let error = #expect(throws: DownloadError.self) {
      try append(payload, to: full)
    }
    #expect(error?.kind == .disk)
    #expect(error?.description.contains("the disk is full") == true)
    full.close()
  }

  func append(_ bytes: [UInt8], to file: PartialFile) throws {
    try bytes.withUnsafeBytes { try file.append($0) }
  }

  @Test func stoppingKeepsWhatArrived() throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer { ScriptedServer.file(payload, $0) }
    defer { server.stop() }
    let error = #expect(throws: DownloadError.self) {
      try download(server, folder).run(progress: { _ in }, isStopped: { true })
    }
    #expect(error?.kind == .stopped)
  }
}
