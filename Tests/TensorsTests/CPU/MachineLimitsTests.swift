import Testing

@testable import Tensors

@Suite struct MachineLimitsTests {
  private let limits = MachineLimits(
    processors: 2, threads: 2, instructionSets: ["scalar"], instructions: "scalar", caches: [],
    memoryRead: .init(single: 5, all: 10),
    peaks: [.f32: .init(single: 50, all: 100), .int8: .init(single: 1, all: 400)],
    regionSeconds: 0)

  @Test func theRooflineIsTheHigherOfBothTimes() throws {
    let bound = try #require(limits.leastSeconds(memoryBytes: 100, operations: 10, unit: .f32))
    #expect(bound.seconds == 10 && bound.unit == nil, "memory")
    let computed = try #require(limits.leastSeconds(memoryBytes: 100, operations: 8000, unit: .int8))
    #expect(computed.seconds == 20 && computed.unit == .int8)
  }

  @Test func aUnitWithoutInstructionsIsThatOfFloats() throws {
    let bound = try #require(limits.leastSeconds(memoryBytes: 1, operations: 1000, unit: .bf16))
    #expect(bound.seconds == 10 && bound.unit == .f32)
    var none = limits
    none.peaks = [:]
    #expect(none.leastSeconds(memoryBytes: 20, operations: 1000, unit: .f32)?.seconds == 2)
  }

  @Test func activationsAloneHaveNoLimitHere() {
    #expect(limits.leastSeconds(memoryBytes: 0, operations: 1000, unit: .f32) == nil)
  }

  /// Only that figures are there and make sense: how large they are is the machine's business.
  @Test(arguments: InstructionSet.available) func measurementsAreThere(instructions: InstructionSet) throws {
    let backend = try #require(CPUBackend(threads: 2, instructions: instructions))
    let peaks = backend.glanceAtArithmetic()
    let floats = try #require(peaks[.f32])
    #expect(floats.single > 0 && floats.all >= floats.single)
    for rate in peaks.values { #expect(rate.single.isFinite && rate.single > 0 && rate.all >= rate.single) }
  }

  @Test func aWholeMeasurementIsComplete() throws {
    let measured = try CPUBackend(threads: 2).measureLimits(effort: 0.01)
    #expect(measured.threads == 2 && measured.processors >= 1)
    #expect(measured.instructionSets.contains(measured.instructions) && measured.instructionSets.contains("scalar"))
    #expect(measured.memoryRead.single > 0 && measured.memoryRead.all >= measured.memoryRead.single)
    #expect(measured.peaks[.f32] != nil && measured.regionSeconds >= 0)
    #expect(measured.caches.map(\.level) == measured.caches.map(\.level).sorted())
    for cache in measured.caches { #expect(cache.size > 0 && cache.read.single > 0) }
    let glance = try CPUBackend(threads: 1).glanceAtMemory()
    #expect(glance.single > 0 && glance.all >= glance.single)
  }
}
