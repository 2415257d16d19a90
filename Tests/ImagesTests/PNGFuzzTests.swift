import Images
import TestSupport
import Testing

/// Damaged images are decoded or refused with one line, never more.
@Suite struct PNGFuzzTests {
  private func seeds() throws -> [[UInt8]] {
    let folder = Fixtures.local + "/malformed/png"
    let names = [
      "rgb8", "rgba8", "gray1", "gray4", "gray16", "gray-alpha8", "palette8", "palette2-trns", "rgb16",
      "rgba8-interlaced", "palette4-interlaced", "rgb8-many-idat", "animated",
    ]
    return try names.map { try Fixtures.bytes(folder + "/\($0).png") }
  }

  @Test func damagedImages() throws {
    let seeds = try seeds()
    var mutator = ByteMutator(seed: 4)
    var decoded = 0
    var refused = 0
    for iteration in 0..<Fixtures.fuzzIterations(usual: 3000) {
      let seed = seeds[iteration % seeds.count]
      // Without right check sums nearly everything is refused at once; so mostly the damage is done inside chunks.
      let damaged = iteration % 4 == 0 ? mutator.mutate(seed) : damageChunks(seed, &mutator)
      do {
        let image = try RGBAImage(png: damaged)
        decoded += 1
        #expect(image.pixels.count == image.width * image.height * 4)
      } catch {
        refused += 1
        guard !error.description.isEmpty, error.description.utf8.allSatisfy({ $0 >= 0x20 }) else {
          Issue.record("iteration \(iteration): \(error.description.debugDescription)")
          return
        }
      }
    }
    #expect(decoded > 0 && refused > decoded / 4)
  }

  private func damageChunks(_ seed: [UInt8], _ mutator: inout ByteMutator) -> [UInt8] {
    var file = PNGFile(seed)
    for _ in 0...mutator.below(2) {
      let index = mutator.below(file.chunks.count)
      switch mutator.below(8) {
      case 0: file.chunks.remove(at: index)
      case 1: file.chunks.insert(file.chunks[index], at: mutator.below(file.chunks.count + 1))
      case 2: file.chunks.swapAt(index, mutator.below(file.chunks.count))
      case 3:
        let types = [
          "PLTE", "tRNS", "IDAT", "zTXt", "iCCP", "iTXt", "sBIT", "gAMA", "bKGD", "hIST", "sPLT", "xxxx", "IEND",
        ]
        file.chunks[index].type = Array(types[mutator.below(types.count)].utf8)
      case 4:
        let sides = [0, 1, 2, 7, 64, 300, 65_535, 1_000_000, 1_000_001, 0x7FFF_FFFF, 0x8000_0000]
        file = file.withSizeIfHeader(
          width: sides[mutator.below(sides.count)], height: sides[mutator.below(sides.count)])
      case 5:
        // Bit depth, colour type, compression, filter, interlace.
        if file.chunks.first?.data.count == 13 {
          file.chunks[0].data[8 + mutator.below(5)] = UInt8(mutator.below(18))
        }
      default: file.chunks[index].data = mutator.mutate(file.chunks[index].data)
      }
      if file.chunks.isEmpty { break }
    }
    return file.bytes
  }
}

extension PNGFile {
  func withSizeIfHeader(width: Int, height: Int) -> PNGFile {
    chunks.first?.data.count == 13 ? withSize(width: width, height: height) : self
  }
}
