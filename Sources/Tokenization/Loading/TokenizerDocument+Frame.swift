import JSONText

extension DocumentNode {
  /// What a post-processor puts around a single text.
  func frame() throws(TokenizerError) -> [PipelineTokenizer.FramePart] {
    let type = try required("type").string()
    switch type {
    case "ByteLevel": return [.text]
    case "BertProcessing", "RobertaProcessing":
      return [.tokens([try required("cls").tokenPair()]), .text, .tokens([try required("sep").tokenPair()])]
    case "TemplateProcessing": return try template()
    case "Sequence":
      var frame: [PipelineTokenizer.FramePart] = [.text]
      for node in try required("processors").elements() {
        let outer = try node.frame()
        guard outer.count * frame.count < 10_000 else { throw node.failure("template longer than 10000 parts") }
        frame = outer.flatMap { part -> [PipelineTokenizer.FramePart] in
          if case .text = part { frame } else { [part] }
        }
      }
      return frame
    default: throw failure("post-processor \"\(type)\" is not supported")
    }
  }

  /// The id of `["[CLS]", 101]`.
  private func tokenPair() throws(TokenizerError) -> Int32 {
    let parts = try elements()
    guard parts.count == 2 else { throw failure("expected a token and its id") }
    _ = try parts[0].string()
    return Int32(try parts[1].integer(in: 0...Int(Int32.max)))
  }

  private func template() throws(TokenizerError) -> [PipelineTokenizer.FramePart] {
    var frame: [PipelineTokenizer.FramePart] = []
    for part in try required("single").elements() {
      frame.append(try templatePart(part))
    }
    // The template for pairs is not used here, but a file that names unknown tokens in it is broken.
    for part in try self["pair"]?.elements() ?? [] { _ = try templatePart(part) }
    return frame
  }

  private func templatePart(_ part: DocumentNode) throws(TokenizerError) -> PipelineTokenizer.FramePart {
    if let text = part.value.string {
      // The short form: $A, $B:1 or TOKEN:0.
      let name = text.split(separator: ":", maxSplits: 1).first.map(String.init) ?? text
      return name.hasPrefix("$") ? .text : .tokens(try specialTokenIDs(name, at: part))
    }
    if part["Sequence"] != nil { return .text }
    if let token = part["SpecialToken"] {
      return .tokens(try specialTokenIDs(try token.required("id").string(), at: token))
    }
    throw part.failure("expected Sequence or SpecialToken")
  }

  private func specialTokenIDs(_ name: String, at node: DocumentNode) throws(TokenizerError) -> [Int32] {
    guard let entry = self["special_tokens"]?[name] else {
      throw node.failure("special token \"\(name)\" is not defined in special_tokens")
    }
    var ids: [Int32] = []
    for id in try entry.required("ids").elements() { ids.append(Int32(try id.integer(in: 0...Int(Int32.max)))) }
    return ids
  }
}
