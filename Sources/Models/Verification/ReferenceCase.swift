import Checkpoints
import Files
public import JSONText
import OrderedCollections

/// Numbers of a reference case: an input, an expected output, or what the runtime gave for it.
public struct ReferenceValue: Sendable, Hashable {
  /// The elements in row-major order.
  public enum Elements: Sendable, Hashable {
    case integers([Int])
    case floats([Float])
  }
  /// The dimensions, outermost first.
  public var shape: [Int]
  /// The elements.
  public var elements: Elements

  /// Creates a value.
  public init(shape: [Int], elements: Elements) {
    self.shape = shape
    self.elements = elements
  }
}

/// A folder with a checkpoint, inputs, and the outputs that a reference implementation gave for them.
///
/// The format is described where the cases lie, in `fixtures/models/README.md`: `reference.json` and
/// `reference.safetensors` beside a checkpoint as `save_pretrained` writes it.
public struct ReferenceCase: Sendable {
  /// The folder.
  public let path: String
  /// What to run: "forward", "generate", "train", ...
  public let entry: String
  /// The family of the model: `model_type` of config.json, or the name of the folder around the case.
  public let family: String
  /// Elements pass when `|actual - expected| <= absolute + relative * |expected|`.
  public let tolerance: (absolute: Double, relative: Double)
  /// Hyperparameters of the run.
  public let settings: JSONValue
  /// Inputs by name.
  public let inputs: [String: ReferenceValue]
  /// Expected outputs, in the order of `reference.json`.
  public let outputs: [(name: String, value: ReferenceValue)]

  /// Reads a case.
  ///
  /// - Throws: `ModelError` or `CheckpointError` when the folder is no complete case.
  public init(path: String) throws {
    let file = path + "/reference.json"
    let json: JSONValue
    do {
      json = try JSONValue(parsing: readFile(file, limit: 64 << 20))
    } catch let error as JSONError {
      throw ModelError(path: file, problem: error.description)
    }
    self.path = path
    let reader = ConfigurationReader(json, path: file)
    entry = try reader.text("entry")
    guard let tolerance = try reader.object("tolerance") else {
      throw ModelError(path: file, problem: "tolerance: expected an object, got none")
    }
    self.tolerance = (try tolerance.number("absolute"), try tolerance.number("relative"))
    settings = json["settings"] ?? .null
    let tensors = try SafetensorsFile(path: path + "/reference.safetensors")
    var inputs: [String: ReferenceValue] = [:]
    for name in (json["inputs"]?.object ?? [:]).keys {
      inputs[name] = try ReferenceCase.value("input." + name, in: tensors)
    }
    self.inputs = inputs
    outputs = try (json["outputs"]?.object ?? [:]).keys.map { name in
      (name, try ReferenceCase.value("output." + name, in: tensors))
    }
    guard !outputs.isEmpty else { throw ModelError(path: file, problem: "outputs: expected at least one, got none") }
    family = try ReferenceCase.family(of: path)
  }

  private static func family(of path: String) throws -> String {
    let configuration = path + "/config.json"
    if FileKind(path: configuration) == .file,
      let type = try JSONValue(parsing: readFile(configuration, limit: 64 << 20))["model_type"]?.string
    {
      return type
    }
    let parts = path.split(separator: "/")
    return parts.count > 1 ? String(parts[parts.count - 2]) : ""
  }

  private static func value(_ name: String, in file: SafetensorsFile) throws -> ReferenceValue {
    guard let entry = file.entry(name) else {
      throw ModelError(path: file.path, problem: "\(name): expected a tensor, got none")
    }
    let bytes = file.bytes(of: entry)
    func elements<Number>(_ type: Number.Type) -> [Number] {
      (0..<entry.elementCount).map {
        bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Number>.size, as: Number.self)
      }
    }
    let values: ReferenceValue.Elements
    switch entry.type {
    case .f32: values = .floats(elements(Float.self))
    case .f64: values = .floats(elements(Double.self).map { Float($0) })
    case .i64: values = .integers(elements(Int64.self).map { Int($0) })
    case .i32: values = .integers(elements(Int32.self).map { Int($0) })
    case .u8, .bool: values = .integers(elements(UInt8.self).map { Int($0) })
    default:
      throw ModelError(path: file.path, problem: "\(name): expected F32, F64, I64, I32, U8 or BOOL, got \(entry.type)")
    }
    return ReferenceValue(shape: entry.shape, elements: values)
  }

  /// The cases in a folder: itself when it is one, else those below it, sorted.
  ///
  /// - Throws: `FileError` when a folder cannot be read.
  public static func paths(below folder: String) throws -> [String] {
    if FileKind(path: folder + "/reference.json") == .file { return [folder] }
    var found: [String] = []
    for name in try namesInFolder(folder) where FileKind(path: folder + "/" + name) == .folder {
      found += try paths(below: folder + "/" + name)
    }
    return found
  }

  /// An input of token ids `[batch, sequence]`, as one list per row of the batch.
  func tokens(_ name: String) throws(ModelError) -> [[Int32]] {
    guard let input = inputs[name], input.shape.count == 2, case .integers(let ids) = input.elements else {
      throw ModelError(path: path, problem: "input \(name): expected token ids [batch, sequence]")
    }
    let width = input.shape[1]
    return (0..<input.shape[0]).map { row in ids[row * width..<(row + 1) * width].map { Int32(clamping: $0) } }
  }

  /// Refuses inputs that a runner would leave out of account; a mask of ones masks nothing.
  func checkInputs(known: Set<String>) throws(ModelError) {
    for (name, input) in inputs.sorted(by: { $0.key < $1.key }) where !known.contains(name) {
      if name == "attention_mask", case .integers(let mask) = input.elements, mask.allSatisfy({ $0 == 1 }) { continue }
      throw ModelError(path: path, problem: "input \(name): not supported yet for this entry")
    }
  }
}
