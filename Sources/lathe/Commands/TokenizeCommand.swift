import ArgumentParser
import Downloads
import Inference
import JSONText
import Tokenization

/// `lathe tokenize`: text to ids and back.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Turn text on standard input into token ids, or ids into text.",
    discussion: """
      Without --json-lines the whole input is one text, printed as ids on one line; with --decode the input is ids
      separated by spaces, commas or line ends. With --json-lines every input line is a JSON string (with --decode an
      array of ids) and every output line its JSON answer.
      """)

  @Option(help: "A pulled model's name, a GGUF file, a tokenizer.json or a model folder.")
  var model = KnownModel.standard.name
  @Flag(help: "Add the tokens the model expects around a text, such as BOS.")
  var addSpecial = false
  @Flag(help: "Read the text of control tokens as these tokens.")
  var parseSpecial = false
  @Flag(help: "Turn ids into text.")
  var decode = false
  @Flag(help: "With --decode: leave control tokens out.")
  var skipSpecial = false
  @Flag(help: "One JSON value a line.")
  var jsonLines = false

  func validate() throws {
    if skipSpecial, !decode { throw ValidationError("--skip-special belongs to --decode") }
    if decode, addSpecial || parseSpecial {
      throw ValidationError("--add-special and --parse-special do not go with --decode")
    }
  }

  func run() throws {
    let tokenizer = try loadTokenizer(path: ModelStore().find(model).path)
    if jsonLines { try answerLines(tokenizer) } else { try answerWhole(tokenizer) }
  }

  private func answerWhole(_ tokenizer: any Tokenizer) throws {
    if decode {
      let input = try InputText.readStandardInput()
      var ids: [Int32] = []
      for word in input.split(whereSeparator: { $0 <= 0x20 || [0x2C, 0x5B, 0x5D].contains($0) }) {
        guard let id = Int32(String(decoding: word, as: UTF8.self)) else {
          throw TokenizerError("standard input: \"\(String(decoding: word.prefix(40), as: UTF8.self))\" is no token id")
        }
        ids.append(id)
      }
      StandardStreams.output(tokenizer.decode(ids, skipSpecial: skipSpecial))
    } else {
      let ids = try tokenizer.encode(InputText.read("-"), addSpecial: addSpecial, parseSpecial: parseSpecial)
      StandardStreams.output(ids.map(String.init).joined(separator: " ") + "\n")
    }
  }

  /// Answers each line as it comes; a line that cannot be answered gets `{"error": ...}` and makes the exit status 1.
  private func answerLines(_ tokenizer: any Tokenizer) throws {
    var failures = 0
    for (number, line) in InputLines().enumerated() where !InputLines.isBlank(line) {
      let answer: JSONValue
      do {
        answer = try self.answer(JSONValue(parsing: line), tokenizer)
      } catch {
        failures += 1
        answer = ["error": .string("line \(number + 1): \(error)")]
      }
      guard StandardStreams.output(answer.text + "\n") else { return }
    }
    if failures > 0 {
      throw TokenizerError("\(failures) lines of standard input could not be answered; see \"error\" in the output")
    }
  }

  private func answer(_ value: JSONValue, _ tokenizer: any Tokenizer) throws -> JSONValue {
    if decode {
      guard let elements = value.array else { throw TokenizerError("expected an array of ids, got \(value.kind)") }
      let ids = try elements.map { element -> Int32 in
        guard let id = element.integer.flatMap({ Int32(exactly: $0) }), id >= 0 else {
          throw TokenizerError("expected a token id, got \(element.text.prefix(40))")
        }
        return id
      }
      return .string(tokenizer.decode(ids, skipSpecial: skipSpecial))
    }
    guard let text = value.string else { throw TokenizerError("expected a string, got \(value.kind)") }
    let ids = try tokenizer.encode(text, addSpecial: addSpecial, parseSpecial: parseSpecial)
    return .array(ids.map { .integer(Int($0)) })
  }
}
