import Drawing
import Sessions

// What keys do.
extension ChatScreen {
  mutating func handle(_ press: KeyPress, at seconds: Double) -> [Effect] {
    if let row = helpRow {
      helpRow = HelpReading.row(row, after: press, of: help, on: size)
      return []
    }
    let isInterrupt = ChatScreen.table.action(for: press) == .interrupt
    defer { if !isInterrupt { interrupted = nil } }
    hint = nil
    if let action = ChatScreen.paneTable.action(for: press), !mode.isComparing {
      perform(action)
      return []
    }
    switch mode {
    case .writing: return handleInWriting(press, at: seconds)
    case .turns(let chosen): return handleInTurns(press, chosen: chosen)
    case .tree(let selection): return handleInTree(press, selection)
    case .tokens(let cursor): return handleInTokens(press, cursor)
    case .sampling(let panel): return handleInSampling(press, panel)
    case .comparing(let comparison): return handleInComparison(press, comparison)
    case .about(let first): return handleInAbout(press, first: first)
    }
  }

  /// Keys that mean the same whatever is looked at.
  mutating func handleAnywhere(_ press: KeyPress) -> [Effect] {
    switch ChatScreen.table.action(for: press) {
    case .help: helpRow = 0
    case .pageUp: scrollPage(-1)
    case .pageDown: scrollPage(1)
    case .repaint: return [.repaint]
    case .suspend: return [.suspend]
    case .interrupt: mode = .writing
    default: if press == KeyPress(.character("?")) { helpRow = 0 }
    }
    return []
  }

  private mutating func handleInWriting(_ press: KeyPress, at seconds: Double) -> [Effect] {
    if editor.isEmpty, press == KeyPress(.character("?")) {
      helpRow = 0
      return []
    }
    guard let action = ChatScreen.table.action(for: press), editor.isEmpty || !action.wantsNothingWritten else {
      editor.handle(press)
      return []
    }
    return perform(action, at: seconds)
  }

  private mutating func perform(_ action: ChatAction, at seconds: Double) -> [Effect] {
    switch action {
    case .send: return send()
    case .help: helpRow = 0
    case .turns: enterTurns()
    case .tint: isTinted.toggle()
    case .sampling: mode = .sampling(SamplingPanel())
    case .copy: return copy(conversation.tip)
    case .attachPasted: return attachPasted()
    case .stop:
      if activity == .idle, editing != nil { dropEditing() }
      return stop()
    case .pageUp: scrollPage(-1)
    case .pageDown: scrollPage(1)
    case .first: scroll = entries.isEmpty ? nil : TranscriptAnchor(entry: 0, offset: 0)
    case .last: scroll = nil
    case .export: return [.exportChat(to: "")]
    case .editOutside: return [.editOutside(editor.text)]
    case .endOfInput: return [.quit]
    case .repaint: return [.repaint]
    case .suspend: return [.suspend]
    case .interrupt:
      if let interrupted, seconds - interrupted < 3 { return [.quit] }
      interrupted = seconds
      if activity == .idle { dropEditing() }
      return stop()
    }
    return []
  }

  /// Nothing is to be asked in place of a question any more.
  private mutating func dropEditing() {
    editor.clear()
    editing = nil
  }

  private mutating func stop() -> [Effect] {
    guard activity != .idle else { return [] }
    isStopping = true
    return [.stopAnswer]
  }

  private mutating func send() -> [Effect] {
    let text = editor.text
    guard text.contains(where: { !$0.isWhitespace }) else { return answerAgain() }
    guard let command = Command(text) else {
      // Two slashes send one, so that a question can begin with a command's name.
      if let refusal = refusal(of: attachments, behind: nextPlace.parent) {
        add(Notice(.warning, refusal))
        scroll = nil
        return []
      }
      let question = text.hasPrefix("//") ? String(text.dropFirst()) : text
      return [.happen(.asked(Question(text: question, place: nextPlace, images: attachments)))]
    }
    editor.remember(text)
    return perform(command)
  }

  mutating func perform(_ command: Command) -> [Effect] {
    switch command {
    case .quit: return [.quit]
    case .home: return activity == .idle ? [.leave] : [.stopAnswer, .leave]
    case .help: helpRow = 0
    case .resume: return [.resumeUnfinished]
    case .tree: openTree()
    case .tokens: openTokens(of: conversation.tip)
    case .sampling: mode = .sampling(SamplingPanel())
    case .about: mode = .about(0)
    case .export(let name): return [.exportChat(to: name)]
    case .attach(let path): return attach(path)
    case .detach: return detach()
    case .model(let name): return changeModel(name)
    case .compare(let name): return compare(with: name)
    case .system(let text): return changeSystem(text)
    case .set(let name, let value): return set(name, value)
    case .unknown(let name):
      add(Notice(.warning, "\(name) is no command: /help lists them; begin with // to send a slash to the model"))
      scroll = nil
    }
    return []
  }

  private mutating func scrollPage(_ direction: Int) {
    scroll(byRows: direction * max(1, areas(in: size).transcript.rows - 1))
  }

  /// Shows what is so many rows further down (up: negative); at the end the answer is followed again.
  mutating func scroll(byRows distance: Int) {
    let area = areas(in: size).transcript
    var layout = transcript(columns: area.columns)
    let bottom = layout.topAtBottom(rows: area.rows)
    let current = scroll.map { layout.position(of: $0) } ?? bottom
    let target = layout.moved(current, by: distance)
    scroll = target >= bottom ? nil : layout.anchor(of: target)
  }
}
