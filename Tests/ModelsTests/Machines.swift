import Tensors
import Testing

/// A backend to test on.
struct Machine: Sendable, CustomTestStringConvertible {
  let instructions: InstructionSet
  let threads: Int
  var testDescription: String { "\(instructions.rawValue), \(threads) threads" }
  var backend: CPUBackend { CPUBackend(threads: threads, instructions: instructions)! }

  /// One per instruction set of this processor.
  static let all = InstructionSet.available.map { Machine(instructions: $0, threads: 2) }
}
