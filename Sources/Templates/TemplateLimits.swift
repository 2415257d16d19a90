/// How much a template may do: a template comes with a downloaded model, so it is untrusted.
///
/// Whatever limit is reached, rendering ends with a `TemplateError` of kind `runtime`.
public struct TemplateLimits: Sendable {
  /// Evaluation steps: one per statement and operator, more for long texts; they grow with the input too.
  public var steps = 10_000_000
  /// Wall-clock time in seconds.
  public var seconds = 4.0
  /// Bytes that all values made while rendering may take together; `allowancePerInputByte` is added for each byte of input.
  public var bytes = 64 << 20
  /// Bytes of the longest text, the rendered one included; `allowancePerInputByte` is added for each byte of input.
  public var textBytes = 4 << 20
  /// What the two limits above grow by for each byte of template and context.
  public var allowancePerInputByte = 64
  /// Deepest nesting of macro calls.
  public var callDepth = 200
  /// Longest `range()`; Jinja2's sandbox has the same limit.
  public var rangeLength = 100_000

  /// Creates the default limits.
  public init() {}

  /// Deepest nesting of blocks and of expressions in a source.
  static let syntaxDepth = 100
  /// Longest source in bytes.
  static let sourceBytes = 8 << 20
  /// Deepest nesting of statements and expressions being evaluated, those of called macros included.
  static let evaluationDepth = 3000
  /// Deepest nesting of a value that is printed, compared or hashed.
  static let valueDepth = 300
}
