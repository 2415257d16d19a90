import Testing

@testable import Tensors

@Suite struct BufferPoolTests {
  @Test func classesHoldWhatTheyAreFor() {
    var last = -1
    for bytes in Array(1...5000) + [1 << 20, (1 << 20) + 1, 98_304_000, 1 << 33] {
      let size = BufferPool.sizeClass(bytes)
      #expect(size.bytes >= bytes)
      #expect(size.bytes <= max(64, bytes + bytes / 4 + 64))
      #expect(size.index >= last)
      #expect(BufferPool.sizeClass(size.bytes) == size)
      last = size.index
    }
  }

  @Test func aBlockGivenBackIsUsedAgain() throws {
    let pool = BufferPool()
    let first = try #require(pool.take(1000))
    pool.giveBack(first, 1000)
    let second = try #require(pool.take(1010))
    #expect(first == second)
    pool.giveBack(second, 1010)
    #expect(pool.take(Int.max) == nil)
  }
}
