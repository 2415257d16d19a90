import Checkpoints
import Files
import OrderedCollections
import Tokenization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The tokenizer of a model: a GGUF file, a tokenizer.json, or a folder with a tokenizer.json or one GGUF file.
func loadTokenizer(path: String) throws -> any Tokenizer {
  var information = stat()
  guard stat(path, &information) == 0 else { throw TokenizerError("\(path): \(String(cString: strerror(errno)))") }
  do {
    if information.st_mode & S_IFMT == S_IFDIR { return try loadTokenizer(folder: path) }
    let file = try MappedFile(path: path)
    if file.bytes.starts(with: Array("GGUF".utf8)) {
      return try PipelineTokenizer(vocabulary: try VocabularyMetadata(GGUFFile(file: file)))
    }
    return try PipelineTokenizer(tokenizerJSON: Array(file.bytes), configuration: configuration(beside: path))
  } catch let error as TokenizerError {
    throw TokenizerError("\(path): \(error)")
  }
}

private func loadTokenizer(folder: String) throws -> any Tokenizer {
  let file = folder + "/tokenizer.json"
  if access(file, R_OK) == 0 {
    return try PipelineTokenizer(
      tokenizerJSON: try readFile(file, limit: 1 << 30), configuration: configuration(beside: file))
  }
  let models = try namesInFolder(folder).sorted().filter { $0.hasSuffix(".gguf") }
  guard let model = models.first else { throw TokenizerError("no tokenizer.json and no GGUF file in this folder") }
  return try PipelineTokenizer(vocabulary: try VocabularyMetadata(GGUFFile(path: folder + "/" + model)))
}

/// The bytes of the tokenizer_config.json beside a tokenizer.json.
private func configuration(beside path: String) throws -> [UInt8]? {
  let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  let file = (folder.isEmpty ? (path.hasPrefix("/") ? "" : ".") : folder) + "/tokenizer_config.json"
  return access(file, R_OK) == 0 ? try readFile(file, limit: 1 << 28) : nil
}

/// The path of the first model in the models folder.
func defaultModelPath() throws -> String {
  let folder = DataFolders.data + "/models"
  guard let model = try? namesInFolder(folder).sorted().first(where: { $0.hasSuffix(".gguf") }) else {
    throw TokenizerError("no model in \(folder); name one with --model or fetch one with: lathe pull smollm2-135m")
  }
  return folder + "/" + model
}

extension VocabularyMetadata {
  /// Reads the vocabulary of a GGUF file.
  init(_ file: GGUFFile) throws {
    func key(_ name: String) -> String { "tokenizer.ggml." + name }
    guard let model = try file.string(key("model")) else {
      throw TokenizerError("no vocabulary (tokenizer.ggml.model)")
    }
    guard let tokens = file.metadata[key("tokens")]?.array?.stringBytes else {
      throw TokenizerError("no list of tokens (tokenizer.ggml.tokens)")
    }
    self.init(model: model, tokens: tokens)
    preTokenizer = try file.string(key("pre"))
    scores = try file.floats(key("scores"))
    tokenTypes = file.metadata[key("token_type")]?.array?.int32s
    merges = file.metadata[key("merges")]?.array?.stringBytes
    bosToken = try file.integer(key("bos_token_id"))
    eosToken = try file.integer(key("eos_token_id"))
    unknownToken = try file.integer(key("unknown_token_id"))
    separatorToken = try file.integer(key("seperator_token_id"))
    paddingToken = try file.integer(key("padding_token_id"))
    maskToken = try file.integer(key("mask_token_id"))
    endOfTurnToken = try file.integer(key("eot_token_id"))
    endOfMessageToken = try file.integer(key("eom_token_id"))
    addsBOS = try file.bool(key("add_bos_token"))
    addsEOS = try file.bool(key("add_eos_token"))
    addsSpacePrefix = try file.bool(key("add_space_prefix"))
    removesExtraSpaces = try file.bool(key("remove_extra_whitespaces"))
    lowercases = try file.bool(key("normalizer.lowercase"))
    stripsAccents = try file.bool(key("normalizer.strip_accents"))
    if let map = file.metadata[key("precompiled_charsmap")]?.array?.integers {
      precompiledMap = map.map { UInt8(truncatingIfNeeded: $0) }
    }
  }
}
