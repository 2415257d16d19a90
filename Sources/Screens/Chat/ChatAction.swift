import Sessions

/// What keys do in a chat, beside editing the question.
enum ChatAction: String, Hashable, Sendable {
  case send, help, stop, turns, tint, sampling, copy, attachPasted, pageUp, pageDown, editOutside, interrupt,
    endOfInput, repaint,
    suspend
}

extension ChatScreen {
  static let table = KeyTable<ChatAction>([
    .init(.send, [KeyPress(.enter)], "send the question; while an answer comes, after it"),
    .init(.stop, [KeyPress(.escape)], "stop the answer and keep it"),
    .init(.turns, [KeyPress(.tab)], "look at the turns: change, draw again, go on from one, walk between branches"),
    .init(.tint, [KeyPress(.function(7))], "mark in the answers what surprised the model"),
    .init(.sampling, [KeyPress(.function(5))], "how tokens are chosen: temperature, top-k, seed and the others"),
    .init(.copy, [KeyPress(.character("y"), .alt)], "copy the last answer to the clipboard (OSC 52)"),
    .init(.attachPasted, [KeyPress(.character("i"), .alt)], "attach the image whose path was pasted"),
    .init(.help, [KeyPress(.function(1))], "this help (also ? while nothing is written)"),
    .init(.pageUp, [KeyPress(.pageUp)], "scroll back, also while an answer comes"),
    .init(.pageDown, [KeyPress(.pageDown)], "scroll on; at the end the answer is followed again"),
    .init(.editOutside, [KeyPress(.character("g"), .control)], "write the question in $VISUAL or $EDITOR"),
    .init(.interrupt, [KeyPress(.character("c"), .control)], "stop the answer or drop the question; twice: quit"),
    .init(.endOfInput, [KeyPress(.character("d"), .control)], "quit, while nothing is written"),
    .init(.repaint, [KeyPress(.character("l"), .control)], "draw the screen anew"),
    .init(.suspend, [KeyPress(.character("z"), .control)], "stop the program; fg brings it back"),
  ])

  /// The actions that keys have in a chat.
  public static let keyMap = table.map(named: "chat", takesText: true)
  /// The same, of this screen.
  public var keyMap: KeyMap { ChatScreen.keyMap }

  /// The help with the user's own keys.
  var help: [KeyHelp] { bindings.help(ChatScreen.keys, in: keyMap) }

  /// The keys of a chat, for its help.
  public static var keys: [KeyHelp] {
    table.help + [
      KeyHelp("Home, End", "while nothing is written: begin and end of the chat"),
      KeyHelp("/quit", "end; /home: back to the start; /resume: continue an unfinished session"),
      KeyHelp("/tree", "the tree of all branches; /tokens: the tokens of the last answer"),
      KeyHelp("/attach PATH", "add a PNG image to the question; /detach takes it away"),
      KeyHelp("/model NAME", "go on with another model; /model alone says which it is"),
      KeyHelp("/system TEXT", "another system prompt; /system alone shows it, /system - takes it away"),
      KeyHelp("/set NAME VALUE", "change a sampling setting, as /set temperature 0.2; /sampling: all of them"),
    ] + titled("looking at the turns (Tab)", turnTable.help) + titled("in the tree", treeTable.help)
      + titled("with two answers side by side", comparisonTable.help)
      + titled("among the sampling settings (F5)", samplingTable.help)
      + titled("at an answer's tokens", tokenTable.help)
      + titled("while writing", TextEditor.table.help)
  }

  private static func titled(_ title: String, _ keys: [KeyHelp]) -> [KeyHelp] { [KeyHelp("", title)] + keys }

  /// A text that begins with a slash and says what the program should do; two slashes send one to the model.
  enum Command: Hashable {
    case quit, home, help, resume, tree, tokens, sampling, model(String), system(String), set(String, String)
    case attach(String), detach
    case unknown(String)

    init?(_ text: String) {
      guard text.hasPrefix("/"), !text.hasPrefix("//") else { return nil }
      let words = text.split(separator: " ", maxSplits: 1).map(String.init)
      let rest = words.count > 1 ? words[1] : ""
      switch words.first {
      case "/attach": self = .attach(rest)
      case "/model": self = .model(rest)
      case "/system": self = .system(rest)
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
      default:
        // A path or a fraction at the beginning of a sentence is no command.
        guard text.dropFirst().allSatisfy({ $0.isLetter }) else { return nil }
        self = .unknown(text)
      }
    }
  }
}
