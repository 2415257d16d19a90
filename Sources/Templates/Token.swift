/// A lexical element of a template.
struct Token: Sendable {
  enum Kind: Hashable, Sendable {
    case data
    case variableBegin
    case variableEnd
    case blockBegin
    case blockEnd
    case name
    case string
    case integer
    case float
    case symbol
    case end
  }

  let kind: Kind
  /// The text; of a string literal its value, of a number its digits.
  let text: String
  /// Line of the source, from 1.
  let line: Int

  /// What an error message calls the token.
  var description: String {
    switch kind {
    case .data: "template data / text"
    case .variableBegin: "begin of print statement"
    case .variableEnd: "end of print statement"
    case .blockBegin: "begin of statement block"
    case .blockEnd: "end of statement block"
    case .end: "end of template"
    case .string: "string"
    default: text
    }
  }
}
