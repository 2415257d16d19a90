import JSONText
import Testing

@testable import Sessions

@Suite struct ModelLoadTimesTests {
  private let times = ModelLoadTimes(
    total: 0.0951, open: 0.0104, weights: 0.06, packedBytes: 81_500_000, tokenizer: 0.0449, identity: 0.0006)

  @Test func peopleReadMilliseconds() {
    #expect(times.summary == "ready in 95 ms")
    #expect(
      times.text == "ready in 95 ms: open 10, weights 60 (81 MB packed), tokenizer beside them 45, identity 1")
  }

  @Test func logsKeepThem() throws {
    let read = try ModelLoadTimes(Fields(times.json))
    #expect(read == times)
    #expect(times.json["seconds"]?.double == 0.0951 && times.json["packed_bytes"]?.integer == 81_500_000)
    var description = ModelDescription(
      name: "m", path: "/m", family: "llama", parameters: 1, quantisation: "F32", contextLength: 1, bytes: 1)
    description.loading = times
    let event = TimedEvent(seconds: 1, event: .modelReady(description))
    #expect(try TimedEvent(json: event.json) == event)
  }

  @Test(arguments: [Double.nan, .infinity, -1, 1e300]) func anyNumberOfALogIsShown(seconds: Double) {
    var odd = times
    odd.total = seconds
    #expect(odd.summary.hasPrefix("ready in ") && odd.summary.hasSuffix(" ms"))
  }

  @Test func aMissingPartIsAnError() throws {
    let part: JSONValue = ["seconds": .double(1)]
    #expect(throws: EventFormatError.self) { try ModelLoadTimes(Fields(part)) }
  }
}
