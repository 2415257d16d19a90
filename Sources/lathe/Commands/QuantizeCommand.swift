import ArgumentParser
import Checkpoints
import Downloads
import Files
import JSONText
import OrderedCollections
import Tensors

/// `lathe quantize`: a GGUF checkpoint in another element type.
struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Write a model's weights in another element type.",
    discussion: """
      IN is a GGUF file (any part of a split one) or a pulled model's name, OUT the new GGUF file. Types: \
      \(QuantizationRecipe.all.map(\.name).joined(separator: ", ")); Q3_K, Q4_K and Q5_K are the _M ones, as in \
      llama.cpp, whose rules say which weights get more bits. Weights whose rows are no whole blocks of a type get a \
      related one of smaller blocks. Norms and biases stay as they are. No importance matrix is used.
      """)

  @Argument(help: ArgumentHelp("The GGUF file, or a pulled model's name.", valueName: "in"))
  var input: String

  @Argument(help: ArgumentHelp("The file to write.", valueName: "out"))
  var output: String

  @Option(help: "The type of the weights, in any case: Q4_K.")
  var type: String

  @Option(help: "Threads that compute; default: the processors this program may use.")
  var threads = CPUBackend.availableProcessors

  @Flag(help: "Replace the output file if there is one.")
  var force = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads \(threads): expected 1 to 1024")
    }
    guard QuantizationRecipe(named: type) != nil else {
      let names = QuantizationRecipe.all.map(\.name).joined(separator: ", ")
      throw ValidationError("--type \(escapingControls(type)): expected one of \(names)")
    }
  }

  func run() throws {
    guard let recipe = QuantizationRecipe(named: type) else { throw ExitCode.validationFailure }
    let checkpoint = try openCheckpoint(ModelStore().find(input).path)
    let plan = try QuantizationPlan(checkpoint, recipe: recipe)
    try checkOutput(against: checkpoint)
    let meter = ProgressMeter(isQuiet: json || !ProgressMeter.isTerminal)
    let start = ContinuousClock.now
    Interrupts.note()
    let error: QuantizationError
    do {
      error = try CheckpointQuantizer(checkpoint, plan: plan, backend: CPUBackend(threads: threads))
        .write(to: output) { done, total in
          try Interrupts.check()
          meter.show(.init(file: output, received: Int64(done), total: Int64(total)))
        }
    } catch let interruption as Interrupts.Interruption {
      meter.finish()
      StandardStreams.error("lathe quantize: interrupted; nothing was written\n")
      throw ExitCode(interruption.exitStatus)
    }
    meter.finish()
    let report = QuantizationReport(
      plan: plan, output: output, error: error, bytesBefore: checkpoint.files.reduce(0) { $0 + $1.count },
      bytesAfter: try MappedFile(path: output).count, seconds: (ContinuousClock.now - start) / .seconds(1))
    if let warning = report.warning { StandardStreams.error("lathe quantize: \(warning)\n") }
    StandardStreams.output(json ? report.json.text + "\n" : report.text)
  }

  /// Refuses to overwrite what is there, and a part of the input always.
  private func checkOutput(against checkpoint: any Checkpoint) throws {
    if checkpoint.files.contains(where: { isSameFile($0.path, output) }) {
      throw FileError(operation: "write", path: output, reason: "it is the input; name another file")
    }
    switch FileKind(path: output) {
    case .absent: break
    case .folder: throw FileError(operation: "write", path: output, reason: "it is a folder; name a file")
    case .file where !force:
      throw FileError(operation: "write", path: output, reason: "it exists; --force replaces it")
    case .file: break
    }
  }
}

/// What a conversion did, for people and for scripts.
struct QuantizationReport {
  let plan: QuantizationPlan
  let output: String
  let error: QuantizationError
  let bytesBefore: Int
  let bytesAfter: Int
  let seconds: Double

  /// Tensors and elements by type, most elements first.
  private var types: [(name: String, tensors: Int, elements: Int)] {
    var counts: OrderedDictionary<String, (tensors: Int, elements: Int)> = [:]
    for step in plan.steps {
      counts[step.type.name, default: (0, 0)].tensors += 1
      counts[step.type.name, default: (0, 0)].elements += step.entry.elementCount
    }
    return counts.map { ($0.key, $0.value.tensors, $0.value.elements) }.sorted { $0.elements > $1.elements }
  }

  /// Which type took the place of which, for how many tensors.
  private var fallbacks: [(wanted: String, type: String, columns: Int, tensors: Int)] {
    struct Kind: Hashable { let wanted: String, type: String, columns: Int }
    var counts: OrderedDictionary<Kind, Int> = [:]
    for step in plan.steps {
      guard let wanted = step.wanted else { continue }
      counts[Kind(wanted: wanted.name, type: step.type.name, columns: step.entry.shape.last ?? 1), default: 0] += 1
    }
    return counts.map { ($0.key.wanted, $0.key.type, $0.key.columns, $0.value) }
  }

  private var bitsPerWeight: Double {
    let elements = plan.steps.reduce(0) { $0 + $1.entry.elementCount }
    return elements > 0 ? Double(bytesAfter) * 8 / Double(elements) : 0
  }

  /// The line for weights that were rounded before, nil where none were.
  var warning: String? {
    let sources = Set(plan.steps.filter(\.isRequantized).map(\.entry.type.name)).sorted()
    guard !sources.isEmpty else { return nil }
    return "warning: requantised from \(sources.joined(separator: ", ")): its errors and the new ones add up; "
      + "start from F32, F16 or BF16 where there is one"
  }

  var text: String {
    var text =
      "\(escapingControls(output)): \(plan.recipe.name), \(bitsPerWeight.rounded(toPlaces: 2)) bits a weight, "
      + "\(Amount.short(bytesAfter))B (from \(Amount.short(bytesBefore))B)\n"
    var rows = [["type", "tensors", "weights"]]
    for type in types { rows.append([type.name, "\(type.tensors)", Amount.short(type.elements)]) }
    text += TextTable.text(rows, rightAligned: [1, 2])
    for fallback in fallbacks {
      text +=
        "\(fallback.type) instead of \(fallback.wanted): \(fallback.tensors) tensors with rows of \(fallback.columns), "
        + "no whole blocks of \(fallback.wanted)\n"
    }
    text += "relative error \(error.relative.rounded(toPlaces: 5)) (root mean square of what was converted), "
    return text + "\(seconds.rounded(toPlaces: 2)) s\n"
  }

  var json: JSONValue {
    [
      "file": .string(output), "type": .string(plan.recipe.name), "bytes": .integer(bytesAfter),
      "bytes_before": .integer(bytesBefore), "bits_per_weight": .double(bitsPerWeight),
      "tensors": .array(
        types.map { ["type": .string($0.name), "tensors": .integer($0.tensors), "elements": .integer($0.elements)] }),
      "fallbacks": .array(
        fallbacks.map {
          [
            "wanted": .string($0.wanted), "type": .string($0.type), "columns": .integer($0.columns),
            "tensors": .integer($0.tensors),
          ]
        }),
      "requantized": .integer(plan.steps.count(where: \.isRequantized)), "relative_error": .double(error.relative),
      "seconds": .double(seconds),
    ]
  }
}
