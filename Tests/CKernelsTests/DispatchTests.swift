import CKernels
import Testing

@Suite("Choice of kernels")
struct DispatchTests {
  @Test("A table says which instructions it uses")
  func tables() {
    for set in 0..<INSTRUCTION_SET_COUNT.rawValue {
      guard let table = kernels_at(instruction_set(rawValue: set)) else { continue }
      #expect(table.pointee.instructions.rawValue == set)
    }
    #expect(kernels_at(INSTRUCTIONS_SCALAR) != nil)
    #expect(kernels_at(INSTRUCTION_SET_COUNT) == nil)
  }

  @Test("The best table is one of this processor")
  func best() {
    let best = kernels_best()
    #expect(best != nil && kernels_at(best!.pointee.instructions) == best)
  }
}
