import Sessions

/// What keys do in a chat, beside editing the question.
enum ChatAction: String, Hashable, Sendable {
  case send, help, stop, turns, tint, sampling, copy, export, attachPasted, pageUp, pageDown, first, last
  case editOutside, interrupt, endOfInput, repaint, suspend

  /// Whether the key edits the question while there is something in it.
  var wantsNothingWritten: Bool { [.endOfInput, .first, .last].contains(self) }
}

extension ChatScreen {
  static let table = KeyTable<ChatAction>([
    .init(.send, [KeyPress(.enter)], "send the question; while an answer comes, after it"),
    .init(.stop, [KeyPress(.escape)], "stop the answer and keep it"),
    .init(.turns, [KeyPress(.tab)], "look at the turns: change, draw again, go on from one, walk between branches"),
    .init(.tint, [KeyPress(.function(7))], "mark in the answers what surprised the model"),
    .init(.sampling, [KeyPress(.function(5))], "how tokens are chosen: temperature, top-k, seed and the others"),
    .init(.copy, [KeyPress(.character("y"), .alt)], "copy the last answer to the clipboard (OSC 52)"),
    .init(.export, [KeyPress(.character("e"), .alt)], "write the chat into a Markdown file in the current folder"),
    .init(.attachPasted, [KeyPress(.character("i"), .alt)], "attach the image whose path was pasted"),
    .init(.help, [KeyPress(.function(1))], "this help (also ? while nothing is written)"),
    .init(.pageUp, [KeyPress(.pageUp)], "scroll back, also while an answer comes"),
    .init(.pageDown, [KeyPress(.pageDown)], "scroll on; at the end the answer is followed again"),
    .init(.first, [KeyPress(.home)], "to the begin of the chat, while nothing is written"),
    .init(.last, [KeyPress(.end)], "to its end, while nothing is written"),
    .init(.editOutside, [KeyPress(.character("g"), .control)], "write the question in $VISUAL or $EDITOR"),
    .init(.interrupt, [KeyPress(.character("c"), .control)], "stop the answer or drop the question; twice: quit"),
    .init(.endOfInput, [KeyPress(.character("d"), .control)], "quit, while nothing is written"),
    .init(.repaint, [KeyPress(.character("l"), .control)], "draw the screen anew"),
    .init(.suspend, [KeyPress(.character("z"), .control)], "stop the program; fg brings it back"),
  ])

  /// The keys of a chat, for its help.
  var help: [KeyHelp] {
    bindings.help(of: ChatScreen.keyMap) + [
      KeyHelp("/quit", "end; /home: back to the start; /resume: continue an unfinished session"),
      KeyHelp("/tree", "the tree of all branches; /tokens: the tokens of the last answer; /about: model and session"),
      KeyHelp(
        "/export FILE", "write the chat into a new file, .md or .json; without a name into one named as the session"),
      KeyHelp("/attach PATH", "add a PNG image to the question; /detach takes it away"),
      KeyHelp("/model NAME", "go on with another model; /model alone says which it is"),
      KeyHelp("/compare NAME", "another model's answer to the last question, beside this one; then back to this model"),
      KeyHelp("/system TEXT", "another system prompt; /system alone shows it, /system - takes it away"),
      KeyHelp("/set NAME VALUE", "change a sampling setting, as /set temperature 0.2; /sampling: all of them"),
    ] + titled("with panes beside the chat", ChatScreen.paneMap) + titled("looking at the turns", ChatScreen.turnMap)
      + titled("in the tree", ChatScreen.treeMap)
      + titled("with two answers side by side", ChatScreen.comparisonMap)
      + titled("among the sampling settings", ChatScreen.samplingMap)
      + titled("at an answer's tokens", ChatScreen.tokenMap) + titled("at the facts of the chat", ChatScreen.aboutMap)
      + titled("while writing", TextEditor.keyMap)
  }

  private func titled(_ title: String, _ map: KeyMap) -> [KeyHelp] { [KeyHelp("", title)] + bindings.help(of: map) }

  /// A text that begins with a slash and says what the program should do; two slashes send one to the model.
  enum Command: Hashable {
    case quit, home, help, resume, tree, tokens, sampling, about, detach
    case model(String), compare(String), system(String), set(String, String), export(String), attach(String)
    case unknown(String)

    init?(_ text: String) {
      guard text.hasPrefix("/"), !text.hasPrefix("//") else { return nil }
      let words = text.split(separator: " ", maxSplits: 1).map(String.init)
      let rest = words.count > 1 ? words[1] : ""
      switch words.first {
      case "/attach": self = .attach(rest)
      case "/model": self = .model(rest)
      case "/compare": self = .compare(rest)
      case "/system": self = .system(rest)
      case "/export": self = .export(rest)
      case "/set":
        let parts = rest.split(separator: " ", maxSplits: 1).map(String.init)
        self = .set(parts.first ?? "", parts.count > 1 ? parts[1] : "")
      default: self.init(word: text)
      }
    }

    private init?(word text: String) {
      guard !text.contains("\n") else { return nil }
      switch text {
      case "/quit", "/exit", "/bye": self = .quit
      case "/home": self = .home
      case "/help", "/?": self = .help
      case "/resume": self = .resume
      case "/detach": self = .detach
      case "/tree": self = .tree
      case "/tokens": self = .tokens
      case "/sampling": self = .sampling
      case "/about": self = .about
      default:
        // A path or a fraction at the beginning of a sentence is no command.
        guard text.dropFirst().allSatisfy({ $0.isLetter }) else { return nil }
        self = .unknown(text)
      }
    }
  }
}
