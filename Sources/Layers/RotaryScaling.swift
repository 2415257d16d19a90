#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How rotary frequencies are changed for contexts longer than the model was first trained on.
public enum RotaryScaling: Sendable, Hashable {
  /// Not at all.
  case none
  /// All frequencies divided by `factor` (position interpolation, Chen et al. 2023).
  case linear(factor: Double)
  /// Llama 3.1's bands.
  case llama3(Llama3Scaling)
  /// YaRN (Peng et al. 2023).
  case yarn(YarnScaling)

  /// The scaled frequencies, and the factor that cosines and sines get.
  ///
  /// - Parameter frequencies: `base^(-2i / rotarySize)`.
  func applied(to frequencies: [Double], base: Double) -> (frequencies: [Double], attentionFactor: Double) {
    switch self {
    case .none: (frequencies, 1)
    case .linear(let factor): (frequencies.map { $0 / factor }, 1)
    case .llama3(let scaling): (frequencies.map(scaling.applied), 1)
    case .yarn(let scaling): (scaling.applied(to: frequencies, base: base), scaling.resolvedAttentionFactor)
    }
  }
}

/// Llama 3.1's scaling: long waves are stretched, short ones kept, those between blended.
///
/// Source: `_compute_llama3_parameters` of transformers.
public struct Llama3Scaling: Sendable, Hashable {
  /// How much long waves are stretched.
  public var factor: Double
  /// Waves longer than `originalContext / lowFrequencyFactor` tokens are stretched in full.
  public var lowFrequencyFactor: Double
  /// Waves shorter than `originalContext / highFrequencyFactor` tokens are kept.
  public var highFrequencyFactor: Double
  /// Tokens of context the model was first trained on.
  public var originalContext: Double

  /// Creates the scaling from its four numbers.
  public init(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContext: Double) {
    self.factor = factor
    self.lowFrequencyFactor = lowFrequencyFactor
    self.highFrequencyFactor = highFrequencyFactor
    self.originalContext = originalContext
  }

  func applied(_ frequency: Double) -> Double {
    let wave = 2 * Double.pi / frequency
    if wave < originalContext / highFrequencyFactor { return frequency }
    if wave > originalContext / lowFrequencyFactor { return frequency / factor }
    let kept = (originalContext / wave - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return (1 - kept) * frequency / factor + kept * frequency
  }
}

/// YaRN: frequencies that turn often within the original context are kept, those that turn rarely interpolated, with
/// a ramp between, and attention is made a little sharper.
///
/// Source: `_compute_yarn_parameters` of transformers; `rope_yarn` of llama.cpp.
public struct YarnScaling: Sendable, Hashable {
  /// How much the context is stretched.
  public var factor: Double
  /// Tokens of context the model was first trained on.
  public var originalContext: Double
  /// Turns within the original context from which a frequency is kept.
  public var betaFast = 32.0
  /// Turns within the original context up to which a frequency is interpolated.
  public var betaSlow = 1.0
  /// The factor of cosines and sines; nil derives it from `factor` and the two below.
  public var attentionFactor: Double?
  /// DeepSeek's coefficient of the attention factor.
  public var mscale: Double?
  /// DeepSeek's coefficient of the divisor.
  public var mscaleAllDimensions: Double?
  /// Whether the ramp's ends are rounded outward to whole frequencies.
  public var truncates = true
  /// How much of the ramp applies: 1 for all, 0 interpolates every frequency (llama.cpp's `ext_factor`).
  public var extrapolation = 1.0

  /// Creates the scaling with the paper's constants.
  public init(factor: Double, originalContext: Double) {
    self.factor = factor
    self.originalContext = originalContext
  }

  /// The factor of cosines and sines.
  public var resolvedAttentionFactor: Double {
    if let attentionFactor { return attentionFactor }
    if let mscale, let mscaleAllDimensions, mscale != 0, mscaleAllDimensions != 0 {
      return YarnScaling.sharpness(factor, mscale) / YarnScaling.sharpness(factor, mscaleAllDimensions)
    }
    return YarnScaling.sharpness(factor, 1)
  }

  /// `0.1 * coefficient * ln(factor) + 1`, 1 where nothing is stretched (equation 22 of the paper).
  public static func sharpness(_ factor: Double, _ coefficient: Double) -> Double {
    factor <= 1 ? 1 : 0.1 * coefficient * log(factor) + 1
  }

  func applied(to frequencies: [Double], base: Double) -> [Double] {
    let size = Double(frequencies.count * 2)
    // The index of the frequency that makes this many turns within the original context.
    func index(turns: Double) -> Double { size * log(originalContext / (turns * 2 * .pi)) / (2 * log(base)) }
    let (low, high) = (index(turns: betaFast), index(turns: betaSlow))
    let first = max(truncates ? low.rounded(.down) : low, 0)
    let last = min(truncates ? high.rounded(.up) : high, size - 1)
    let width = first == last ? 0.001 : last - first
    return frequencies.enumerated().map { index, frequency in
      let interpolated = min(max((Double(index) - first) / width, 0), 1)
      let kept = (1 - interpolated) * extrapolation
      return frequency / factor * (1 - kept) + frequency * kept
    }
  }
}
