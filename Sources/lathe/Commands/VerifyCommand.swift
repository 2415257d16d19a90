import ArgumentParser
import Files
import JSONText
import Models
import OrderedCollections
import Tensors

/// `lathe verify`: runs reference cases and compares the outputs.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Run reference cases and compare the runtime's outputs with the reference implementation's.",
    discussion: """
      A case is a folder with reference.json, reference.safetensors and a checkpoint; other folders are searched for \
      cases. For every output the largest absolute and relative difference is printed. The exit status is 0 only if \
      every case passes.
      """)

  @Argument(help: "Folders of cases, or with cases below them.") var folders: [String]
  @Flag(help: "Print one JSON object per output.") var json = false
  @Option(help: "Threads that compute.") var threads = 2

  func validate() throws {
    guard threads > 0 else { throw ValidationError("--threads: expected at least 1, got \(threads)") }
    guard !folders.isEmpty else { throw ValidationError("expected a folder of reference cases") }
  }

  func run() async throws {
    let backend = CPUBackend(threads: threads)
    var (passed, total) = (0, 0)
    for folder in folders {
      let paths = try cases(below: folder)
      for path in paths {
        let result = verify(path: path, runners: languageModelRunners, backend: backend)
        report(result)
        total += 1
        passed += result.passes ? 1 : 0
      }
    }
    if !json { print("\(passed) of \(total) cases pass") }
    if passed < total { throw ExitCode(1) }
  }

  private func cases(below folder: String) throws -> [String] {
    let paths = try ReferenceCase.paths(below: folder)
    guard !paths.isEmpty else {
      throw ModelError(path: folder, problem: "expected a reference case (reference.json), got none here or below")
    }
    return paths
  }

  private func report(_ result: VerificationResult) {
    if let failure = result.failure {
      print(
        json
          ? JSONValue.object([
            "case": .string(result.path), "entry": .string(result.entry), "pass": false, "error": .string(failure),
          ]).text : "FAIL  \(result.path)  \(escapingControls(failure))")
    }
    for (name, comparison) in result.outputs {
      print(json ? line(result, name, comparison).text : text(result, name, comparison))
    }
  }

  private func line(_ result: VerificationResult, _ name: String, _ comparison: Comparison) -> JSONValue {
    var object: JSONValue = [
      "case": .string(result.path), "entry": .string(result.entry), "output": .string(name),
      "max_absolute": .double(comparison.largestAbsolute), "max_relative": .double(comparison.largestRelative),
      "pass": .bool(comparison.passes),
    ]
    if let fault = comparison.fault, case .object(var members) = object {
      members["error"] = .string(fault)
      object = .object(members)
    }
    return object
  }

  private func text(_ result: VerificationResult, _ name: String, _ comparison: Comparison) -> String {
    let verdict = comparison.passes ? "pass" : "FAIL"
    if let fault = comparison.fault { return "\(verdict)  \(result.path)  \(name)  \(fault)" }
    return "\(verdict)  \(result.path)  \(name)  absolute \(short(comparison.largestAbsolute))"
      + "  relative \(short(comparison.largestRelative))"
  }

  /// Three digits, as 1.23e-05.
  private func short(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "inf" }
    var (mantissa, exponent) = (value, 0)
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    let digits = Int(mantissa * 100)
    let fraction = digits % 100
    return "\(digits / 100).\(fraction < 10 ? "0" : "")\(fraction)e\(exponent)"
  }
}
