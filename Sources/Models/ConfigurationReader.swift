import Checkpoints
import JSONText
import Layers
import Tensors

/// A model's configuration, read key by key: config.json, an object in it, or GGUF's metadata under a prefix.
struct ConfigurationReader {
  /// The file, for errors.
  let path: String
  /// What stands before a key in errors, and in GGUF's metadata.
  let prefix: String
  private let value: (String) -> JSONValue?

  /// Reads an object of config.json.
  init(_ object: JSONValue, path: String, prefix: String = "") {
    self.path = path
    self.prefix = prefix
    value = { object[$0] }
  }

  /// Reads GGUF's metadata; keys stand behind `prefix`.
  init(_ checkpoint: any Checkpoint, prefix: String) {
    path = checkpoint.path
    self.prefix = prefix
    value = { key in checkpoint.value(prefix + key).flatMap(ConfigurationReader.json) }
  }

  /// Whether a key has a value other than null.
  func has(_ key: String) -> Bool { value(key).map { !$0.isNull } ?? false }

  /// An integer within a range; absent and null give the default, or are an error without one.
  func integer(
    _ key: String, default fallback: Int? = nil, in range: ClosedRange<Int> = 1...1 << 31
  ) throws(ModelError) -> Int {
    guard let found = try required(key, fallback.map { .integer($0) }) else { return fallback ?? range.lowerBound }
    guard let number = found.integer, range.contains(number) else {
      throw fault(key, "expected an integer from \(range.lowerBound) to \(range.upperBound)", found)
    }
    return number
  }

  /// A finite number.
  func number(_ key: String, default fallback: Double? = nil) throws(ModelError) -> Double {
    guard let found = try required(key, fallback.map { .double($0) }) else { return fallback ?? 0 }
    guard let number = found.double, number.isFinite else { throw fault(key, "expected a number", found) }
    return number
  }

  /// A finite number above 0.
  func positive(_ key: String, default fallback: Double? = nil) throws(ModelError) -> Double {
    let number = try number(key, default: fallback)
    guard number > 0 else { throw fault(key, "expected a number above 0", .double(number)) }
    return number
  }

  /// A finite number; nil when absent.
  func optionalNumber(_ key: String) throws(ModelError) -> Double? {
    has(key) ? try number(key) : nil
  }

  /// A boolean.
  func boolean(_ key: String, default fallback: Bool) throws(ModelError) -> Bool {
    guard let found = try required(key, .bool(fallback)) else { return fallback }
    guard let flag = found.bool else { throw fault(key, "expected true or false", found) }
    return flag
  }

  /// A text.
  func text(_ key: String, default fallback: String? = nil) throws(ModelError) -> String {
    guard let found = try required(key, fallback.map { .string($0) }) else { return fallback ?? "" }
    guard let text = found.string else { throw fault(key, "expected a text", found) }
    return text
  }

  /// The reader of an object within this one; nil when absent or null.
  func object(_ key: String) throws(ModelError) -> ConfigurationReader? {
    guard let found = value(key), !found.isNull else { return nil }
    guard found.object != nil else { throw fault(key, "expected an object", found) }
    return ConfigurationReader(found, path: path, prefix: prefix + key + ".")
  }

  /// Token ids: one, or a list of them; others than 32-bit integers are left out.
  func tokens(_ key: String) -> [Int32] {
    guard let found = value(key) else { return [] }
    return (found.array ?? [found]).compactMap { $0.integer.flatMap { Int32(exactly: $0) } }
  }

  /// The error for a value that this runtime does not implement.
  func unsupported(_ key: String, _ remedy: String) -> ModelError {
    fault(key, "expected \(remedy)", value(key) ?? .null)
  }

  /// The error for a value that cannot be.
  func fault(_ key: String, _ expected: String, _ got: JSONValue) -> ModelError {
    let text = got.text
    let shown = text.utf8.count > 80 ? String(text.prefix(60)) + "..." : text
    return ModelError(path: path, problem: "\(prefix)\(key): \(expected), got \(shown)")
  }

  private func required(_ key: String, _ fallback: JSONValue?) throws(ModelError) -> JSONValue? {
    if let found = value(key), !found.isNull { return found }
    if fallback != nil { return nil }
    throw ModelError(path: path, problem: "\(prefix)\(key): expected a value, got none")
  }

  /// A metadata value as JSON. An array whose numbers are all equal (one per layer) is that number.
  private static func json(_ value: GGUFValue) -> JSONValue? {
    switch value {
    case .string(let text): return .string(text)
    case .bool(let flag): return .bool(flag)
    case .array(let array):
      guard array.count > 0, array.count <= 4096, let numbers = array.integers else {
        return .string("an array of \(array.count)")
      }
      let isUniform = numbers.allSatisfy { $0 == numbers[0] }
      return isUniform ? .integer(numbers[0]) : .array(numbers.map { .integer($0) })
    default: return value.integer.map { .integer($0) } ?? value.double.map { .double($0) }
    }
  }
}

extension ConfigurationReader {
  /// The activation that transformers calls by this name.
  func activation(_ key: String, default fallback: String) throws(ModelError) -> Activation {
    switch try text(key, default: fallback) {
    case "silu", "swish": return .silu
    case "gelu": return .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": return .geluTanh
    case "quick_gelu": return .geluQuick
    case "relu": return .relu
    case "relu2": return .reluSquared
    default: throw unsupported(key, "silu, gelu, gelu_new, gelu_pytorch_tanh, quick_gelu, relu or relu2")
    }
  }
}
