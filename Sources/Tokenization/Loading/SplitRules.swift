/// How GGUF's names for pre-tokenizers split text: expressions applied one after the other, matches and what lies
/// between them apart (llama.cpp's src/llama-vocab.cpp; the expressions are those of the models' own tokenizers).
struct SplitRules {
  var patterns: [String]
  var wholeWordsFirst = false
  var addsBOS = false
  /// Off for SentencePiece-like BPE, whose tokens are plain text with U+2581 for spaces.
  var usesByteAlphabet = true

  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
  private static let spaces = #"\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let symbols = #" ?[^\s\p{L}\p{N}]+[\r\n]*"#
  private static let llama3 = #"\#(contractions)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|\#(symbols)|\#(spaces)"#
  private static let qwen2 = #"\#(contractions)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|\#(symbols)|\#(spaces)"#
  private static let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
  private static let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
  private static let casedTail = #" ?[^\s\p{L}\p{N}]+[\r\n/]*|\#(spaces)"#
  private static let gpt4o =
    #"[^\r\n\p{L}\p{N}]?\#(upper)*\#(lower)+\#(contractions)?|[^\r\n\p{L}\p{N}]?\#(upper)+\#(lower)*\#(contractions)?"#
    + #"|\p{N}{1,3}|\#(casedTail)"#
  private static let deepseekWords =
    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|"##
    + spaces

  /// The rules of a name.
  ///
  /// - Throws: `TokenizerError` naming a pre-tokenizer that is not known.
  init(named name: String) throws(TokenizerError) {
    switch name {
    case "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum",
      "modern-bert", "jina-v1-en", "jina-v2-code", "roberta-bpe", "mpt", "olmo", "jais", "trillion", "granite-docling",
      "exaone4":
      patterns = [gpt2Pattern]
    case "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano":
      patterns = [SplitRules.llama3]
      wholeWordsFirst = true
      addsBOS = true
    case "dbrx", "smaug-bpe", "glm4", "chatglm-bpe": patterns = [SplitRules.llama3]
    case "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "hunyuan", "solar-open", "megrez", "grok-2":
      patterns = [SplitRules.qwen2]
    case "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2":
      patterns = [#"\p{N}"#, gpt2Pattern]
    case "falcon": patterns = [#"[\p{P}\$\+<=>\^~\|`]+"#, gpt2Pattern, "[0-9][0-9][0-9]"]
    case "default": patterns = [#"[\p{P}\$\+<=>\^~\|]+"#, gpt2Pattern, #"\p{N}+"#, "[0-9][0-9][0-9]"]
    case "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4":
      patterns = [#"\p{N}{1,3}"#, SplitRules.chineseAndKana, SplitRules.deepseekWords]
    case "deepseek-coder": patterns = [#"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, SplitRules.deepseekChinese, #"\p{N}"#]
    case "deepseek-llm":
      patterns = [
        #"[\r\n]"#, SplitRules.deepseekLetters, SplitRules.deepseekMarks, #"\s+$"#, SplitRules.deepseekChinese,
        #"\p{N}+"#,
      ]
    case "tekken":
      patterns = [
        #"[^\r\n\p{L}\p{N}]?\#(SplitRules.upper)*\#(SplitRules.lower)+|[^\r\n\p{L}\p{N}]?\#(SplitRules.upper)+"#
          + #"\#(SplitRules.lower)*|\p{N}|\#(SplitRules.casedTail)"#
      ]
      wholeWordsFirst = true
      addsBOS = true
    case "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2": patterns = [SplitRules.gpt4o]
    case "tiny_aya", "cohere2moe": patterns = [#"\d{1,3}(?=(?:\d{3})*\b)"#, SplitRules.gpt4o]
    case "superbpe": patterns = [#"\p{N}+"#, #"(?=(\d{3})+(?!\d))"#]
    default: patterns = []
    }
    if patterns.isEmpty { try setRareRules(name) }
  }

  private mutating func setRareRules(_ name: String) throws(TokenizerError) {
    let words = #"[^\r\n\p{L}\p{N}]?\p{L}+"#
    switch name {
    case "qwen35":
      patterns = [
        #"\#(SplitRules.contractions)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|"#
          + SplitRules.spaces
      ]
    case "bloom", "poro-chat", "gpt3-finnish": patterns = [" ?[^(\\s|.,!?…。，、।۔،)]+"]
    case "viking": patterns = [" ?[^(\\s|.,!?…。，、।۔،)]+", #"\p{N}"#]
    case "bailingmoe", "bailingmoe2", "llada-moe":
      patterns = [
        #"'(?i:[sdmt]|ll|ve|re)|\#(words)|\p{N}|\#(SplitRules.symbols)|\s*[\r\n]|\s+(?!\S)|\s+"#
      ]
    case "seed-coder":
      patterns = [
        #"\#(SplitRules.contractions)|\#(words)|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\#(SplitRules.spaces)"#
      ]
    case "ufakzeka": patterns = [#"\#(words)|\p{N}|\#(SplitRules.symbols)|\#(SplitRules.spaces)"#]
    case "exaone-moe":
      patterns = [
        #"\#(SplitRules.contractions)|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}|"#
          + #" ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"#
      ]
    case "jais-2":
      let runs = [512, 256, 128, 64, 32, 16, 8, 4].map { "\\s{\($0)}(?!\\S)|" }.joined()
      patterns = [
        #"\#(SplitRules.contractions)|\#(words)|\p{N}{1,3}|\#(SplitRules.symbols)|\s*[\r\n]+|"# + runs
          + #"\s{1,2}(?!\S)|\s{1}"#
      ]
    case "minicpm5":
      patterns = [
        #"\p{N}{1,3}"#,
        #"\#(SplitRules.contractions)|\#(words)|\p{N}+|\#(SplitRules.symbols)|\#(SplitRules.spaces)"#,
      ]
      wholeWordsFirst = true
    case "laguna": patterns = ["[^\\n]+|[\\n]+", SplitRules.qwen2]
    case "gemma4", "sarvam-moe":
      patterns = ["[^\\n]+|[\\n]+"]
      usesByteAlphabet = false
      addsBOS = name == "gemma4"
    default: throw TokenizerError("vocabulary: unknown pre-tokenizer \"\(name)\" (tokenizer.ggml.pre)")
    }
  }

  /// The letters of the scripts with case, as DeepSeek LLM's tokenizer lists them.
  private static let deepseekLetters =
    #"\s?[A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293}\x{295}-\x{2AF}"#
    + #"\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1}"#
    + #"\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F}\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}"#
    + #"\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF}\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}"#
    + #"\x{1E00}-\x{1F15}\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B}"#
    + #"\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}\x{1FC2}-\x{1FC4}\x{1FC6}-\x{1FCC}"#
    + #"\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4}\x{1FF6}-\x{1FFC}\x{2102}\x{2107}"#
    + #"\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124}\x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}"#
    + #"\x{2139}\x{213C}-\x{213F}\x{2145}-\x{2149}\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}"#
    + #"\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F}\x{A771}-\x{A787}"#
    + #"\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}"#
    + #"\x{10400}-\x{1044F}\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}"#
    + #"\x{118A0}-\x{118DF}\x{1E900}-\x{1E943}]+"#
  private static let deepseekMarks =
    #"\s?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-\x{3002}]+"#
  private static let deepseekChinese = #"[\x{4E00}-\x{9FA5}\x{800}-\x{4E00}\x{AC00}-\x{D7FF}]+"#
  private static let chineseAndKana = #"[\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+"#
}
