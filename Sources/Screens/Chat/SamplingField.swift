package import Sessions

/// A sampling setting as the panel shows and changes it.
package struct SamplingField: Sendable {
  package let name: String
  let meaning: String
  /// The values it takes, for messages.
  package let expected: String
  private let step: Double
  private let read: @Sendable (SamplingSettings) -> Double?
  private let write: @Sendable (inout SamplingSettings, Double) -> Void
  private let range: ClosedRange<Double>
  private let isWhole: Bool

  private init(
    _ name: String, _ path: any (WritableKeyPath<SamplingSettings, Float> & Sendable), _ range: ClosedRange<Double>,
    step: Double, _ meaning: String
  ) {
    self.name = name
    self.meaning = meaning
    self.step = step
    self.range = range
    isWhole = false
    expected = range.upperBound < 1e6 ? "\(range.lowerBound) to \(range.upperBound)" : "\(range.lowerBound) or more"
    read = { Double($0[keyPath: path].description) }
    write = { $0[keyPath: path] = Float($1) }
  }

  private init(
    _ name: String, whole path: any (WritableKeyPath<SamplingSettings, Int> & Sendable), from lowest: Int, step: Int,
    _ meaning: String
  ) {
    self.name = name
    self.meaning = meaning
    self.step = Double(step)
    range = Double(lowest)...Double(1 << 30)
    isWhole = true
    expected = "a whole number, \(lowest) or more"
    read = { Double($0[keyPath: path]) }
    write = { $0[keyPath: path] = Int($1) }
  }

  private init(seed meaning: String) {
    name = "seed"
    self.meaning = meaning
    step = 1
    // As far as every whole number is a Double of its own.
    range = 0...Double(1 << 53)
    isWhole = true
    expected = "a whole number from 0 to 2^53"
    read = { $0.seed.map { Double($0) } }
    write = { $0.seed = UInt64($1) }
  }

  /// The settings in the order they are shown.
  package static let all: [SamplingField] = [
    SamplingField("temperature", \.temperature, 0...100, step: 0.1, "0 takes the best token every time"),
    SamplingField("top-k", whole: \.topK, from: 0, step: 5, "keep the k best; 0 keeps all"),
    SamplingField("top-p", \.topP, 0...1, step: 0.05, "keep the best that reach this together"),
    SamplingField("min-p", \.minP, 0...1, step: 0.01, "keep what is this likely beside the best"),
    SamplingField("typical-p", \.typicalP, 0...1, step: 0.05, "locally typical sampling; 1 is off"),
    SamplingField("repetition-penalty", \.repetitionPenalty, 0.01...100, step: 0.05, "1 is off"),
    SamplingField("presence-penalty", \.presencePenalty, -100...100, step: 0.1, "0 is off"),
    SamplingField("frequency-penalty", \.frequencyPenalty, -100...100, step: 0.1, "0 is off"),
    SamplingField("penalty-window", whole: \.penaltyWindow, from: -1, step: 16, "recent tokens; -1 is all"),
    SamplingField("dry-multiplier", \.dryMultiplier, 0...100, step: 0.1, "DRY; 0 is off"),
    SamplingField("dry-base", \.dryBase, 1...100, step: 0.05, "DRY's base"),
    SamplingField("dry-allowed-length", whole: \.dryAllowedLength, from: 0, step: 1, "repeats that are free"),
    SamplingField("mirostat-tau", \.mirostatTau, 0...100, step: 0.5, "target surprise in bits; 0 is off"),
    SamplingField("mirostat-eta", \.mirostatEta, 0...100, step: 0.05, "mirostat's learning rate"),
    SamplingField("max-tokens", whole: \.maximumTokens, from: 0, step: 64, "most of an answer; 0 is what fits"),
    SamplingField(seed: "decides the draws of every turn"),
  ]

  package static func named(_ name: String) -> SamplingField? { all.first { $0.name == name } }

  /// The value as text.
  package func text(_ settings: SamplingSettings) -> String {
    guard let value = read(settings) else { return "drawn" }
    return isWhole ? String(Int(value)) : value.description
  }

  /// The settings with another value; `nil` when it is none that they take.
  package func changed(_ settings: SamplingSettings, to text: String) -> SamplingSettings? {
    guard let value = Double(text), range.contains(value), !isWhole || value == value.rounded() else { return nil }
    var settings = settings
    write(&settings, value)
    return settings
  }

  /// The value a step away, within its range.
  func stepped(_ settings: SamplingSettings, by steps: Int) -> String {
    let moved = (read(settings) ?? 0) + Double(steps) * step
    let inRange = min(max(moved, range.lowerBound), range.upperBound)
    // Steps of a tenth add up to numbers that nobody would write.
    let rounded = (inRange * 1000).rounded() / 1000
    return isWhole ? String(Int(inRange)) : rounded.description
  }
}
