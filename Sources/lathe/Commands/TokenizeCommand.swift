import ArgumentParser
import Files
import JSONText
import Tokenization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `lathe tokenize`: text to ids and back.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Turn text on standard input into token ids, or ids into text.",
    discussion: """
      Without --json-lines the whole input is one text, printed as ids on one line; with --decode the input is ids
      separated by spaces, commas or line ends. With --json-lines every input line is a JSON string (with --decode an
      array of ids) and every output line its JSON answer.
      """)

  @Option(help: "A GGUF file, a tokenizer.json or a model folder; the default model where absent.")
  var model: String?
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
    signal(SIGPIPE, SIG_IGN)
    let tokenizer: any Tokenizer
    do {
      tokenizer = try loadTokenizer(path: try model ?? defaultModelPath())
    } catch {
      CommandOutput.fail("tokenize", "\(error)")
      throw ExitCode(1)
    }
    let succeeded = jsonLines ? answerLines(tokenizer) : answerWhole(tokenizer)
    if !succeeded { throw ExitCode(1) }
  }

  private func answerWhole(_ tokenizer: any Tokenizer) -> Bool {
    var input: [UInt8] = []
    while let chunk = LineInput.nextChunk() { input += chunk }
    do {
      if decode {
        var ids: [Int32] = []
        for word in input.split(whereSeparator: { $0 <= 0x20 || [0x2C, 0x5B, 0x5D].contains($0) }) {
          guard let id = Int32(String(decoding: word, as: UTF8.self)) else {
            throw TokenizerError(
              "standard input: \"\(String(decoding: word.prefix(40), as: UTF8.self))\" is no token id")
          }
          ids.append(id)
        }
        return CommandOutput.send(Array(tokenizer.decode(ids, skipSpecial: skipSpecial).utf8))
      }
      guard let text = String(validating: input, as: UTF8.self) else {
        throw TokenizerError("standard input is not UTF-8")
      }
      let ids = try tokenizer.encode(text, addSpecial: addSpecial, parseSpecial: parseSpecial)
      return CommandOutput.send(Array(ids.map(String.init).joined(separator: " ").utf8) + [0x0A])
    } catch {
      CommandOutput.fail("tokenize", "\(error)")
      return false
    }
  }

  /// Answers each line as it comes; a line that cannot be answered gets `{"error": ...}` and makes the exit status 1.
  private func answerLines(_ tokenizer: any Tokenizer) -> Bool {
    var input = LineInput()
    var number = 0
    var succeeded = true
    while let line = input.next() {
      number += 1
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      let answer: JSONValue
      do {
        answer = try self.answer(JSONValue(parsing: line), tokenizer)
      } catch {
        succeeded = false
        answer = ["error": .string("\(error)")]
        CommandOutput.fail("tokenize", "line \(number): \(error)")
      }
      var bytes: [UInt8] = []
      answer.write(to: &bytes)
      guard CommandOutput.send(bytes + [0x0A]) else { return false }
    }
    return succeeded
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

/// Standard output and error of a command.
enum CommandOutput {
  /// Writes all bytes at once; returns whether that worked.
  static func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Writes `lathe COMMAND: message` to standard error.
  static func fail(_ command: String, _ message: String) {
    let line = Array("lathe \(command): \(message)\n".utf8)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }
}

/// Lines of standard input as they arrive.
struct LineInput {
  private var buffer: [UInt8] = []
  private var scanned = 0
  private var start = 0
  private var isAtEnd = false

  /// The next bytes of standard input, `nil` at its end.
  static func nextChunk() -> [UInt8]? {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = chunk.withUnsafeMutableBytes { read(0, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      return count > 0 ? Array(chunk[..<count]) : nil
    }
  }

  /// The next line without its end, `nil` behind the last.
  mutating func next() -> [UInt8]? {
    while true {
      if let end = buffer[scanned...].firstIndex(of: 0x0A) {
        let line = Array(buffer[start..<end])
        start = end + 1
        scanned = start
        return line
      }
      scanned = buffer.count
      if isAtEnd {
        guard start < buffer.count else { return nil }
        let line = Array(buffer[start...])
        start = buffer.count
        return line
      }
      if start > 0 {
        buffer.removeFirst(start)
        scanned -= start
        start = 0
      }
      if let chunk = LineInput.nextChunk() { buffer += chunk } else { isAtEnd = true }
    }
  }
}
