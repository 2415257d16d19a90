import Layers
import Tensors
import Testing

@Suite struct KVCacheTests {
  private func cache(_ capacity: Int, _ type: ElementType, headSize: Int = 32) throws -> KVCache {
    try KVCache(
      layers: 2, kvHeads: 3, headSize: headSize, capacity: capacity, elementType: type,
      backend: CPUBackend(threads: 1))
  }

  @Test func sizesAreThoseOfTheType() throws {
    #expect(try cache(10, .f16).byteCount == 2 * 2 * 3 * 10 * 32 * 2)
    #expect(try cache(10, .q8_0).bytesPerPosition == 2 * 2 * 3 * 34)
    #expect(try cache(10, .f32).remaining == 10)
  }

  @Test func whatCannotBeIsRefused() {
    #expect(throws: TensorError.self) { try cache(0, .f16) }
    #expect(throws: TensorError.self) { try cache(10, .q4_0) }
    #expect(throws: TensorError.self) { try cache(10, .q8_0, headSize: 48) }
    #expect(throws: TensorError.self) { try cache(1 << 60, .f16) }
  }
}
