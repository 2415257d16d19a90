import Drawing
import Sessions
import Widgets

// Images that belong to a question: put beside it before it is asked, shown with it afterwards.
extension ChatScreen {
  /// Why the model does not take images; `nil` where it does, or where that is not known yet.
  private var visionRefusal: String? {
    guard case .ready(let model) = model, !model.hasVision else { return nil }
    return
      "\(printableLine(model.name)) takes no images: /detach asks without them, /model NAME goes on with another model"
  }

  /// Why a question cannot be asked with what is attached; `nil` where it can.
  func refusal(of images: [ImageReference], behind turn: Int) -> String? {
    guard let refusal = visionRefusal else { return nil }
    if !images.isEmpty { return refusal }
    guard messages(to: turn).contains(where: { !$0.images.isEmpty }) else { return nil }
    return "\(refusal.prefix { $0 != ":" }), and there are some before this question: "
      + "Tab goes back to a turn before them, /model NAME goes on with another model"
  }

  /// Why the next question cannot be asked with the images that are attached; `nil` where it can.
  public var refusalOfAttachments: String? { attachments.isEmpty ? nil : visionRefusal }

  /// Puts an image file beside the question.
  mutating func attach(_ path: String) -> [Effect] {
    let path = path.trimmingSpaces
    guard !path.isEmpty else {
      let names = attachments.map { printableLine($0.name) }.joined(separator: ", ")
      return tell(.information, names.isEmpty ? "/attach PATH.png adds an image to the question" : "attached: \(names)")
    }
    if let visionRefusal { return tell(.warning, visionRefusal) }
    return [.attachImage(path)]
  }

  mutating func detach() -> [Effect] {
    guard !attachments.isEmpty else { return tell(.information, "no image is attached") }
    return [.happen(.detached)]
  }

  private mutating func tell(_ severity: Notice.Severity, _ text: String) -> [Effect] {
    add(Notice(severity, text))
    scroll = nil
    return []
  }

  /// What is attached, for the line above the question.
  var attachmentText: String? {
    guard let first = attachments.first else { return nil }
    let name = truncated(printableLine(first.name), to: 30)
    return (attachments.count == 1 ? "image: \(name)" : "\(attachments.count) images: \(name), …") + " · /detach"
  }

  /// The model that has just been loaded takes no images: questions that wait with some go back to where they were
  /// written, and all behind them, so that none is asked without what it is about.
  mutating func returnQuestionsWithImages() {
    guard let visionRefusal, let first = queue.firstIndex(where: { !$0.images.isEmpty }) else { return }
    let returned = queue[first...]
    queue.removeSubrange(first...)
    attachments = returned.flatMap(\.images) + attachments
    let texts = returned.map(\.text) + (editor.isEmpty ? [] : [editor.text])
    editor.replace(with: texts.joined(separator: "\n"))
    nextParent = queue.last?.place.map { $0.id + 1 }
    add(Notice(.warning, visionRefusal))
  }

  // MARK: Pasted paths

  /// Remembers a pasted text that looks like the path of an image, and asks whether it is one.
  mutating func take(pasted text: String) -> [Effect] {
    pastedPath = ImagePath.path(in: text)
    return pastedPath.map { [.offerImage($0)] } ?? []
  }

  /// Attaches the image whose path was pasted last, in place of the path.
  mutating func attachPasted() -> [Effect] {
    guard let path = pastedPath else {
      return tell(.information, "no path of an image was pasted; /attach PATH.png adds one")
    }
    let effects = attach(path)
    guard effects != [] else { return [] }
    if let range = editor.text.range(ofPasted: path) {
      var text = editor.text
      text.removeSubrange(range)
      editor.replace(with: text)
    }
    pastedPath = nil
    return effects
  }
}

/// A path as terminals paste it when a file is dropped on them.
enum ImagePath {
  /// The path in a text that is nothing but the path of a PNG file.
  static func path(in text: String) -> String? {
    var text = text.trimmingSpaces
    for quote in ["'", "\""] where text.count > 1 && text.hasPrefix(quote) && text.hasSuffix(quote) {
      text = String(text.dropFirst().dropLast())
    }
    if text.hasPrefix("file://") { text = unescapedPercents(String(text.dropFirst(7))) }
    text = text.replacingBackslashes
    let isPath = text.hasPrefix("/") || text.hasPrefix("~/") || text.hasPrefix("./") || text.hasPrefix("../")
    guard isPath, text.lowercased().hasSuffix(".png"), text.utf8.count < 4096,
      !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
    else { return nil }
    return text
  }

  private static func unescapedPercents(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension String {
  /// The text without white space at its ends.
  fileprivate var trimmingSpaces: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  /// The text with what a backslash protects taken as it is.
  fileprivate var replacingBackslashes: String {
    var result = ""
    var isProtected = false
    for character in self {
      if character == "\\", !isProtected {
        isProtected = true
      } else {
        result.append(character)
        isProtected = false
      }
    }
    return result
  }

  /// The word of the text that stands for a pasted path, quotes and backslashes included.
  fileprivate func range(ofPasted path: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      guard self[start] != " ", self[start] != "\n" else {
        start = index(after: start)
        continue
      }
      // The longest stretch first: paths may hold spaces.
      var end = endIndex
      while end > start {
        if ImagePath.path(in: String(self[start..<end])) == path { return start..<end }
        end = index(before: end)
      }
      start = index(after: start)
    }
    return nil
  }
}
