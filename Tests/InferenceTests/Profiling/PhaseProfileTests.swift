import JSONText
import Testing

@testable import Inference
@testable import Tensors

@Suite struct PhaseProfileTests {
  private let limits = MachineLimits(
    processors: 4, threads: 2, instructionSets: ["scalar", "avx2"], instructions: "avx2",
    caches: [.init(level: 1, size: 32768, read: .init(single: 4e9, all: 8e9))],
    memoryRead: .init(single: 5e9, all: 10e9), peaks: [.f32: .init(single: 50e9, all: 100e9)], regionSeconds: 2.5e-6)

  private func profile() -> OperationProfile {
    var profile = OperationProfile()
    profile.add(
      OperationKey("linear", .q4_1, sizes: Shape(576, 1536)),
      OperationCost(memoryBytes: 1_000_000_000, activationBytes: 8, operations: 1_000_000_000, unit: .int8),
      seconds: 0.4)
    profile.add(
      OperationKey("softmax", sizes: Shape(64)), OperationCost(activationBytes: 1_000_000), seconds: 0.5)
    return profile
  }

  @Test func rowsAreLongestFirstAndAddUpWithWhatIsOutside() {
    let table = PhaseProfile(profile(), phase: "decode", tokens: 10, seconds: 1, limits: limits)
    #expect(table.rows.map(\.key.name) == ["softmax", "linear"])
    #expect(abs(table.outsideSeconds - 0.1) < 1e-12)
    #expect(abs(table.rows[0].share - 0.5) < 1e-12 && table.rows[0].limitShare == nil)
    // A tenth of a second for the bytes, of 0.4 taken.
    #expect(abs((table.rows[1].limitShare ?? 0) - 0.25) < 1e-12 && table.rows[1].limit == nil)
  }

  @Test func theTableIsAligned() {
    let text = PhaseProfile(profile(), phase: "decode", tokens: 10, seconds: 1, limits: limits).text
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.count == 5 && Set(lines.map(\.count)).count == 1)
    #expect(lines[0].hasPrefix("decode, 10 tokens"))
    #expect(lines[2].hasPrefix("linear Q4_1 576x1536") && lines[2].contains("400.00"))
    #expect(lines[2].contains("2.5") && lines[2].contains("25.0 %") && lines[2].hasSuffix("memory"))
    #expect(lines[3].hasPrefix("outside of operations") && lines[3].contains("100.00") && lines[3].contains("10.0 %"))
    #expect(lines[4].hasPrefix("all ") && lines[4].contains("1000.00") && lines[4].contains("100.0 %"))
  }

  @Test func scriptsGetOneObjectARow() {
    let rows = PhaseProfile(profile(), phase: "prefill", tokens: 7, seconds: 1, limits: nil).json
    #expect(rows.map { $0["operation"]?.string } == ["softmax", "linear", "outside", "all"])
    #expect(rows.allSatisfy { $0["phase"]?.string == "prefill" && $0["tokens"]?.integer == 7 })
    #expect(rows[1]["type"]?.string == "Q4_1" && rows[1]["sizes"]?.array?.compactMap(\.integer) == [576, 1536])
    #expect(rows[1]["calls"]?.integer == 1 && rows[1]["memory_bytes"]?.integer == 1_000_000_000)
    #expect(rows[1]["limit"]?.isNull == true && rows[1]["limit_share"]?.isNull == true, "nothing was measured")
    #expect(rows[3]["seconds"]?.double == 1)
  }

  @Test func nothingProfiledIsAllOutside() {
    let table = PhaseProfile(OperationProfile(), phase: "decode", tokens: 0, seconds: 0, limits: limits)
    #expect(table.rows.isEmpty && table.outsideSeconds == 0 && !table.text.contains("nan"))
  }

  @Test func limitsAreTold() {
    let text = limits.text
    #expect(text.contains("4 processors, avx2") && text.contains("2 threads"))
    #expect(text.contains("read level 1 cache, 32 KiB") && text.contains("read memory"))
    #expect(text.contains("multiply-add f32") && text.contains("100.0  GFLOP/s"))
    #expect(!text.contains("int8") && text.contains("2.50") && text.contains("scalar, avx2"))
    let json = limits.json
    #expect(json["test"]?.string == "machine" && json["int8_operations_per_second"]?.isNull == true)
    #expect(json["memory_read_bytes_per_second"]?["all"]?.double == 10e9)
    #expect(json["caches"]?[0]?["bytes"]?.integer == 32768)
    var alone = limits
    alone.threads = 1
    #expect(!alone.text.contains("threads") && !alone.text.contains("region"))
  }

  @Test(arguments: [
    (0.0, 2, "0.00"), (-0.001, 2, "0.00"), (-1.005, 1, "-1.0"), (12.345, 0, "12"), (0.996, 2, "1.00"),
    (.infinity, 1, "inf"), (1e20, 1, "1e+20"),
  ]) func numbersKeepTheirPlaces(value: Double, places: Int, text: String) {
    #expect(fixed(value, places) == text)
  }
}
