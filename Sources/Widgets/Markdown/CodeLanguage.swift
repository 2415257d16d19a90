/// What a highlighter knows of a programming language.
struct CodeLanguage: Sendable {
  let keywords: Set<String>
  /// Texts that make the rest of the line a comment.
  let lineComments: [[Character]]
  /// Strings and comments that may go over several lines; the longer openers first.
  let longTexts: [(open: [Character], close: [Character], kind: CodeHighlighter.Kind)]
  /// What opens and closes a string within a line.
  let quotes: Set<Character>

  private init(
    _ keywords: String, comments: [String] = [], long: [(String, String, CodeHighlighter.Kind)] = [], quotes: String
  ) {
    self.keywords = Set(keywords.split(whereSeparator: \.isWhitespace).map(String.init))
    lineComments = comments.map(Array.init)
    longTexts = long.map { (Array($0.0), Array($0.1), $0.2) }
    self.quotes = Set(quotes)
  }

  /// The language of a fence's info string; `nil` where it is not known.
  static func named(_ info: String) -> CodeLanguage? {
    let name = info.prefix { !$0.isWhitespace && !"{,:".contains($0) }.lowercased()
    return switch name {
    case "python", "py", "python3", "pycon": python
    case "swift": swift
    case "c", "h", "cpp", "c++", "cc", "cuda", "cu", "objc", "java", "go", "rust", "rs", "kotlin", "cs", "csharp": c
    case "js", "javascript", "ts", "typescript", "jsx", "tsx": javaScript
    case "sh", "bash", "shell", "zsh", "console", "dockerfile", "makefile": shell
    case "json", "jsonl", "json5", "yaml", "yml", "toml": data
    default: nil
    }
  }

  private static let slashComment: (String, String, CodeHighlighter.Kind) = ("/*", "*/", .comment)

  private static let python = CodeLanguage(
    """
    False None True and as assert async await break case class continue def del elif else except finally for from global
    if import in is lambda match nonlocal not or pass raise return self try while with yield
    """,
    comments: ["#"], long: [("\"\"\"", "\"\"\"", .string), ("'''", "'''", .string)], quotes: "\"'")

  private static let swift = CodeLanguage(
    """
    actor any as associatedtype async await borrowing break case catch class consuming continue default defer deinit do
    else enum extension fallthrough false fileprivate final for func get guard if import in indirect init inout internal
    is isolated lazy let mutating nil nonisolated open operator override package private protocol public repeat rethrows
    return self Self set some static struct subscript super switch throw throws true try typealias var weak where while
    """,
    comments: ["//"], long: [("\"\"\"", "\"\"\"", .string), slashComment], quotes: "\"")

  private static let c = CodeLanguage(
    """
    auto bool break case catch char class const constexpr continue default delete do double else enum explicit extern
    false final float fn for friend func go goto if impl import include inline int interface let long match mod mut
    namespace new nil null nullptr operator override package private protected pub public register restrict return
    short signed size_t sizeof static struct super switch template this throw trait true try type typedef typename
    union unsigned use using var virtual void volatile while define ifdef ifndef endif pragma undef
    """,
    comments: ["//"], long: [slashComment], quotes: "\"'")

  private static let javaScript = CodeLanguage(
    """
    abstract as async await break case catch class const continue debugger declare default delete do else enum export
    extends false finally for from function get if implements import in instanceof interface let new null of private
    protected public readonly return set static super switch this throw true try type typeof undefined var void while
    with yield
    """,
    comments: ["//"], long: [slashComment, ("`", "`", .string)], quotes: "\"'")

  private static let shell = CodeLanguage(
    """
    alias break case cd continue do done echo elif else esac eval exec exit export fi for function if in local read
    return set shift source sudo test then trap unset until while FROM RUN COPY CMD ENTRYPOINT ENV WORKDIR
    """,
    comments: ["#"], long: [], quotes: "\"'")

  private static let data = CodeLanguage("true false null yes no", comments: ["#"], long: [], quotes: "\"'")
}
