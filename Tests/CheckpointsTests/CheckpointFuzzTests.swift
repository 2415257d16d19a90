import Checkpoints
import Files
import JSONText
import OrderedCollections
import TestSupport
import Testing

/// Damaged files are read or refused with one line; what is read lies inside the file. Debug builds check every access
/// to the mapped bytes, so a read past the end stops the run.
@Suite struct CheckpointFuzzTests {
  private func attack(
    _ seeds: [(bytes: [UInt8], fields: [ByteMutator.Field])], seed: UInt64,
    repair: (inout [UInt8], inout ByteMutator) -> Void
  ) throws {
    let folder = try TemporaryFolder()
    let path = folder["fuzzed"]
    var mutator = ByteMutator(seed: seed)
    var refused = 0
    let iterations = Fixtures.fuzzIterations(usual: 3000)
    for iteration in 0..<iterations {
      let (bytes, fields) = seeds[iteration % seeds.count]
      var damaged = mutator.mutate(bytes, fields: fields)
      repair(&damaged, &mutator)
      try Fixtures.write(damaged, to: path)
      do throws(CheckpointError) {
        let checkpoint = try openCheckpoint(path)
        try checkSound(checkpoint, size: damaged.count, iteration: iteration)
      } catch {
        refused += 1
        let message = error.description
        guard message.hasPrefix(path), message.utf8.count < path.utf8.count + 400,
          message.utf8.allSatisfy({ $0 >= 0x20 })
        else {
          Issue.record("iteration \(iteration): \(message.debugDescription)")
          return
        }
      }
    }
    // A mutator that damaged nothing, or everything, would test nothing.
    #expect(refused > iterations / 4 && refused < iterations)
  }

  private func checkSound(_ checkpoint: any Checkpoint, size: Int, iteration: Int) throws(CheckpointError) {
    var end = 0
    for tensor in checkpoint.tensors.values.sorted(by: { $0.fileOffset < $1.fileOffset }) where tensor.byteCount > 0 {
      guard tensor.fileOffset >= end, tensor.byteCount <= size - tensor.fileOffset else {
        Issue.record("iteration \(iteration): tensor \(tensor) is not in its file, or overlaps")
        return
      }
      end = tensor.fileOffset + tensor.byteCount
    }
    var bytes: [UInt8] = []
    var output = ChunkedOutput { bytes += $0 }
    CheckpointListing(of: checkpoint, hashesTensors: false).writeJSON(to: &output)
    CheckpointListing(of: checkpoint, hashesTensors: true).writeText(to: &output)
    output.flush()
    let line = bytes.split(separator: UInt8(ascii: "\n") as UInt8, maxSplits: 0)
    #expect(!line.isEmpty)
  }

  @Test func damagedGGUF() throws {
    let folder = try TemporaryFolder()
    try GGUFTests.write(to: folder["a.gguf"])
    let written = try Fixtures.bytes(folder["a.gguf"])
    let small = try Fixtures.bytes(Fixtures.local + "/malformed/gguf/good.gguf")
    let seeds = [written, small].map { ($0, ggufFields($0)) }
    #expect(seeds[0].1.count > 100)
    try attack(seeds, seed: 1) { _, _ in }
  }

  /// Every count, length, type, dimension and offset of a GGUF file, found by what surrounds strings: any aligned or
  /// unaligned 4 or 8 bytes of the head may be one, so all starts behind a small number are taken.
  private func ggufFields(_ bytes: [UInt8]) -> [ByteMutator.Field] {
    var fields: [ByteMutator.Field] = [4..<8, 8..<16, 16..<24]
    let head = bytes.count * 3 / 4
    for start in 24..<max(24, head - 8) {
      let isSmall = bytes[start] < 96 && bytes[start + 1..<start + 4].allSatisfy { $0 == 0 }
      guard isSmall else { continue }
      fields.append(start..<start + 4)
      if bytes[start + 4..<start + 8].allSatisfy({ $0 == 0 }) { fields.append(start..<start + 8) }
    }
    return fields
  }

