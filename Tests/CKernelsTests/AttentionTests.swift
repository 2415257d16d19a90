import CKernels
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Queries over a filled cache, and the attention in double precision.
private struct AttentionCase {
  var type = ELEMENT_F32
  var tokens = 1
  var heads = 2
  var kvHeads = 1
  var headSize = 64
  var firstPosition = 0
  var keyCount = 1
  var isCausal = true
  var window = 0
  var softCap: Float = 0

  var subject: String {
    "type \(type.rawValue), tokens \(tokens), heads \(heads)/\(kvHeads) x \(headSize), from \(firstPosition) of "
      + "\(keyCount), causal \(isCausal), window \(window), cap \(softCap)"
  }
}

private struct FilledCache {
  let test: AttentionCase
  let queries: [Float]
  let keys, values: (buffer: GuardedBuffer, values: [Float])
  let scale: Float

  init(_ test: AttentionCase) throws {
    var random = TestRandom(seed: UInt64(test.keyCount * 13 + test.headSize + test.tokens))
    let count = test.kvHeads * test.keyCount * test.headSize
    self.test = test
    queries = random.floats(test.tokens * test.heads * test.headSize, bound: 4)
    // The capacity is what is filled: past the last position lies the guard page.
    keys = try test.type.rounded(random.floats(count))
    values = try test.type.rounded(random.floats(count))
    scale = 1 / Float(test.headSize).squareRoot()
  }

  /// Outputs of tokens of the case, with items cut into ranges of at most `step`; `parts` cuts the positions.
  func run(_ table: KernelTable, tokens range: Range<Int>, step: Int, parts: Bool = false) throws -> [Float] {
    let rowLength = test.heads * test.headSize
    let out = try GuardedBuffer(byteCount: range.count * rowLength * 4, slack: 4)
    let input = try GuardedBuffer(Array(queries[range.lowerBound * rowLength..<range.upperBound * rowLength]))
    var job = attention_job()
    job.queries = UnsafePointer(input.pointer(to: Float.self))
    job.keys = UnsafeRawPointer(keys.buffer.start)
    job.values = UnsafeRawPointer(values.buffer.start)
    job.cache_type = test.type
    job.position_bytes = test.type.byteCount(test.headSize)
    job.head_bytes = job.position_bytes * test.keyCount
    (job.tokens, job.heads, job.kv_heads, job.head_size) = (range.count, test.heads, test.kvHeads, test.headSize)
    job.first_position = test.firstPosition + range.lowerBound
    job.key_count = test.isCausal ? min(test.keyCount, test.firstPosition + range.upperBound) : test.keyCount
    (job.causal, job.window, job.scale, job.soft_cap) = (test.isCausal, test.window, scale, test.softCap)
    job.out = out.pointer(to: Float.self)
    let scratch = try GuardedBuffer(byteCount: attention_scratch_floats(&job) * 4)
    let partials = try GuardedBuffer(byteCount: parts ? attention_partial_floats(&job) * 4 : 0)
    if parts { job.partials = partials.pointer(to: Float.self) }
    let items = test.kvHeads * (parts ? attention_segments(&job) : range.count)
    for item in stride(from: 0, to: items, by: step) {
      table.functions.attention(&job, item, min(item + step, items), scratch.pointer(to: Float.self))
    }
    if parts {
      for head in 0..<test.kvHeads {
        table.functions.merge_attention(&job, head, head + 1, scratch.pointer(to: Float.self))
      }
    }
    #expect(out.slackIsUntouched)
    return out.values(of: Float.self)
  }

  private func sees(_ token: Int, _ position: Int) -> Bool {
    let own = test.firstPosition + token
    return (!test.isCausal || position <= own) && (test.window == 0 || position > own - test.window)
  }

  /// The expected outputs, with the tolerance of each.
  func expected() -> (outputs: [Double], tolerance: Double) {
    var outputs: [Double] = []
    var largestScore = 0.0
    for token in 0..<test.tokens {
      for head in 0..<test.heads {
        let query = (token * test.heads + head) * test.headSize
        let cache = head / (test.heads / test.kvHeads) * test.keyCount * test.headSize
        var weights: [(position: Int, weight: Double)] = []
        for position in 0..<test.keyCount where sees(token, position) {
          var score = 0.0
          var magnitude = 0.0
          for i in 0..<test.headSize {
            let product = Double(queries[query + i]) * Double(keys.values[cache + position * test.headSize + i])
            score += product
            magnitude += abs(product)
          }
          score *= Double(scale)
          largestScore = max(largestScore, magnitude * Double(scale))
          if test.softCap != 0 { score = Double(test.softCap) * tanh(score / Double(test.softCap)) }
          weights.append((position, exp(score)))
        }
        var sums = [Double](repeating: 0, count: test.headSize)
        var total = 0.0
        for (position, weight) in weights {
          total += weight
          for i in 0..<test.headSize { sums[i] += weight * Double(values.values[cache + position * test.headSize + i]) }
        }
        outputs += total == 0 ? sums : sums.map { $0 / total }
      }
    }
    // A score is off by some units for each link of its chain of sums, which is the relative error of a weight; the
    // errors of the sums over positions add up as in a random walk.
    let scoreError = largestScore * (4 * Double(test.headSize).squareRoot() + 4)
    let sumError = 4 * Double(test.keyCount).squareRoot() + 16
    return (outputs, (scoreError + sumError) * 0x1p-24)
  }
}

private let cacheTypes = [ELEMENT_F32, ELEMENT_F16, ELEMENT_BF16, ELEMENT_Q8_0]

