public import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Rotary position embedding: pairs of a head's values turn by an angle that grows with the position.
///
/// Angles are computed in double precision, so long contexts lose nothing. Source: RoFormer (Su et al. 2021).
public struct RotaryEmbedding: Sendable {
  /// Angle per position of every pair, in radians.
  public let frequencies: [Double]
  /// What cosines and sines are multiplied by (YaRN's attention factor).
  public let attentionFactor: Double
  /// Whether pairs are neighbours (0,1), (2,3), ...; else (i, i + rotarySize / 2).
  public let interleaved: Bool

  /// Creates the embedding of the first `rotarySize` values of a head.
  ///
  /// - Parameters:
  ///   - rotarySize: even, at most the head's size.
  ///   - base: the base of the frequencies `base^(-2i / rotarySize)`, "rope theta".
  ///   - frequencyFactors: divisors of the frequencies, one per pair (GGUF's `rope_freqs.weight`).
  public init(
    rotarySize: Int, base: Double, scaling: RotaryScaling = .none, frequencyFactors: [Float]? = nil, interleaved: Bool
  ) {
    var plain = (0..<rotarySize / 2).map { pow(base, -2 * Double($0) / Double(rotarySize)) }
    if let frequencyFactors {
      for (index, factor) in frequencyFactors.enumerated() where index < plain.count { plain[index] /= Double(factor) }
    }
    (frequencies, attentionFactor) = scaling.applied(to: plain, base: base)
    self.interleaved = interleaved
  }

  /// The rotation of `count` positions from `first` on; computed once per forward pass and used by all layers.
  public func rotation(first: Int, count: Int, on backend: any Backend) throws(TensorError) -> Rotation {
    let half = frequencies.count
    var cosines = [Float](repeating: 0, count: count * half)
    var sines = cosines
    for token in 0..<count {
      let position = Double(first + token)
      for pair in 0..<half {
        let angle = position * frequencies[pair]
        cosines[token * half + pair] = Float(cos(angle) * attentionFactor)
        sines[token * half + pair] = Float(sin(angle) * attentionFactor)
      }
    }
    let shape = Shape(count, half)
    return Rotation(
      cosines: try backend.tensor(cosines, shape: shape), sines: try backend.tensor(sines, shape: shape),
      interleaved: interleaved)
  }
}