  @Test func damagedSafetensors() throws {
    let names = ["good", "good-odd-shapes", "good-padded"]
    let seeds = try names.map { name in
      (try Fixtures.bytes(Fixtures.local + "/malformed/safetensors/\(name).safetensors"), [0..<8 as ByteMutator.Field])
    }
    try attack(seeds, seed: 2) { bytes, mutator in
      // Numbers in the header become others, and the length is made right again, so that the faults lie deeper.
      guard bytes.count > 16, mutator.below(2) == 0 else { return }
      let numbers = (8..<bytes.count).filter { (48...57).contains(bytes[$0]) }
      if !numbers.isEmpty {
        let place = numbers[mutator.below(numbers.count)]
        bytes.replaceSubrange(place...place, with: Array(String(mutator.interestingNumber()).utf8))
      }
      guard let end = bytes.lastIndex(of: UInt8(ascii: "}")), end >= 8 else { return }
      let length = UInt64(end - 7)
      for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: length >> UInt64(8 * index)) }
    }
  }

  @Test func damagedIndex() throws {
    let folder = try TemporaryFolder()
    let shard = safetensors(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1)
    try Fixtures.write(shard, to: folder["one.safetensors"])
    let index = Array(#"{"metadata":{"total_size":1},"weight_map":{"a":"one.safetensors"}}"#.utf8)
    var mutator = ByteMutator(seed: 3)
    for _ in 0..<min(2000, Fixtures.fuzzIterations(usual: 500)) {
      try Fixtures.write(mutator.mutate(index), to: folder["i.json"])
      do {
        let checkpoint = try openCheckpoint(folder["i.json"])
        #expect(checkpoint.files.allSatisfy { $0.path.hasPrefix(folder.path) })
      } catch {
        #expect(error.description.hasPrefix(folder.path))
      }
    }
  }
}

@Suite struct CheckpointGuardTests {
  /// Counts that lie must not make memory: a file of 16 MB that claims as much as could fit is refused, or read, with
  /// memory of the order of the file. The address space limit of the process cannot be set in a test, so the time stands
  /// for it: what is listed here took minutes or gigabytes in a reader that trusts counts.
  @Test(.timeLimit(.minutes(1))) func largeClaimsAreCheap() throws {
    let folder = try TemporaryFolder()
    var zeros = [UInt8](repeating: 0, count: 16 << 20)
    zeros.replaceSubrange(0..<8, with: Array("GGUF".utf8) + [3, 0, 0, 0])
    // As many tensors as 24 bytes each allow: all are empty names, refused at the second.
    let most = UInt64((zeros.count - 24) / 24)
    for index in 0..<8 { zeros[8 + index] = UInt8(truncatingIfNeeded: most >> UInt64(8 * index)) }
    try Fixtures.write(zeros, to: folder["tensors.gguf"])
    let error = #expect(throws: CheckpointError.self) { try openCheckpoint(folder["tensors.gguf"]) }
    #expect(error?.problem == "a second tensor of this name")

    // An array of empty strings that fills the file is read without an object for each.
    var strings =
      Array("GGUF".utf8) + [3, 0, 0, 0] + [UInt8](repeating: 0, count: 8) + [1] + [UInt8](repeating: 0, count: 7)
    strings += [1, 0, 0, 0, 0, 0, 0, 0] + Array("k".utf8) + [9, 0, 0, 0] + [8, 0, 0, 0]
    let count = 1 << 17
    strings += (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    strings += [UInt8](repeating: 0, count: 8 * count)
    try Fixtures.write(strings, to: folder["strings.gguf"])
    let file = try GGUFFile(path: folder["strings.gguf"])
    #expect(file.metadata["k"]?.array?.count == count)

    // A header of brackets: refused where the depth limit is, not by the stack.
    let header = #"{"a":{"x":"# + String(repeating: "[", count: 4 << 20)
    try Fixtures.write(safetensors(header), to: folder["deep.safetensors"])
    #expect(throws: CheckpointError.self) { try openCheckpoint(folder["deep.safetensors"]) }
  }
}
