public import JSONText
public import OrderedCollections

/// A compiled chat template: Jinja2 with Python's values, as transformers renders it.
///
/// Whitespace is controlled as with `trim_blocks` and `lstrip_blocks`; `raise_exception`, `strftime_now`, `break`, `continue` and
/// `{% generation %}` are known, and `tojson` is `json.dumps`. Other than there, methods that change lists and dictionaries are
/// allowed: values live for one rendering only. Reference: transformers 5 `chat_template_utils.py`, Jinja2 3.1.
public struct ChatTemplate: Sendable {
  private let program: Program

  /// Compiles a template.
  ///
  /// - Throws: `TemplateError` of kind `compile` with the line of the fault.
  public init(source: String) throws(TemplateError) {
    program = try onLargeStack { () throws(TemplateError) in try Parser.program(source: source) }
  }

  /// Renders the template with the given variables.
  ///
  /// - Parameters:
  ///   - context: the variables. Strings in them are not trusted, apart from those of top-level names that end in `_token`
  ///     (`bos_token`, `eos_token`) and the standard role names in `messages`.
  ///   - now: the time `strftime_now` tells; the local time where nil.
  ///   - limits: what bounds the work and memory.
  /// - Throws: `TemplateError`, of kind `raiseException` where the template itself refused.
  public func render(
    _ context: OrderedDictionary<String, JSONValue>, now: DateTime? = nil, limits: TemplateLimits = TemplateLimits()
  ) throws(TemplateError) -> RenderedText {
    let program = program
    return try onLargeStack { () throws(TemplateError) in
      var conversion = ContextConversion()
      let variables = try conversion.variables(context, names: program.names)
      let interpreter = Interpreter(
        program: program, limits: limits, now: now ?? .now, inputBytes: conversion.bytes + program.sourceBytes)
      defer { interpreter.releaseValues() }
      for (name, value) in variables { interpreter.root.assign(name, value) }
      return RenderedText(try interpreter.run())
    }
  }

  /// Renders a conversation.
  ///
  /// - Parameters:
  ///   - messages: objects with `role`, `content` and whatever else the template knows; prepared as `prepared(messages:)` does.
  ///   - tools: descriptions of functions; a template sees `none` where nil, as transformers has it.
  ///   - addGenerationPrompt: whether the text ends with the start of an answer.
  ///   - bosToken: text of the token that starts a sequence, where the vocabulary has one.
  ///   - eosToken: text of the token that ends a sequence.
  ///   - extra: further variables, such as `enable_thinking`.
  ///   - now: the time `strftime_now` tells; the local time where nil.
  /// - Throws: `TemplateError`.
  public func render(
    messages: [JSONValue], tools: [JSONValue]? = nil, addGenerationPrompt: Bool, bosToken: String? = nil,
    eosToken: String? = nil, extra: OrderedDictionary<String, JSONValue> = [:], now: DateTime? = nil,
    limits: TemplateLimits = TemplateLimits()
  ) throws(TemplateError) -> RenderedText {
    var context: OrderedDictionary<String, JSONValue> = [
      "messages": .array(ChatTemplate.prepared(messages: messages)),
      "tools": tools.map { .array($0) } ?? .null,
      "documents": .null,
      "add_generation_prompt": .bool(addGenerationPrompt),
    ]
    if let bosToken { context["bos_token"] = .string(bosToken) }
    if let eosToken { context["eos_token"] = .string(eosToken) }
    for (name, value) in extra { context[name] = value }
    return try render(context, now: now, limits: limits)
  }

  /// Messages as transformers hands them to a template: keys that are null are dropped, and `reasoning_content` and `thinking`
  /// stand for each other where only one is given. Applying it again changes nothing.
  public static func prepared(messages: [JSONValue]) -> [JSONValue] {
    messages.map { message in
      guard var members = message.object else { return message }
      members.removeAll { $0.value.isNull }
      if let reasoning = members["reasoning_content"], members["thinking"] == nil {
        members["thinking"] = reasoning
      } else if let thinking = members["thinking"], members["reasoning_content"] == nil {
        members["reasoning_content"] = thinking
      }
      return .object(members)
    }
  }
}