@Suite struct AttentionTests {
  private func check(_ table: KernelTable, _ test: AttentionCase) throws {
    let cache = try FilledCache(test)
    let (expected, tolerance) = cache.expected()
    let actual = try cache.run(table, tokens: 0..<test.tokens, step: test.tokens * test.kvHeads)
    expectClose(actual, expected, test.subject) { _ in tolerance }
  }

  @Test(arguments: KernelTable.all)
  private func positionsOfEveryCount(table: KernelTable) throws {
    for type in cacheTypes {
      for count in awkwardLengths where count > 0 {
        try check(table, AttentionCase(type: type, firstPosition: count - 1, keyCount: count))
      }
    }
  }

  @Test("Positions cut into parts give the same bits", arguments: KernelTable.all)
  private func parts(table: KernelTable) throws {
    for (tokens, window, causal) in [(1, 0, true), (1, 300, true), (5, 0, true), (5, 400, true), (4, 0, false)] {
      for count in [tokens, 256, 257, 1025] {
        for type in cacheTypes {
          let test = AttentionCase(
            type: type, tokens: tokens, heads: 6, kvHeads: 2, headSize: 64, firstPosition: count - tokens,
            keyCount: count, isCausal: causal, window: window)
          let cache = try FilledCache(test)
          let whole = try cache.run(table, tokens: 0..<tokens, step: 2 * tokens)
          for step in [1, 3, 100] {
            let cut = try cache.run(table, tokens: 0..<tokens, step: step, parts: true)
            expectSameBits(cut, whole, "\(test.subject), \(step) parts at a time")
          }
        }
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func headSizesAndGroups(table: KernelTable) throws {
    for headSize in [1, 8, 15, 33, 64, 72, 80, 96, 128] {
      for type in headSize % 32 == 0 ? cacheTypes : Array(cacheTypes.dropLast()) {
        for (heads, kvHeads) in [(1, 1), (3, 1), (8, 2), (9, 3), (6, 6)] {
          try check(
            table,
            AttentionCase(
              type: type, tokens: 3, heads: heads, kvHeads: kvHeads, headSize: headSize, firstPosition: 67,
              keyCount: 70))
        }
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func prompts(table: KernelTable) throws {
    for type in cacheTypes {
      for (tokens, window, isCausal) in [(130, 0, true), (130, 5, true), (70, 64, true), (67, 0, false)] {
        try check(
          table,
          AttentionCase(
            type: type, tokens: tokens, heads: 3, headSize: 32, keyCount: tokens, isCausal: isCausal, window: window))
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func windowsAndCaps(table: KernelTable) throws {
    for window in [1, 2, 61, 64, 65, 130] {
      for softCap: Float in [0, 2] {
        try check(
          table,
          AttentionCase(
            type: ELEMENT_F16, tokens: 7, heads: 4, kvHeads: 2, firstPosition: 193, keyCount: 200, window: window,
            softCap: softCap))
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func longContexts(table: KernelTable) throws {
    try check(
      table, AttentionCase(type: ELEMENT_Q8_0, heads: 1, headSize: 32, firstPosition: 104_999, keyCount: 105_000))
  }

  @Test(arguments: KernelTable.all)
  private func doesNotDependOnTheBatch(table: KernelTable) throws {
    for type in cacheTypes {
      for window in [0, 50] {
        let tokens = 75
        let test = AttentionCase(
          type: type, tokens: tokens, heads: 9, kvHeads: 3, headSize: 64, firstPosition: 90, keyCount: 90 + tokens,
          window: window)
        let cache = try FilledCache(test)
        let together = try cache.run(table, tokens: 0..<tokens, step: tokens * 3)
        for step in [1, 2, 10, 64] {
          expectSameBits(try cache.run(table, tokens: 0..<tokens, step: step), together, "ranges of \(step) items")
        }
        for size in [1, 2, 5, 64] {
          let parts = try stride(from: 0, to: tokens, by: size).flatMap {
            try cache.run(table, tokens: $0..<min($0 + size, tokens), step: 3)
          }
          expectSameBits(parts, together, "batches of \(size), \(test.subject)")
        }
      }
    }
  }

  @Test func rangesAreWholeTokensThatLeaveWorkForEveryThread() {
    var job = attention_job()
    (job.heads, job.kv_heads, job.head_size) = (9, 3, 64)
    for tokens in [1, 2, 7, 64, 512] {
      for threads in [1, 2, 16] {
        job.tokens = tokens
        let grain = attention_grain(&job, threads)
        #expect(grain > 0)
        #expect(tokens == 1 ? grain == 1 : grain % 3 == 0)
        let ranges = (tokens * 3 + grain - 1) / grain
        #expect(ranges >= min(threads, tokens), "\(tokens) tokens make \(ranges) ranges for \(threads) threads")
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func aQueryThatSeesNothingGivesZero(table: KernelTable) throws {
    var job = attention_job()
    job.cache_type = ELEMENT_F32
    (job.tokens, job.heads, job.kv_heads, job.head_size, job.key_count) = (1, 1, 1, 4, 0)
    (job.position_bytes, job.head_bytes, job.causal, job.scale) = (16, 16, true, 1)
    let queries = try GuardedBuffer([1, 2, 3, 4] as [Float])
    let out = try GuardedBuffer([9, 9, 9, 9] as [Float])
    job.queries = UnsafePointer(queries.pointer(to: Float.self))
    job.out = out.pointer(to: Float.self)
    let scratch = try GuardedBuffer(byteCount: attention_scratch_floats(&job) * 4)
    table.functions.attention(&job, 0, 1, scratch.pointer(to: Float.self))
    #expect(out.values(of: Float.self) == [0, 0, 0, 0])
  }
}
