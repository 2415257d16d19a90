import CKernels
import TestSupport
import Testing

@Suite("Rounding of activations")
struct ActivationRoundingTests {
  /// Groups of ordinary, tiny, huge, tied and impossible values.
  private static func groups() -> [Float] {
    var random = TestRandom(seed: 5)
    var x = random.floats(32 * 9, bound: 4)
    for bound: Float in [1e-30, 1e-37, 0x1p-137, 1e30, 3e38] { x += random.floats(32, bound: bound) }
    x += [Float](repeating: 0, count: 31) + [-0.0]
    x += (0..<32).map { Float($0) + 0.5 }  // with the next value as the largest, the scale is one
    x[x.count - 1] = 127
    x += [Float](repeating: -3, count: 32)
    for special in [Float.nan, .infinity, -.infinity, -.nan] {
      var group = random.floats(32)
      group[7] = special
      x += group
    }
    return x
  }

  @Test("Values are rounded to the nearest step, sums are theirs", arguments: KernelTable.all)
  func rounding(table: KernelTable) throws {
    var random = TestRandom(seed: 1)
    let x = random.floats(96 * 5, bound: 2)
    let rounded = try RoundedActivations(x, columns: 96, with: table)
    let values = rounded.values.values(of: Int8.self)
    let scales = rounded.scales.values(of: Float.self)
    let sums = rounded.sums.values(of: Int16.self)
    for group in 0..<x.count / 32 {
      let range = (group * 32)..<(group * 32 + 32)
      let largest = x[range].map(abs).max() ?? 0
      #expect(scales[group] == largest / 127)
      #expect(values[range].map { abs(Int($0)) }.max() == 127)
      for i in range {
        #expect(abs(Double(x[i]) - Double(values[i]) * Double(scales[group])) <= Double(scales[group]) * 0.50001)
      }
      for half in 0..<2 {
        let sum = values[(group * 32 + half * 16)...].prefix(16).reduce(0) { $0 + Int($1) }
        #expect(Int(sums[group * 2 + half]) == sum)
      }
    }
  }

  @Test("Ties go to the even step", arguments: KernelTable.all)
  func ties(table: KernelTable) throws {
    var x = (0..<32).map { Float($0) + 0.5 }
    x[31] = 127
    let rounded = try RoundedActivations(x, columns: 32, with: table)
    #expect(rounded.scales.values(of: Float.self) == [1])
    let expected = (0..<31).map { Int8($0 % 2 == 0 ? $0 : $0 + 1) } + [127]
    #expect(rounded.values.values(of: Int8.self) == expected)
  }

  @Test("Every set gives the scalar result to the bit", arguments: KernelTable.all.dropFirst(), [0, 1])
  func setsAgree(table: KernelTable, slack: Int) throws {
    let x = Self.groups()
    let expected = try RoundedActivations(x, columns: x.count)
    let actual = try RoundedActivations(x, columns: x.count, with: table, slack: slack)
    #expect(actual.values.values(of: Int8.self) == expected.values.values(of: Int8.self))
    #expect(actual.sums.values(of: Int16.self) == expected.sums.values(of: Int16.self))
    let bits = actual.scales.values(of: UInt32.self)
    #expect(bits == expected.scales.values(of: UInt32.self))
    #expect(actual.values.slackIsUntouched && actual.scales.slackIsUntouched && actual.sums.slackIsUntouched)
  }

  @Test("A group with a NaN or an infinity has no finite scale; a tiny one is zero", arguments: KernelTable.all)
  func impossibleValues(table: KernelTable) throws {
    let x = Self.groups()
    let rounded = try RoundedActivations(x, columns: x.count, with: table)
    let values = rounded.values.values(of: Int8.self)
    for (group, scale) in rounded.scales.values(of: Float.self).enumerated() {
      let inputs = x[(group * 32)..<(group * 32 + 32)]
      let codes = values[(group * 32)..<(group * 32 + 32)]
      #expect(scale.isFinite == inputs.allSatisfy(\.isFinite))
      if !scale.isFinite || scale == 0 { #expect(codes.allSatisfy { $0 == 0 }) }
      if scale == 0 { #expect(inputs.allSatisfy { abs($0) < 0x1p-120 }) }
    }
  }
}
