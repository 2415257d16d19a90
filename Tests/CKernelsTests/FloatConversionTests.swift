import CKernels
import TestSupport
import Testing

/// What a sixteen-bit pattern stands for, by the definition of its format.
private func value(of bits: UInt16, exponentBits: Int, fractionBits: Int) -> Double {
  let sign: Double = bits >> 15 == 1 ? -1 : 1
  let exponent = Int(bits >> fractionBits) & (1 << exponentBits - 1)
  let fraction = Double(Int(bits) & (1 << fractionBits - 1))
  let bias = 1 << (exponentBits - 1) - 1
  let unit = Double(sign: .plus, exponent: -bias - fractionBits, significand: 1)
  if exponent == 1 << exponentBits - 1 { return fraction == 0 ? sign * .infinity : .nan }
  if exponent == 0 { return sign * fraction * unit * 2 }
  let whole = Double(1 << fractionBits) + fraction
  return sign * whole * unit * Double(sign: .plus, exponent: exponent, significand: 1)
}

private struct HalfFormat: Sendable, CustomTestStringConvertible {
  let type: element_type
  let exponentBits, fractionBits: Int
  var testDescription: String { exponentBits == 5 ? "f16" : "bf16" }
  var infinity: UInt16 { UInt16((1 << exponentBits - 1) << fractionBits) }

  static let all = [
    HalfFormat(type: ELEMENT_F16, exponentBits: 5, fractionBits: 10),
    HalfFormat(type: ELEMENT_BF16, exponentBits: 8, fractionBits: 7),
  ]
}

@Suite struct FloatConversionTests {
  private static let allPatterns = (0...UInt16.max).map { $0 }

  private func halves(_ values: [Float], as type: element_type, with table: KernelTable, slack: Int = 0) throws
    -> [UInt16]
  {
    let source = try GuardedBuffer(values, slack: slack * 2)
    let out = try GuardedBuffer(byteCount: values.count * 2, slack: slack)
    table.functions.from_f32(type, source.pointer(to: Float.self), out.start, values.count)
    #expect(out.slackIsUntouched)
    return out.values(of: UInt16.self)
  }

  @Test(arguments: KernelTable.all, HalfFormat.all)
  private func everyPatternWidensExactly(table: KernelTable, format: HalfFormat) throws {
    let source = try GuardedBuffer(Self.allPatterns)
    let out = try GuardedBuffer(byteCount: Self.allPatterns.count * 4)
    table.functions.to_f32(format.type, source.start, out.pointer(to: Float.self), Self.allPatterns.count)
    for (bits, actual) in zip(Self.allPatterns, out.values(of: Float.self)) {
      let expected = Float(value(of: bits, exponentBits: format.exponentBits, fractionBits: format.fractionBits))
      let matches = expected.isNaN ? actual.isNaN : actual.bitPattern == expected.bitPattern
      if !matches { Issue.record("pattern \(bits): got \(actual), expected \(expected)") }
    }
  }

  @Test(arguments: KernelTable.all, HalfFormat.all)
  private func everyPatternSurvivesTheRoundTrip(table: KernelTable, format: HalfFormat) throws {
    var wide = [Float](repeating: 0, count: Self.allPatterns.count)
    table.functions.to_f32(format.type, Self.allPatterns, &wide, wide.count)
    for (bits, narrow) in zip(Self.allPatterns, try halves(wide, as: format.type, with: table)) {
      let isNaN = bits & 0x7fff > format.infinity
      let matches = isNaN ? narrow & 0x7fff > format.infinity && narrow >> 15 == bits >> 15 : narrow == bits
      if !matches { Issue.record("pattern \(bits) came back as \(narrow)") }
    }
  }

  /// The midpoint of two neighbours goes to the even one, the floats beside it to the nearer one.
  @Test(arguments: KernelTable.all, HalfFormat.all)
  private func midpointsRoundToEven(table: KernelTable, format: HalfFormat) throws {
    var inputs: [Float] = []
    var expected: [UInt16] = []
    for bits in 0..<format.infinity {
      let low = value(of: bits, exponentBits: format.exponentBits, fractionBits: format.fractionBits)
      // Past the largest value the step stays what it was below; half a step more is infinity.
      let before = value(of: bits &- 1, exponentBits: format.exponentBits, fractionBits: format.fractionBits)
      let high =
        bits + 1 == format.infinity
        ? low + (low - before)
        : value(of: bits + 1, exponentBits: format.exponentBits, fractionBits: format.fractionBits)
      let middle = Float((low + high) / 2)
      for (input, narrow) in [
        (middle, bits + bits & 1), (middle.nextUp, bits + 1), (middle.nextDown, bits),
      ] {
        inputs += [input, -input]
        expected += [narrow, narrow | 0x8000]
      }
    }
    let actual = try halves(inputs, as: format.type, with: table)
    for i in inputs.indices where actual[i] != expected[i] {
      Issue.record("\(inputs[i]): got \(actual[i]), expected \(expected[i])")
    }
  }

