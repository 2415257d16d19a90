import Sessions

/// What keys do in a chat, beside editing the question.
enum ChatAction: String, Hashable, Sendable {
  case send, help, stop, pageUp, pageDown, interrupt, endOfInput, repaint, suspend
}

extension ChatScreen {
  static let table = KeyTable<ChatAction>([
    .init(.send, [KeyPress(.enter)], "send the question; while an answer comes, after it"),
    .init(.stop, [KeyPress(.escape)], "stop the answer and keep it"),
    .init(.help, [KeyPress(.function(1))], "this help (also ? while nothing is written)"),
    .init(.pageUp, [KeyPress(.pageUp)], "scroll back, also while an answer comes"),
    .init(.pageDown, [KeyPress(.pageDown)], "scroll on; at the end the answer is followed again"),
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
      KeyHelp("Alt-Enter, Ctrl-J", "a new line in the question"),
      KeyHelp("↑, ↓", "earlier and later questions"),
      KeyHelp("Home, End", "begin and end of the line; of the chat while nothing is written"),
      KeyHelp("Ctrl-W, Ctrl-U, Ctrl-K", "delete the word before, all before, all behind"),
      KeyHelp("/quit", "end; /home: back to the start; /resume: continue an unfinished session"),
    ]
  }

  /// A text that begins with a slash and says what the program should do; two slashes send one to the model.
  enum Command: Hashable {
    case quit, home, help, resume
    case unknown(String)

    init?(_ text: String) {
      guard text.hasPrefix("/"), !text.hasPrefix("//"), !text.contains("\n") else { return nil }
      switch text {
      case "/quit", "/exit", "/bye": self = .quit
      case "/home": self = .home
      case "/help", "/?": self = .help
      case "/resume": self = .resume
      default:
        // A path or a fraction at the beginning of a sentence is no command.
        guard text.dropFirst().allSatisfy({ $0.isLetter }) else { return nil }
        self = .unknown(text)
      }
    }
  }
}
