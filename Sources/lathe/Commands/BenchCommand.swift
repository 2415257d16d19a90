import ArgumentParser
import Inference
import JSONText
import OrderedCollections
import Sessions
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time prefill and decode.",
    discussion: """
      Fills the cache with --depth tokens, times the prefill of --prompt-tokens behind them, then the decoding of
      --generate-tokens, one at a time. The median of the repetitions is reported.

      --profile adds two tables over all repetitions: wall time on the calling thread by operation, bytes of weights and
      cache per second (of activations, where an operation reads only those), arithmetic per second, and how near that
      is to what the machine can do at most, which is measured in the same run, before. Counting costs a decoded token
      some microseconds per hundred operations; they are in the row of what is outside of operations.
      """)

  @OptionGroup var model: ModelOptions

  @Option(help: "Tokens of the timed prefill.")
  var promptTokens = 512

  @Option(help: "Tokens of the timed decoding.")
  var generateTokens = 64

  @Option(help: "Tokens in the cache before the prefill.")
  var depth = 0

  @Option(help: "How often to measure.")
  var repetitions = 3

  @Option(help: "Numbers of the KV cache: f32, f16, bf16 or q8_0.")
  var cacheType: ContextOptions.CacheType = .f16

  @Flag(help: "Also say where the time of prefill and decode went, operation by operation.")
  var profile = false

  @Flag(help: "Measure what this machine can do at most, without a model.")
  var machine = false

  @Flag(help: "Print one JSON object a line.")
  var json = false

  func validate() throws {
    guard promptTokens > 0, generateTokens >= 0, depth >= 0, repetitions > 0 else {
      throw ValidationError("expected --prompt-tokens and --repetitions of 1 or more, the others of 0 or more")
    }
    guard !(machine && profile) else {
      throw ValidationError("--machine and --profile exclude each other; --profile measures the machine as well")
    }
  }

  func run() throws {
    let backend = CPUBackend(threads: model.threads)
    // Before the model, whose memory would be in the way.
    let limits = machine || profile ? try backend.measureLimits() : nil
    if let limits { StandardStreams.output(json ? limits.json.text + "\n" : limits.text) }
    if machine { return }
    let loaded = try model.load(on: profile ? ProfilingBackend(backend) : backend)
    if let times = loaded.description.loading { report(times) }
    let bench = Benchmark(
      model: loaded, promptTokens: promptTokens, generateTokens: generateTokens, depth: depth,
      cacheType: cacheType.elementType)
    let times = try (0..<repetitions).map { _ in try bench.run() }
    report("prefill", promptTokens, times.map(\.prefillSeconds), times.map(\.prefillProfile), limits)
    if generateTokens > 0 {
      report("decode", generateTokens, times.map(\.decodeSeconds), times.map(\.decodeProfile), limits)
    }
  }

  private func report(
    _ test: String, _ tokens: Int, _ seconds: [Double], _ profiles: [OperationProfile], _ limits: MachineLimits?
  ) {
    report(test, tokens, seconds.map { Double(tokens) / $0 })
    guard profile else { return }
    var whole = OperationProfile()
    for part in profiles { whole.add(part) }
    let table = PhaseProfile(
      whole, phase: test, tokens: tokens * profiles.count, seconds: seconds.reduce(0, +), limits: limits)
    StandardStreams.output(json ? table.json.map { $0.text + "\n" }.joined() : "\n" + table.text + "\n")
  }

  private func report(_ test: String, _ tokens: Int, _ rates: [Double]) {
    let sorted = rates.sorted()
    let median = sorted[sorted.count / 2]
    if json {
      let object: JSONValue = [
        "test": .string(test), "tokens": .integer(tokens), "depth": .integer(depth),
        "tokens_per_second": .double(median),
        "tokens_per_second_min": .double(sorted[0]), "tokens_per_second_max": .double(sorted[sorted.count - 1]),
        "repetitions": .integer(rates.count), "threads": .integer(model.threads),
        "bytes_resident": .integer((ResidentMemory.bytes() ?? 0)),
      ]
      StandardStreams.output(object.text + "\n")
    } else {
      StandardStreams.output(
        "\(test) of \(tokens) tokens at depth \(depth), \(model.threads) threads: \(median.rounded(toPlaces: 1)) tokens/s (\(sorted[0].rounded(toPlaces: 1)) to \(sorted[sorted.count - 1].rounded(toPlaces: 1)) in \(rates.count)); resident \((ResidentMemory.bytes() ?? 0) / 1_000_000) MB\n"
      )
    }
  }

  private func report(_ times: ModelLoadTimes) {
    guard json else {
      StandardStreams.output("model \(times.text)\n")
      return
    }
    var object: OrderedDictionary<String, JSONValue> = ["test": "load"]
    object.merge(times.json.object ?? [:]) { old, _ in old }
    StandardStreams.output(JSONValue.object(object).text + "\n")
  }
}
