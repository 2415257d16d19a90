import TestSupport
import Testing

@testable import Remote

@Suite struct EndpointTests {
  @Test(arguments: [
    ("http://localhost:8000", "http://localhost:8000/v1"),
    ("http://localhost:8000/", "http://localhost:8000/v1"),
    ("http://localhost:8000/v1", "http://localhost:8000/v1"),
    (" HTTPS://Host.example/v1/ ", "https://Host.example/v1"),
    ("https://host/openai/v1/chat/completions", "https://host/openai/v1"),
    ("https://host/v1/models", "https://host/v1"),
    ("https://host/v1beta/openai", "https://host/v1beta/openai"),
    ("https://host/api", "https://host/api/v1"),
    ("http://[::1]:8080", "http://[::1]:8080/v1"),
    ("http://user:pass@host:1/v1", "http://host:1/v1"),
    ("http://user:p@ss@host", "http://host/v1"),
  ])
  func addressesAreBroughtIntoOneForm(text: String, expected: String) throws {
    #expect(try Endpoint(text).description == expected)
    #expect(try Endpoint(expected).description == expected)
  }

  @Test(arguments: [
    "", "localhost:8000", "ftp://host", "http://", "http:///v1", "http://host:0", "http://host:65536", "http://host:x",
    "http://ho st", "http://host\\@evil.example", "http://[::1", "http://[host]", "http://host/v1?key=secret",
    "http://host/v1#part", "http://host/\u{1B}[2J", "http://hö.st",
  ])
  func whatIsNoAddressIsRefusedInOneLine(text: String) {
    let error = #expect(throws: RemoteError.self) { try Endpoint(text) }
    #expect(error.map { $0.description.contains("\u{1B}") || $0.description.contains("secret") } == false)
  }

  @Test(arguments: [
    ("http://localhost", true), ("http://api.localhost", true), ("http://127.0.0.1:80", true),
    ("http://127.8.9.1", true),
    ("http://[::1]", true), ("http://127.evil.example", false), ("http://127.0.0.1.evil.example", false),
    ("http://localhost.evil.example", false), ("http://10.0.0.1", false), ("http://127.0.0", false),
    ("http://user@127.0.0.1:pw@evil.example", false),
  ])
  func loopbackIsThisMachineOnly(text: String, expected: Bool) throws {
    #expect(try Endpoint(text).isLoopback == expected)
  }

  @Test func credentialsAreFound() {
    #expect(Endpoint.holdsCredentials("http://user:pass@host/v1"))
    #expect(Endpoint.holdsCredentials("name@https://token@host"))
    #expect(!Endpoint.holdsCredentials("name@http://host/v1@2"))
  }

  @Test(arguments: [
    ("http://host:1", "http://host:1/v1", nil), ("llama@http://host", "llama@http://host/v1", "llama"),
    ("org/a@b@https://host/v1", "org/a@b@https://host/v1", "org/a@b"),
  ])
  func aReferenceNamesAModelOnAServer(text: String, reference: String, name: String?) throws {
    let model = try RemoteModel(reference: text)
    #expect(model.reference == reference)
    #expect(model.name == name)
    #expect(RemoteModel.isReference(text))
    #expect(try RemoteModel(reference: reference) == model)
  }

  @Test(arguments: ["smollm2-135m", "./model@2.gguf", "/models/http:/x", "owner/name:Q4_K_M"])
  func localModelsAreNoReferences(text: String) {
    #expect(!RemoteModel.isReference(text))
    #expect(throws: RemoteError.self) { try RemoteModel(reference: text) }
  }

  @Test func aKeyIsNeverPrinted() throws {
    let key = try #require(APIKey("sk-very-secret"))
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped, key.removed(from: "wrong key sk-very-secret!")] {
      #expect(!text.contains("secret"))
    }
    #expect(key.removed(from: "it was sk-very-s…; and sk-very-sec") == "it was [key]…; and [key]")
    #expect(key.header == "Authorization: Bearer sk-very-secret")
    #expect(APIKey("two words") == nil && APIKey("line\r\nX: y") == nil && APIKey("") == nil)
  }
}
