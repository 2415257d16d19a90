import CKernels
import Testing

@testable import Tensors

@Suite struct ElementTypeTests {
  @Test(arguments: ElementType.allCases) func blocksAreTheKernels(type: ElementType) {
    #expect(type.blockLength == element_block_length(type.kernelType))
    #expect(type.blockBytes == element_block_bytes(type.kernelType))
    #expect(ElementType(rawValue: type.name) == type)
  }

  @Test func sizesThatCannotBeAreNil() {
    #expect(ElementType.q4_K.byteCount(shape: [3, 512]) == 3 * 2 * 144)
    #expect(ElementType.q4_K.byteCount(shape: [512, 3]) == nil)
    #expect(ElementType.f32.byteCount(shape: []) == 4)
    #expect(ElementType.f32.byteCount(shape: [0, 7]) == 0)
    #expect(ElementType.f32.byteCount(shape: [-1, 7]) == nil)
    #expect(ElementType.f32.byteCount(shape: [1 << 40, 1 << 40]) == nil)
  }
}
