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
      patterns = [#"\p{N}{1,3}"#, "[一-龥぀-ゟ゠-ヿ]+", SplitRules.deepseekWords]
    case "deepseek-coder": patterns = [#"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, "[一-龥ࠀ-一가-퟿]+", #"\p{N}"#]
    case "deepseek-llm":
      patterns = [
        #"[\r\n]"#, SplitRules.deepseekLetters, SplitRules.deepseekMarks, #"\s+$"#, "[一-龥ࠀ-一가-퟿]+", #"\p{N}+"#,
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
    #"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼ"#
    + #"ιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+"#
  private static let deepseekMarks = #"\s?[!-/:-~！-／：-～‘-‟　-。]+"#
}