  @Test(arguments: KernelTable.all, HalfFormat.all)
  private func unusualValues(table: KernelTable, format: HalfFormat) throws {
    let nan = [Float(bitPattern: 0x7f80_0001), Float(bitPattern: 0xff80_0001), .nan, Float(bitPattern: 0x7fff_ffff)]
    let values = [Float.infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0, -0.0] + nan
    // Enough of them that every lane of a vector and the tail see each.
    let repeated = (0..<33).flatMap { _ in values }
    let narrow = try halves(repeated, as: format.type, with: table)
    let sign: UInt16 = 0x8000
    for i in stride(from: 0, to: narrow.count, by: values.count) {
      let expected = [format.infinity, format.infinity | sign, format.infinity, 0, 0, sign]
      #expect(Array(narrow[i..<i + expected.count]) == expected)
      for (n, input) in nan.enumerated() {
        let result = narrow[i + expected.count + n]
        #expect(result & ~sign > format.infinity, "\(input.bitPattern) became \(result)")
        #expect(result >> 15 == UInt16(input.bitPattern >> 31))
      }
    }
  }

  @Test(arguments: KernelTable.all, HalfFormat.all)
  private func oddLengthsAndStarts(table: KernelTable, format: HalfFormat) throws {
    var random = TestRandom(seed: 5)
    for count in awkwardLengths {
      for slack in [0, 2, 6] {
        let values = (0..<count).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.bits())) }
        let narrow = try halves(values, as: format.type, with: table, slack: slack)
        let reference = try halves(values, as: format.type, with: .scalar)
        #expect(narrow == reference, "\(count) values, slack \(slack)")
        let source = try GuardedBuffer(narrow, slack: slack)
        let out = try GuardedBuffer(byteCount: count * 4, slack: slack * 2)
        table.functions.to_f32(format.type, source.start, out.pointer(to: Float.self), count)
        var expected = [Float](repeating: 0, count: count)
        KernelTable.scalar.functions.to_f32(format.type, narrow, &expected, count)
        expectSameBits(out.values(of: Float.self), expected, "\(count) values, slack \(slack)")
        #expect(out.slackIsUntouched)
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func blocksOfBytes(table: KernelTable) throws {
    var random = TestRandom(seed: 6)
    for count in [0, 32, 64, 96, 1024] {
      let values = random.floats(count, bound: 3)
      let stored = try GuardedBuffer(byteCount: ELEMENT_Q8_0.byteCount(count), slack: 1)
      table.functions.from_f32(ELEMENT_Q8_0, values, stored.start, count)
      let out = try GuardedBuffer(byteCount: count * 4)
      table.functions.to_f32(ELEMENT_Q8_0, stored.start, out.pointer(to: Float.self), count)
      // Half a step of 3 / 127, and what the scale loses as f16.
      expectClose(out.values(of: Float.self), values.map(Double.init), "\(count) values") { _ in
        3.0 / 127 * 0.5 + 3.0 / 2048
      }
      let (_, expected) = try ELEMENT_Q8_0.rounded(values)
      expectSameBits(out.values(of: Float.self), expected, "\(count) values")
    }
  }

  @Test(arguments: KernelTable.all)
  private func integersAndFloats(table: KernelTable) throws {
    var out = [Float](repeating: 0, count: 3)
    table.functions.to_f32(ELEMENT_I32, [Int32.min, 7, 1 << 24] as [Int32], &out, 3)
    #expect(out == [-0x1p31, 7, 0x1p24])
    table.functions.to_f32(ELEMENT_U8, [0, 128, 255] as [UInt8], &out, 3)
    #expect(out == [0, 128, 255])
    table.functions.to_f32(ELEMENT_F32, [1.5, -0.0, .infinity] as [Float], &out, 3)
    #expect(out == [1.5, 0, .infinity])
    table.functions.from_f32(ELEMENT_F32, [2, 3, 4] as [Float], &out, 3)
    #expect(out == [2, 3, 4])
  }
}
