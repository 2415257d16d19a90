import ArgumentParser
import Checkpoints
import Files
import JSONText
import OrderedCollections
import Templates

/// `lathe template`: renders conversations with a chat template.
struct TemplateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "template",
    abstract: "Render conversations with a chat template.",
    discussion: """
      Reads an object {"messages", "tools", "kwargs"} or {"context"} from standard input and prints the text. With \
      --json-lines every line is such an object and is answered by {"text"} or by {"error", "kind", "line"}.
      """)

  @Argument(help: "A Jinja template, or a tokenizer_config.json or GGUF file that holds one.")
  var file: String

  @Option(help: ArgumentHelp("The time strftime_now tells, as 2026-03-14T15:09:26.", valueName: "iso-time"))
  var now: String?

  @Flag(help: "Read one object a line and answer each with one line of JSON.")
  var jsonLines = false

  func validate() throws {
    if let now, DateTime(iso: now) == nil {
      throw ValidationError("--now: expected a time as 2026-03-14T15:09:26, got '\(now)'")
    }
  }

  func run() throws {
    let source = try TemplateSource.read(file)
    let template = Result { () throws(TemplateError) in try ChatTemplate(source: source) }
    let time = now.flatMap { DateTime(iso: $0) }
    if jsonLines {
      for line in InputLines() where !InputLines.isBlank(line) {
        guard StandardStreams.output(TemplateCommand.answer(line, template, now: time).text + "\n") else { return }
      }
      return
    }
    let request: OrderedDictionary<String, JSONValue>
    do {
      request = try TemplateCommand.context(InputText.readStandardInput())
    } catch let error as CommandFailure {
      throw CommandFailure(message: "standard input: \(error.message)")
    }
    do {
      StandardStreams.output(try template.get().render(request, now: time).text)
    } catch {
      throw CommandFailure(message: "\(file): \(error)")
    }
  }

  /// The answer to one line of `--json-lines`.
  static func answer(_ line: [UInt8], _ template: Result<ChatTemplate, TemplateError>, now: DateTime?) -> JSONValue {
    do {
      let text = try template.get().render(try context(line), now: now)
      return ["text": .string(text.text)]
    } catch let error as TemplateError {
      var members: OrderedDictionary<String, JSONValue> = [
        "error": .string(error.message), "kind": .string(error.kind.rawValue),
      ]
      if let line = error.line { members["line"] = .integer(line) }
      return .object(members)
    } catch let error as CommandFailure {
      return ["error": .string(error.message), "kind": "input"]
    } catch {
      return ["error": .string("\(error)"), "kind": "input"]
    }
  }

  /// The variables that a request names.
  static func context(_ bytes: [UInt8]) throws -> OrderedDictionary<String, JSONValue> {
    let request: JSONValue
    do {
      request = try JSONValue(parsing: bytes)
    } catch {
      throw CommandFailure(message: "expected a JSON object: \(error)")
    }
    if let context = request["context"] {
      guard let members = context.object else {
        throw CommandFailure(message: "\"context\": expected an object, got \(context.kind)")
      }
      return members
    }
    guard let messages = request["messages"]?.array else {
      throw CommandFailure(message: "expected an object with \"messages\" (an array) or \"context\" (an object)")
    }
    var context: OrderedDictionary<String, JSONValue> = [
      "messages": .array(ChatTemplate.prepared(messages: messages)), "tools": request["tools"] ?? .null,
    ]
    if let extra = request["kwargs"], !extra.isNull {
      guard let members = extra.object else {
        throw CommandFailure(message: "\"kwargs\": expected an object, got \(extra.kind)")
      }
      for (name, value) in members { context[name] = value }
    }
    return context
  }
}

/// Why a command cannot go on, for its line on standard error.
struct CommandFailure: Error, CustomStringConvertible {
  let message: String
  var description: String { message }
}

/// The template of a file.
enum TemplateSource {
  private static let largestFile = 64 << 20

  /// The source in a Jinja file, or the chat template that a tokenizer_config.json or GGUF file holds.
  static func read(_ path: String) throws -> String {
    // A checkpoint may be larger than memory: only its metadata is read.
    if try MappedFile(path: path).withBytes({ $0.starts(with: "GGUF".utf8) }) {
      let checkpoint = try openCheckpoint(path)
      if let source = checkpoint.metadata["tokenizer.chat_template"]?.string { return source }
      throw CommandFailure(message: "\(path): no chat template in it (tokenizer.chat_template)")
    }
    let bytes = try readFile(path, limit: largestFile)
    if path.hasSuffix(".json") {
      let configuration: JSONValue
      do {
        configuration = try JSONValue(parsing: bytes)
      } catch {
        throw CommandFailure(message: "\(path): \(error)")
      }
      return try template(in: configuration, path: path)
    }
    guard let source = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure(message: "\(path): the template is not UTF-8")
    }
    return source
  }

  private static func template(in configuration: JSONValue, path: String) throws -> String {
    if let source = configuration["chat_template"]?.string { return source }
    // Several templates have names; the one called default is for chats.
    let named = configuration["chat_template"]?.array ?? []
    if let source = named.first(where: { $0["name"]?.string == "default" })?["template"]?.string { return source }
    throw CommandFailure(message: "\(path): no chat_template in it")
  }
}
