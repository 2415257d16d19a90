import Testing

@testable import Remote

@Suite struct RetryPolicyTests {
  @Test func waitsGrowAreSpreadAndEnd() {
    var policy = RetryPolicy()
    policy.attempts = 4
    #expect((1...3).map { policy.delay(after: $0, asked: nil, jitter: 0.5) } == [1, 2, 4])
    #expect(policy.delay(after: 1, asked: nil, jitter: 0) == 0.75)
    #expect(policy.delay(after: 1, asked: nil, jitter: 1) == 1.25)
    #expect(policy.delay(after: 4, asked: nil, jitter: 0.5) == nil)
    policy.attempts = 100
    #expect(policy.delay(after: 99, asked: nil, jitter: 0.5) == policy.longestDelay)
  }

  @Test func theServersTimeIsKeptUnlessItIsTooLong() throws {
    let policy = RetryPolicy()
    #expect(policy.delay(after: 1, asked: 30, jitter: 0) == 30)
    #expect(try #require(policy.delay(after: 1, asked: 30, jitter: 1)) <= 33)
    #expect(policy.delay(after: 1, asked: 0, jitter: 1) == 0)
    #expect(policy.delay(after: 1, asked: 121, jitter: 0) == nil)
  }

  @Test(arguments: [
    ("7", 7), ("1.5", 1.5), ("-3", 0), ("soon", nil), ("", nil), ("nan", nil),
    ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sun, 06 Nov 1994 08:48:00 GMT", 0), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
  ])
  func retryAfterIsSecondsOrADate(value: String, expected: Double?) {
    #expect(RetryPolicy.seconds(ofRetryAfter: value, now: 784_111_740) == expected)
  }

  @Test(arguments: [
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
    ("Wed, 31 Dec 2098 23:59:59 GMT", 4_070_908_799),
  ])
  func datesAreCounted(text: String, expected: Double) { #expect(HTTPDate.seconds(text) == expected) }
}
