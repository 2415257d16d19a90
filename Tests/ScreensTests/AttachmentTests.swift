import Drawing
import Images
import Screens
import Sessions
import Testing

@Suite struct AttachmentTests {
  static let image = ImageReference(
    sha256: String(repeating: "a", count: 64), name: "shot\u{1B}.png", width: 40, height: 20)

  private func seeing(_ hasVision: Bool = true) -> ModelDescription {
    var model = ScriptedChat.model
    model.hasVision = hasVision
    return model
  }

  private func chat(hasVision: Bool) -> ScriptedChat {
    var chat = ScriptedChat(loads: false)
    chat.feed(.modelReady(seeing(hasVision)))
    return chat
  }

  @Test func anImageGoesWithItsQuestion() {
    var chat = chat(hasVision: true)
    chat.ask("/attach ~/shot.png")
    #expect(chat.effects.contains(.attachImage("~/shot.png")))
    chat.feed(.attached(AttachmentTests.image))
    #expect(chat.canvas().text.contains("image: shot␛.png"))
    chat.ask("What is this?")
    #expect(chat.requests.last?.messages.last?.images == [AttachmentTests.image])
    #expect(chat.screen.attachments.isEmpty && !chat.canvas().text.contains("/detach"))
    // It stays in the conversation, and is no part of the next question.
    chat.ask("And?")
    #expect(chat.requests.last?.messages.map(\.images.count) == [0, 1, 0, 0])
    // A recorded chat replays to the same.
    #expect(ScriptedChat(continuing: chat.events).screen == chat.screen)
  }

  @Test func theImageIsShownInCells() {
    var chat = chat(hasVision: true)
    chat.feed(.attached(AttachmentTests.image))
    chat.ask("What is this?")
    #expect(chat.canvas().text.contains("▣ shot␛.png 40x20 (its file is not in the session)"))
    let pixels = (0..<40 * 20).flatMap { $0 % 40 < 20 ? [255, 0, 0, 255] : [0, 0, 255, 255] as [UInt8] }
    chat.screen.shelf.add(
      ImagePyramid(RGBAImage(width: 40, height: 20, pixels: pixels)), sha256: AttachmentTests.image.sha256)
    let canvas = chat.canvas(columns: 80, rows: 40)
    #expect(canvas.text.contains("▣ shot␛.png 40x20\n"))
    let grounds = Set((0..<40).flatMap { canvas.row($0) }.map(\.style.background))
    #expect(grounds.contains(.rgb(255, 0, 0)) && grounds.contains(.rgb(0, 0, 255)))
    chat.screen.display.colors = 256
    let fewer = Set((0..<40).flatMap { chat.canvas(columns: 80, rows: 40).row($0) }.map(\.style.background))
    #expect(fewer.contains(.indexed(196)) && !fewer.contains(.rgb(255, 0, 0)))
  }

  /// Nothing that was written is lost when a model takes no images.
  @Test func aModelWithoutVisionRefuses() {
    var chat = chat(hasVision: false)
    chat.ask("/attach shot.png")
    #expect(!chat.effects.contains(.attachImage("shot.png")))
    #expect(chat.canvas(columns: 120).text.contains("tiny takes no images: /detach asks without them"))
    // Attached before the model was changed: the question stays where it is written.
    chat.feed(.attached(AttachmentTests.image))
    chat.ask("What is this?")
    #expect(chat.requests.isEmpty && chat.screen.attachments == [AttachmentTests.image])
    #expect(chat.canvas().text.contains("❯ What is this?"))
    chat.press(KeyPress(.character("u"), .control))
    chat.ask("/detach")
    chat.ask("What is it?")
    #expect(chat.requests.last?.messages.last == ChatMessage(role: "user", content: "What is it?"))
  }

  /// Questions that wait for the model come back with their images, and all behind them.
  @Test func waitingQuestionsComeBack() {
    var chat = ScriptedChat(loads: false)
    chat.ask("First")
    chat.feed(.attached(AttachmentTests.image))
    chat.ask("What is this?")
    chat.ask("Sure?")
    chat.type("draft")
    #expect(chat.screen.queue.count == 3)
    chat.feed(.modelReady(seeing(false)))
    #expect(chat.requests.map { $0.messages.last?.content } == ["First"])
    #expect(chat.screen.queue.isEmpty && chat.screen.attachments == [AttachmentTests.image])
    let text = chat.canvas().text
    #expect(text.contains("What is this?") && text.contains("Sure?") && text.contains("draft"))
  }

  @Test func imagesBeforeTheQuestionAreRefusedToo() {
    var chat = chat(hasVision: true)
    chat.feed(.attached(AttachmentTests.image))
    chat.ask("What is this?")
    chat.feed(.modelReady(seeing(false)))
    chat.ask("And now?")
    #expect(chat.requests.count == 1)
    #expect(chat.canvas(columns: 140).text.contains("there are some before this question"))
  }

  @Test func pastedPathsAreOffered() {
    for (pasted, path) in [
      ("/tmp/a b.png", "/tmp/a b.png"), ("'/tmp/a b.png' ", "/tmp/a b.png"), ("/tmp/a\\ b.png", "/tmp/a b.png"),
      ("file:///tmp/a%20b.png", "/tmp/a b.png"), ("~/x.PNG", "~/x.PNG"),
    ] {
      var chat = chat(hasVision: true)
      chat.type("see ")
      chat.feed(.paste(pasted))
      #expect(chat.effects.last == .offerImage(path), "\(pasted)")
      chat.press(KeyPress(.character("i"), .alt))
      #expect(chat.effects.last == .attachImage(path))
      chat.feed(.attached(AttachmentTests.image))
      chat.type("it")
      chat.press(KeyPress(.enter))
      #expect(chat.requests.last?.messages.last?.content.split(separator: " ").joined(separator: " ") == "see it")
    }
    var chat = chat(hasVision: true)
    for text in ["/tmp/a.jpg", "see /tmp/a.png", "/tmp/a.png\n/tmp/b.png", "a.png"] { chat.feed(.paste(text)) }
    #expect(!chat.effects.contains { if case .offerImage = $0 { true } else { false } })
  }
}
