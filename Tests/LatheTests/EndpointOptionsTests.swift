import Testing

@testable import lathe

@Suite struct EndpointOptionsTests {
  private func options(_ endpoint: String?) -> EndpointOptions {
    var options = EndpointOptions()
    options.endpoint = endpoint
    return options
  }

  private static let references: [(endpoint: String?, model: String?, expected: String)] = [
    ("http://localhost:8000", nil, "http://localhost:8000/v1"),
    ("https://host/v1/", "org/m", "org/m@https://host/v1"),
    (nil, "m@http://host", "m@http://host/v1"),
    ("https://user:secret@host", "m", "m@https://host/v1"),
    (nil, "m@https://user:secret@host/v1", "m@https://host/v1"),
  ]

  @Test(arguments: references)
  func aModelOnAServerHasOneReferenceWithoutCredentials(endpoint: String?, model: String?, expected: String) throws {
    #expect(options(endpoint).names(model))
    #expect(try options(endpoint).reference(to: model) == expected)
  }

  @Test func localModelsStayLocal() {
    #expect(!options(nil).names(nil))
    #expect(!options(nil).names("smollm2-135m"))
  }

  @Test func twoServersAreRefused() {
    #expect(throws: (any Error).self) { try options("http://a").reference(to: "m@http://b") }
  }
}
