package import Checkpoints
import Files
import JSONText
import OrderedCollections
package import Templates
package import Tokenization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The tokenizer of a model: a GGUF file, a tokenizer.json, or a folder with a tokenizer.json or one GGUF file.
package func loadTokenizer(path: String) throws -> any Tokenizer {
  var status = stat()
  guard stat(path, &status) == 0 else { throw InferenceError("\(path): \(String(cString: strerror(errno)))") }
  if status.st_mode & S_IFMT == S_IFDIR, access(path + "/tokenizer.json", R_OK) == 0 {
    return try loadTokenizer(document: path + "/tokenizer.json")
  }
  if status.st_mode & S_IFMT != S_IFDIR, try !MappedFile(path: path).withBytes({ $0.starts(with: Array("GGUF".utf8)) })
  {
    return try loadTokenizer(document: path)
  }
  return try loadTokenizer(of: openCheckpoint(path))
}

/// The tokenizer that belongs to an open checkpoint.
package func loadTokenizer(of checkpoint: any Checkpoint) throws -> any Tokenizer {
  let document = checkpoint.path + "/tokenizer.json"
  if access(document, R_OK) == 0 { return try loadTokenizer(document: document) }
  guard checkpoint.format == .gguf else {
    throw InferenceError(
      "\(checkpoint.path): no tokenizer.json in this folder; fetch it from where the model comes from")
  }
  do {
    return try PipelineTokenizer(vocabulary: VocabularyMetadata(checkpoint))
  } catch let error as TokenizerError {
    throw InferenceError("\(checkpoint.path): \(error)")
  }
}

private func loadTokenizer(document path: String) throws -> any Tokenizer {
  let settings = path.dropLast("tokenizer.json".count) + "tokenizer_config.json"
  let configuration =
    path.hasSuffix("tokenizer.json") && access(String(settings), R_OK) == 0
    ? try readFile(String(settings), limit: 1 << 28) : nil
  do {
    return try PipelineTokenizer(tokenizerJSON: readFile(path, limit: 1 << 30), configuration: configuration)
  } catch let error as TokenizerError {
    throw InferenceError("\(path): \(error)")
  }
}

/// The chat template of an open checkpoint: a GGUF file's own, or a folder's chat_template.jinja or
/// tokenizer_config.json; `nil` where there is none.
package func loadChatTemplate(of checkpoint: any Checkpoint) throws -> ChatTemplate? {
  guard let source = try chatTemplateSource(of: checkpoint) else { return nil }
  do {
    return try ChatTemplate(source: source)
  } catch {
    throw InferenceError("\(checkpoint.path): chat template: \(error)")
  }
}

private func chatTemplateSource(of checkpoint: any Checkpoint) throws -> String? {
  let file = checkpoint.path + "/chat_template.jinja"
  if access(file, R_OK) == 0 { return String(decoding: try readFile(file, limit: 1 << 24), as: UTF8.self) }
  let settings = checkpoint.path + "/tokenizer_config.json"
  if access(settings, R_OK) == 0 {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: readFile(settings, limit: 1 << 28))
    } catch let error as JSONError {
      throw InferenceError("\(settings): \(error)")
    }
    if let source = value["chat_template"]?.string { return source }
    // Several templates have names; the one called default is for chats.
    let named = value["chat_template"]?.array ?? []
    if let source = named.first(where: { $0["name"]?.string == "default" })?["template"]?.string { return source }
  }
  return checkpoint.metadata["tokenizer.chat_template"]?.string
}

extension VocabularyMetadata {
  /// Reads the vocabulary of a GGUF checkpoint.
  package init(_ checkpoint: any Checkpoint) throws {
    func value(_ name: String) -> GGUFValue? { checkpoint.metadata["tokenizer.ggml." + name] }
    func present<Value>(_ name: String, _ found: Value?, _ expected: String) throws(TokenizerError) -> Value? {
      guard found == nil, value(name) != nil else { return found }
      throw TokenizerError("tokenizer.ggml.\(name): expected \(expected)")
    }
    func text(_ name: String) throws -> String? { try present(name, value(name)?.string, "a string") }
    func number(_ name: String) throws -> Int? { try present(name, value(name)?.integer, "a whole number") }
    func flag(_ name: String) throws -> Bool? { try present(name, value(name)?.bool, "a boolean") }
    guard let model = try text("model") else { throw TokenizerError("no vocabulary (tokenizer.ggml.model)") }
    guard let tokens = value("tokens")?.array?.stringBytes else {
      throw TokenizerError("no list of tokens (tokenizer.ggml.tokens)")
    }
    self.init(model: model, tokens: tokens)
    preTokenizer = try text("pre")
    scores = try present("scores", value("scores")?.array?.floats, "a list of numbers")
    tokenTypes = try present("token_type", value("token_type")?.array?.int32s, "a list of whole numbers")
    merges = try present("merges", value("merges")?.array?.stringBytes, "a list of strings")
    bosToken = try number("bos_token_id")
    eosToken = try number("eos_token_id")
    unknownToken = try number("unknown_token_id")
    // The format itself misspells this key; some writers mend it.
    separatorToken = try number("seperator_token_id") ?? number("separator_token_id")
    paddingToken = try number("padding_token_id")
    maskToken = try number("mask_token_id")
    endOfTurnToken = try number("eot_token_id")
    endOfMessageToken = try number("eom_token_id")
    addsBOS = try flag("add_bos_token")
    addsEOS = try flag("add_eos_token")
    addsSpacePrefix = try flag("add_space_prefix")
    removesExtraSpaces = try flag("remove_extra_whitespaces")
    lowercases = try flag("normalizer.lowercase")
    stripsAccents = try flag("normalizer.strip_accents")
    precompiledMap = try present(
      "precompiled_charsmap", value("precompiled_charsmap")?.array?.integers, "a list of bytes"
    )?.map { UInt8(truncatingIfNeeded: $0) }
  }
}
