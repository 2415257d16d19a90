import ArgumentParser
import Inference
import JSONText

struct PerplexityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perplexity",
    abstract: "Measure how well a model predicts a text.",
    discussion: """
      The text is cut into chunks of --context tokens, the last partial one is dropped (and counted in the output). Each
      chunk is read from an empty cache and the tokens of its second half are scored, as llama.cpp's tool does:
      perplexity = exp(mean negative log-likelihood).
      """)

  @OptionGroup var model: ModelOptions

  @Option(help: "The text; - is standard input.")
  var file: String

  @Option(help: "Tokens of a chunk.")
  var context = 512

  @Option(help: "Numbers of the KV cache: f32, f16, bf16 or q8_0.")
  var cacheType: ContextOptions.CacheType = .f16

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard context >= 8 else { throw ValidationError("--context \(context): expected 8 or more") }
  }

  func run() throws {
    let loaded = try model.load()
    let text = try InputText.read(file)
    let result = try Perplexity(model: loaded, context: context, cacheType: cacheType.elementType).measure(text) {
      done, total, running in
      if !json {
        StandardStreams.error("chunk \(done) of \(total): perplexity so far \(running.rounded(toPlaces: 4))\n")
      }
    }
    if json {
      let object: JSONValue = [
        "perplexity": .double(result.perplexity), "tokens": .integer(result.tokens), "scored": .integer(result.scored),
        "unscored_tail": .integer(result.tail), "context": .integer(context),
        "perplexity_by_chunk": .array(result.running.map(JSONValue.double)),
      ]
      StandardStreams.output(object.text + "\n")
    } else {
      StandardStreams.output(
        "perplexity \(result.perplexity.rounded(toPlaces: 4)) over \(result.scored) of \(result.tokens) tokens (context \(context); \(result.tail) tokens at the end do not fill a chunk)\n"
      )
    }
  }
}

extension Double {
  /// The number with so many digits behind the point.
  func rounded(toPlaces places: Int) -> Double {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    return (self * scale).rounded() / scale
  }
}
