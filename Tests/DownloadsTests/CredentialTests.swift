import Testing

@testable import Downloads

@Suite struct CredentialTests {
  @Test(arguments: [
    ("http://user:secret@host/a: HTTP 404", "http://host/a: HTTP 404"),
    ("https://user:se@cret@host:8080/a", "https://host:8080/a"),
    ("https://token@host and http://a:b@c", "https://host and http://c"),
    ("https://host/a@b: stopped", "https://host/a@b: stopped"),
    ("no address, user@host", "no address, user@host"),
    ("http://", "http://"),
  ])
  func messagesLeaveCredentialsOfAddressesOut(text: String, shown: String) {
    #expect(DownloadError(.refused, text).description == shown)
  }
}
