import JSONText

/// The split of GPT-2 (its encoder.py).
let gpt2Pattern = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

extension DocumentNode {
  func normalizer() throws(TokenizerError) -> Normalizer {
    let type = try required("type").string()
    switch type {
    case "Sequence":
      var steps: [Normalizer] = []
      for node in try required("normalizers").elements() { steps.append(try node.normalizer()) }
      return .sequence(steps)
    case "NFC", "NFD", "NFKC", "NFKD": return .form(NormalizationForm(rawValue: type) ?? .nfc)
    case "Lowercase": return .lowercase
    case "StripAccents": return .stripAccents
    case "Strip":
      return .strip(left: try flag("strip_left", default: true), right: try flag("strip_right", default: true))
    case "Prepend": return .prepend(try required("prepend").text())
    case "Append": return .append(try required("append").text())
    case "Replace":
      let content = try required("content").text()
      let pattern = try required("pattern").pattern()
      if let expression = pattern.expression { return .replacePattern(expression, with: content) }
      return .replaceText(pattern.text ?? [], with: content)
    case "BertNormalizer":
      let lowercases = try flag("lowercase", default: true)
      return .bert(
        cleansText: try flag("clean_text", default: true),
        separatesChinese: try flag("handle_chinese_chars", default: true),
        stripsAccents: try flag("strip_accents", default: lowercases), lowercases: lowercases)
    case "Precompiled":
      let map = try required("precompiled_charsmap")
      guard let bytes = decodeBase64(try map.string()) else { throw map.failure("malformed base64") }
      do throws(TokenizerError) {
        return .precompiled(try PrecompiledMap(bytes))
      } catch {
        throw map.failure(error.description)
      }
    case "Nmt": return .nmt
    case "ByteLevel": return .byteLevel
    default: throw failure("unknown normalizer \"\(type)\"")
    }
  }

  /// `mapsBytes` says whether a ByteLevel step writes the byte alphabet or leaves the bytes to the model.
  func preTokenizer(mapsBytes: Bool) throws(TokenizerError) -> PreTokenizer {
    let type = try required("type").string()
    switch type {
    case "Sequence":
      var steps: [PreTokenizer] = []
      let nodes = try required("pretokenizers").elements()
      for (index, node) in nodes.enumerated() {
        steps.append(try node.preTokenizer(mapsBytes: mapsBytes || index < nodes.count - 1))
      }
      return .sequence(steps)
    case "ByteLevel":
      let usesPattern = try flag("use_regex", default: true)
      return .byteLevel(
        addsPrefixSpace: try flag("add_prefix_space", default: true),
        pattern: usesPattern ? try RegularExpression(gpt2Pattern) : nil, mapsBytes: mapsBytes)
    case "Split":
      let behavior = try required("behavior").splitBehavior()
      let inverted = try flag("invert", default: false)
      let pattern = try required("pattern").pattern()
      if let expression = pattern.expression { return .splitPattern(expression, behavior, inverted: inverted) }
      return .splitText(pattern.text ?? [], behavior, inverted: inverted)
    case "Whitespace": return .whitespace
    case "WhitespaceSplit": return .whitespaceSplit
    case "BertPreTokenizer": return .bert
    case "Punctuation": return .punctuation(try self["behavior"]?.splitBehavior() ?? .isolated)
    case "Digits": return .digits(individual: try flag("individual_digits", default: false))
    case "CharDelimiterSplit":
      let delimiter = try required("delimiter").character()
      return .delimiter(String(decoding: delimiter, as: UTF8.self).unicodeScalars.first?.value ?? 0)
    case "Metaspace": return try metaspace()
    case "FixedLength": return .fixedLength(try self["length"]?.integer(in: 1...1 << 30) ?? 5)
    default: throw failure("pre-tokenizer \"\(type)\" is not supported")
    }
  }

  /// Whether the pieces end up in the byte alphabet.
  var endsInByteLevel: Bool {
    switch value["type"]?.string {
    case "ByteLevel": return true
    case "Sequence":
      guard let last = value["pretokenizers"]?.array?.last else { return false }
      return DocumentNode(value: last, path: path).endsInByteLevel
    default: return false
    }
  }

  private func splitBehavior() throws(TokenizerError) -> SplitBehavior {
    let name = try string()
    guard let behavior = SplitBehavior(rawValue: name) else { throw failure("unknown behavior \"\(name)\"") }
    return behavior
  }

  private func prependScheme() throws(TokenizerError) -> PreTokenizer.PrependScheme {
    if let scheme = self["prepend_scheme"] {
      let name = try scheme.string()
      guard let known = PreTokenizer.PrependScheme(rawValue: name) else {
        throw scheme.failure("unknown prepend_scheme \"\(name)\", want always, first or never")
      }
      return known
    }
    return try flag("add_prefix_space", default: true) ? .always : .never
  }

  private func metaspace() throws(TokenizerError) -> PreTokenizer {
    .metaspace(
      replacement: try required("replacement").character(), try prependScheme(),
      splits: try flag("split", default: true))
  }

  func decoders() throws(TokenizerError) -> [DecoderStage] {
    let type = try required("type").string()
    switch type {
    case "Sequence":
      var stages: [DecoderStage] = []
      for node in try required("decoders").elements() { stages += try node.decoders() }
      return stages
    case "ByteLevel": return [.byteLevel]
    case "ByteFallback": return [.byteFallback]
    case "Fuse": return [.fuse]
    case "Strip":
      let limit = 0...1 << 20
      return [
        .strip(
          content: try required("content").character(), start: try required("start").integer(in: limit),
          stop: try required("stop").integer(in: limit))
      ]
    case "Replace":
      let content = try required("content").text()
      let pattern = try required("pattern").pattern()
      if let expression = pattern.expression { return [.replacePattern(expression, with: content)] }
      return [.replaceText(pattern.text ?? [], with: content)]
    case "Metaspace":
      return [
        .metaspace(replacement: try required("replacement").character(), dropsFirst: try prependScheme() != .never)
      ]
    case "WordPiece":
      return [
        .wordPiece(
          prefix: try self["prefix"]?.text() ?? Array("##".utf8), cleansUp: try flag("cleanup", default: true))
      ]
    case "BPEDecoder": return [.bpe(suffix: try self["suffix"]?.text() ?? Array("</w>".utf8))]
    case "CTC":
      return [
        .ctc(
          pad: try self["pad_token"]?.text() ?? Array("<pad>".utf8),
          delimiter: try self["word_delimiter_token"]?.text() ?? Array("|".utf8),
          cleansUp: try flag("cleanup", default: true))
      ]
    default: throw failure("decoder \"\(type)\" is not supported")
    }
  }
}

/// The bytes of a base64 text (RFC 4648, padding optional), `nil` where it is malformed.
func decodeBase64(_ text: String) -> [UInt8]? {
  var output: [UInt8] = []
  output.reserveCapacity(text.utf8.count * 3 / 4)
  var buffer: UInt32 = 0
  var bits = 0
  var padding = 0
  for character in text.utf8 {
    let value: UInt32
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(character) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(character) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(character) + 4
    case UInt8(ascii: "+"): value = 62
    case UInt8(ascii: "/"): value = 63
    case UInt8(ascii: "="):
      padding += 1
      continue
    default: return nil
    }
    if padding > 0 { return nil }
    buffer = buffer << 6 | value
    bits += 6
    if bits >= 8 {
      bits -= 8
      output.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
    }
  }
  return bits < 6 && padding <= 2 ? output : nil
}
