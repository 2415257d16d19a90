import ArgumentParser
import JSONText
import OrderedCollections
import Templates

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `lathe template`: renders conversations with a chat template.
struct TemplateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "template",
    abstract: "Render conversations with a chat template.",
    discussion: """
      Reads an object {"messages", "tools", "kwargs"} or {"context"} from standard input and prints the text. With \
      --json-lines every line is such an object and is answered by {"text"} or by {"error", "kind", "line"}.
      """)

  @Argument(help: "A Jinja template, or a tokenizer_config.json that holds one.")
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
    let source: String
    do {
      source = try TemplateSource.read(file)
    } catch let error as CommandFailure {
      try fail(error.message)
    }
    let template = Result { () throws(TemplateError) in try ChatTemplate(source: source) }
    let time = now.flatMap { DateTime(iso: $0) }
    if jsonLines {
      while let line = readLine(strippingNewline: true) {
        if line.allSatisfy(\.isWhitespace) { continue }
        StandardStreams.write(TemplateCommand.answer(line, template, now: time).text + "\n", to: STDOUT_FILENO)
      }
      return
    }
    do {
      let compiled = try template.get()
      let request = try TemplateCommand.context(StandardStreams.readAll())
      StandardStreams.write(try compiled.render(request, now: time).text, to: STDOUT_FILENO)
    } catch let error as TemplateError {
      try fail("\(file): \(error)")
    } catch let error as CommandFailure {
      try fail("standard input: \(error.message)")
    }
  }

  private func fail(_ message: String) throws -> Never {
    StandardStreams.write("lathe template: \(message)\n", to: STDERR_FILENO)
    throw ExitCode(1)
  }

  /// The answer to one line of `--json-lines`.
  static func answer(_ line: String, _ template: Result<ChatTemplate, TemplateError>, now: DateTime?) -> JSONValue {
    do {
      let text = try template.get().render(try context(Array(line.utf8)), now: now)
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
struct CommandFailure: Error {
  let message: String
}

/// The template of a file.
enum TemplateSource {
  private static let largestFile = 64 << 20

  /// The source in a Jinja file, or the `chat_template` of a tokenizer_config.json.
  static func read(_ path: String) throws -> String {
    let bytes = try StandardStreams.read(path, limit: largestFile)
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

/// Reading and writing of whole streams.
enum StandardStreams {
  static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      if written <= 0 { return }
      rest = rest.dropFirst(written)
    }
  }

  private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes, count)
    #else
      Darwin.write(descriptor, bytes, count)
    #endif
  }

  static func readAll() throws -> [UInt8] { try read(descriptor: STDIN_FILENO, name: "standard input", limit: 1 << 30) }

  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw CommandFailure(message: "\(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, name: path, limit: limit)
  }

  private static func read(descriptor: Int32, name: String, limit: Int) throws -> [UInt8] {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw CommandFailure(message: "\(name): \(String(cString: strerror(errno)))") }
      if count == 0 { return result }
      result += buffer[..<count]
      if result.count > limit { throw CommandFailure(message: "\(name): longer than the limit of \(limit) bytes") }
    }
  }

  private static func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, bytes, count)
    #else
      Darwin.read(descriptor, bytes, count)
    #endif
  }
}
