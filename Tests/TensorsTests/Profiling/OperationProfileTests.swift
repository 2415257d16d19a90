import Testing

@testable import Tensors

@Suite struct OperationProfileTests {
  private let key = OperationKey("linear", .f16, sizes: Shape(4, 8))
  private let cost = OperationCost(memoryBytes: 10, activationBytes: 3, operations: 7, unit: .bf16)

  @Test func callsOfOneKindAddUp() {
    var profile = OperationProfile()
    profile.add(key, cost, seconds: 0.25)
    profile.add(key, cost, seconds: 0.5)
    profile.add(OperationKey("linear", .f32, sizes: Shape(4, 8)), cost, seconds: 1)
    #expect(profile.counts.count == 2 && profile.seconds == 1.75)
    let count = profile.counts[key]
    #expect(count?.calls == 2 && count?.seconds == 0.75 && count?.memoryBytes == 20)
    #expect(count?.activationBytes == 6 && count?.operations == 14 && count?.unit == .bf16)
  }

  @Test func profilesOfRepetitionsAddUp() {
    var (one, other) = (OperationProfile(), OperationProfile())
    one.add(key, cost, seconds: 1)
    other.add(key, cost, seconds: 2)
    other.add(OperationKey("softmax"), OperationCost(), seconds: 4)
    one.add(other)
    #expect(one.counts[key]?.calls == 2 && one.counts[key]?.seconds == 3 && one.seconds == 7)
    #expect(other.seconds == 6, "the other one stays")
  }

  @Test(arguments: [
    (ElementType.bf16, ArithmeticUnit.bf16), (.f32, .f32), (.f16, .f32), (.q8_0, .int8), (.q4_K, .int8),
  ]) func weightsChooseTheirUnit(type: ElementType, unit: ArithmeticUnit) {
    #expect(ArithmeticUnit(type) == unit)
  }
}
