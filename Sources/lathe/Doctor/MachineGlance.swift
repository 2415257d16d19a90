import Tensors

/// What memory and processor of this machine do at most, measured in less than half a second.
///
/// `lathe bench --machine` measures longer and more: what disturbs a short measurement makes it slower, never faster.
struct MachineGlance {
  /// Arithmetic of one instruction set.
  struct Arithmetic {
    let instructions: String
    let peaks: [ArithmeticUnit: MachineLimits.Rate]
  }

  /// Threads that the rates of all together are about.
  let threads: Int
  /// Bytes per second read from memory; `nil` where there was no memory to measure with.
  let memoryRead: MachineLimits.Rate?
  /// By instruction set, in the order of their age.
  let arithmetic: [Arithmetic]

  /// Measures this machine.
  static func measured(threads: Int = CPUBackend.availableProcessors) -> MachineGlance {
    MachineGlance(
      threads: threads, memoryRead: try? CPUBackend(threads: threads).glanceAtMemory(),
      arithmetic: InstructionSet.available.compactMap { set in
        CPUBackend(threads: threads, instructions: set).map {
          Arithmetic(instructions: set.rawValue, peaks: $0.glanceAtArithmetic())
        }
      })
  }

  var findings: [Finding] {
    var findings: [Finding] = []
    if let memoryRead {
      findings.append(Finding("Memory", "bandwidth", "\(rates(memoryRead, "GB/s")), read (a short measurement)"))
    }
    for set in arithmetic {
      let units: [(ArithmeticUnit, String)] = [(.f32, "GFLOP/s f32"), (.bf16, "GFLOP/s bf16"), (.int8, "GOP/s int8")]
      let texts = units.compactMap { unit, name in set.peaks[unit].map { rates($0, name) } }
      guard !texts.isEmpty else { continue }
      findings.append(Finding("Arithmetic", set.instructions, texts.joined(separator: "; ")))
    }
    return findings
  }

  private func rates(_ rate: MachineLimits.Rate, _ unit: String) -> String {
    func giga(_ value: Double) -> String { "\((value / 1e9).rounded(toPlaces: 1))" }
    guard threads > 1 else { return "\(giga(rate.single)) \(unit)" }
    return "\(giga(rate.single)) \(unit) on one thread, \(giga(rate.all)) on \(threads)"
  }
}
