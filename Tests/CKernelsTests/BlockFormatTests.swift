import CKernels
import TestSupport
import Testing

@Suite("Block formats")
struct BlockFormatTests {
  @Test("Block lengths and sizes are ggml's")
  func sizes() {
    let sizes: [(element_type, Int, Int)] = [
      (ELEMENT_F32, 1, 4), (ELEMENT_F16, 1, 2), (ELEMENT_BF16, 1, 2), (ELEMENT_I32, 1, 4), (ELEMENT_U8, 1, 1),
      (ELEMENT_Q8_0, 32, 34), (ELEMENT_Q4_0, 32, 18), (ELEMENT_Q4_1, 32, 20), (ELEMENT_Q5_0, 32, 22),
      (ELEMENT_Q5_1, 32, 24), (ELEMENT_Q2_K, 256, 84), (ELEMENT_Q3_K, 256, 110), (ELEMENT_Q4_K, 256, 144),
      (ELEMENT_Q5_K, 256, 176), (ELEMENT_Q6_K, 256, 210), (ELEMENT_IQ4_NL, 32, 18), (ELEMENT_IQ4_XS, 256, 136),
      (ELEMENT_MXFP4, 32, 17),
    ]
    #expect(sizes.count == Int(ELEMENT_TYPE_COUNT.rawValue))
    for (type, length, bytes) in sizes {
      #expect(element_block_length(type) == length && element_block_bytes(type) == bytes, "type \(type.rawValue)")
    }
  }

  @Test("Stored blocks become ggml's values to the bit", arguments: KernelTable.all, BlockType.all)
  func localFixtures(table: KernelTable, type: BlockType) throws {
    let base = Fixtures.local + "/blocks/" + type.name
    let blocks = try Fixtures.bytes(base + ".blocks")
    let expected = try floats(Fixtures.bytes(base + ".f32"))
    expectSameBits(type.dequantized(blocks, with: table), expected, type.name)
    // A block at an odd address, read up to the last byte before a guard page.
    let odd = try GuardedBuffer(blocks, slack: 1)
    let out = try GuardedBuffer(byteCount: expected.count * 4, slack: 4)
    table.functions.to_f32(type.type, odd.start, out.pointer(to: Float.self), expected.count)
    expectSameBits(out.values(of: Float.self), expected, "\(type.name) at an odd address")
    #expect(out.slackIsUntouched)
  }

  @Test("Whole tensors become ggml's values to the bit", .needsSharedFixtures, arguments: BlockType.all)
  func sharedFixtures(type: BlockType) throws {
    let folder = try #require(Fixtures.shared) + "/gguf/"
    var compared = 0
    for file in Fixtures.names(in: folder) where file.hasSuffix(".gguf") {
      let tensors = try FixtureTensors(path: folder + file)
      for name in ["blk.0.attn_k.weight", "blk.1.ffn_down.weight"] {
        guard let blocks = tensors.blocks(name, type) else { continue }
        let expected = try floats(Fixtures.bytes(folder + file.dropLast(5) + "." + name + ".f32"))
        expectSameBits(type.dequantized(blocks), expected, "\(file) \(name)")
        compared += 1
      }
    }
    #expect(compared > 0, "no fixture holds \(type.name)")
  }

  @Test("The smallest scales of MXFP4 are subnormal floats")
  func smallestExponents() {
    for exponent in UInt8(0)...3 {
      let block: [UInt8] = [exponent] + [UInt8](repeating: 0x22, count: 16)
      let type = BlockType.all[12]
      #expect(
        type.dequantized(block)
          == [Float](repeating: Float(sign: .plus, exponent: Int(exponent) - 127, significand: 1), count: 32))
    }
  }

  private func floats(_ bytes: [UInt8]) -> [Float] {
    bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }
}
