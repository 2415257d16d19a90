import Exports
import Files
import JSONText
import Screens
import Sessions
import TestSupport
import Testing

@testable import lathe

/// A chat is written into a file of its own, and what is there stays.
@Suite struct ChatExportTests {
  private let folder: TemporaryFolder
  private let export: ChatExport

  init() throws {
    folder = try TemporaryFolder()
    var chat = ChatScreen()
    let events: [Event] = [
      .resized(TerminalSize(columns: 80, rows: 24)), .opened(ChatOpening(model: "tiny")),
      .modelReady(
        ModelDescription(
          name: "tiny", path: "/t", family: "llama", parameters: 1, quantisation: "Q4_1", contextLength: 64, bytes: 1)),
      .asked(Question(text: "What is 你好?")),
      .answerStarted(
        AnswerStart(
          turn: 1, promptTokens: 3, reusedTokens: 0, newTokens: [], contextLength: 64, settings: SamplingSettings())),
      .token(GeneratedToken(id: 1, text: "A greeting.", logit: 0, probability: 1)),
    ]
    for event in events { _ = chat.update(TimedEvent(seconds: 1, event: event)) }
    let header = SessionHeader(
      kind: "chat", model: "tiny", created: 0, terminal: TerminalSize(columns: 80, rows: 24))
    export = ChatExport(
      document: ConversationDocument(chat, header: header, seconds: 1, title: "What is", folder: nil),
      folder: folder.path)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try readFile(folder[name], limit: 1 << 16), as: UTF8.self)
  }

  @Test func theEndingSaysTheForm() throws {
    #expect(try export.write(to: " notes.md ", standard: "s").path == folder["notes.md"])
    #expect(try text("notes.md").contains("## Question 1\n\nWhat is 你好?\n\n## Answer 1\n\nA greeting."))
    _ = try export.write(to: "notes.JSON", standard: "s")
    let json = try JSONValue(parsing: Array(try text("notes.JSON").utf8))
    #expect(json["messages"]?[1]?["content"]?.string == "A greeting.")
    let absolute = folder["absolute.markdown"]
    #expect(try export.write(to: absolute, standard: "s").bytes == (try text("absolute.markdown").utf8.count))
  }

  @Test func withoutANameItIsTheSessionsAndTheFirstThatIsFree() throws {
    #expect(try export.write(to: "", standard: "my chat").path == folder["my chat.md"])
    #expect(try export.write(to: "  ", standard: "my chat").path == folder["my chat-2.md"])
    #expect(try namesInFolder(folder.path) == ["my chat-2.md", "my chat.md"])
  }

  @Test(arguments: [
    ("there.md", "a file of that name is there and stays"), ("notes.txt", "must end in .md for Markdown or .json"),
    ("notes", "must end in .md"), ("no/such/folder.md", "No such file or directory"),
  ]) func whatCannotBeWrittenIsSaid(name: String, message: String) throws {
    try folder.write("mine", to: "there.md")
    let error = #expect(throws: (any Error).self) { try export.write(to: name, standard: "s") }
    #expect("\(error.map { "\($0)" } ?? "")".contains(message))
    #expect(try text("there.md") == "mine")
    #expect(try namesInFolder(folder.path) == ["there.md"], "nothing is left behind")
  }
}
