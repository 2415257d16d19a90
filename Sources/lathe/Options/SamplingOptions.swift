import ArgumentParser
import Sessions

/// How tokens are chosen, as options of a command.
struct SamplingOptions: ParsableArguments {
  private static let standard = SamplingSettings()

  @Option(help: "0 takes the best token every time.")
  var temperature = standard.temperature

  @Option(help: "Keep the k best tokens; 0 keeps all.")
  var topK = standard.topK

  @Option(help: "Keep the best tokens that reach this probability together; 1 keeps all.")
  var topP = standard.topP

  @Option(help: "Keep tokens at least this fraction as probable as the best; 0 keeps all.")
  var minP = standard.minP

  @Option(help: "Locally typical sampling; 1 is off.")
  var typicalP = standard.typicalP

  @Option(help: "Divides the logits of recent tokens; 1 is off.")
  var repetitionPenalty = standard.repetitionPenalty

  @Option(help: "Subtracted from the logit of every recent token.")
  var presencePenalty = standard.presencePenalty

  @Option(help: "Subtracted from the logit of a recent token per occurrence.")
  var frequencyPenalty = standard.frequencyPenalty

  @Option(help: "Recent tokens that the penalties look at; -1 is all.")
  var penaltyWindow = standard.penaltyWindow

  @Option(help: "DRY's multiplier; 0 is off.")
  var dryMultiplier = standard.dryMultiplier

  @Option(help: "DRY's base.")
  var dryBase = standard.dryBase

  @Option(help: "Repeats up to this length are free.")
  var dryAllowedLength = standard.dryAllowedLength

  @Option(help: "Mirostat 2's target surprise in bits; 0 is off.")
  var mirostatTau = standard.mirostatTau

  @Option(help: "Mirostat 2's learning rate.")
  var mirostatEta = standard.mirostatEta

  @Option(help: "TOKEN=BIAS, added to a token's logit; may be given again.")
  var logitBias: [Bias] = []

  @Option(help: "The answer ends before this text; may be given again.")
  var stop: [String] = []

  @Option(help: "Most tokens of an answer; 0 is as many as fit.")
  var maxTokens = standard.maximumTokens

  @Option(help: "Seed of the random draws; default: drawn anew and reported.")
  var seed: UInt64?

  struct Bias: ExpressibleByArgument {
    let token: Int
    let bias: Float

    init?(argument: String) {
      let parts = argument.split(separator: "=")
      guard parts.count == 2, let token = Int32(parts[0]), token >= 0, let bias = Float(parts[1]), !bias.isNaN else {
        return nil
      }
      self.token = Int(token)
      self.bias = bias
    }
  }

  func validate() throws {
    func check(_ name: String, _ isFine: Bool, _ value: Any, _ expected: String) throws {
      if !isFine { throw ValidationError("--\(name) \(value): expected \(expected)") }
    }
    try check("temperature", temperature >= 0 && temperature.isFinite, temperature, "0 or more")
    try check("top-k", topK >= 0, topK, "0 or more")
    try check("top-p", (0...1).contains(topP), topP, "0 to 1")
    try check("min-p", (0...1).contains(minP), minP, "0 to 1")
    try check("typical-p", (0...1).contains(typicalP), typicalP, "0 to 1")
    try check(
      "repetition-penalty", repetitionPenalty > 0 && repetitionPenalty.isFinite, repetitionPenalty, "more than 0")
    try check("presence-penalty", presencePenalty.isFinite, presencePenalty, "a finite number")
    try check("frequency-penalty", frequencyPenalty.isFinite, frequencyPenalty, "a finite number")
    try check("penalty-window", penaltyWindow >= -1, penaltyWindow, "-1 or more")
    try check("dry-multiplier", dryMultiplier >= 0 && dryMultiplier.isFinite, dryMultiplier, "0 or more")
    try check("dry-base", dryBase >= 1 && dryBase.isFinite, dryBase, "1 or more")
    try check("dry-allowed-length", dryAllowedLength >= 0, dryAllowedLength, "0 or more")
    try check("mirostat-tau", mirostatTau >= 0 && mirostatTau.isFinite, mirostatTau, "0 or more")
    try check("mirostat-eta", mirostatEta >= 0 && mirostatEta.isFinite, mirostatEta, "0 or more")
    try check("max-tokens", maxTokens >= 0, maxTokens, "0 or more")
  }

  /// The options as settings.
  var settings: SamplingSettings {
    var settings = SamplingSettings()
    settings.temperature = temperature
    settings.topK = topK
    settings.topP = topP
    settings.minP = minP
    settings.typicalP = typicalP
    settings.repetitionPenalty = repetitionPenalty
    settings.presencePenalty = presencePenalty
    settings.frequencyPenalty = frequencyPenalty
    settings.penaltyWindow = penaltyWindow
    settings.dryMultiplier = dryMultiplier
    settings.dryBase = dryBase
    settings.dryAllowedLength = dryAllowedLength
    settings.mirostatTau = mirostatTau
    settings.mirostatEta = mirostatEta
    settings.logitBias = Dictionary(logitBias.map { ($0.token, $0.bias) }, uniquingKeysWith: { $1 })
    settings.stop = stop
    settings.maximumTokens = maxTokens
    settings.seed = seed
    return settings
  }
}
