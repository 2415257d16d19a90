import JSONText
import OrderedCollections
import Templates
import Testing

@Suite struct ChatTemplateTests {
  @Test func chatHelperGivesTheStandardVariables() throws {
    let template = try ChatTemplate(
      source: "{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m.content }};{% endfor %}"
        + "{{ tools is none }}{{ add_generation_prompt }}{{ x }}{{ eos_token is defined }}{{ strftime_now('%Y') }}")
    let rendered = try template.render(
      messages: [["role": "user", "content": "hi", "name": nil]], addGenerationPrompt: true, bosToken: "<s>",
      extra: ["x": 1], now: DateTime(iso: "2026-03-14"))
    #expect(rendered.text == "<s>user:hi;TrueTrue1False2026")
  }

  @Test func messagesArePreparedOnceAndForAll() {
    let messages: [JSONValue] = [
      ["role": "assistant", "content": nil, "reasoning_content": "r"], ["role": "assistant", "thinking": "t"],
      ["thinking": "a", "reasoning_content": "b"], "odd",
    ]
    let prepared = ChatTemplate.prepared(messages: messages)
    #expect(
      prepared == [
        ["role": "assistant", "reasoning_content": "r", "thinking": "r"],
        ["role": "assistant", "thinking": "t", "reasoning_content": "t"],
        ["thinking": "a", "reasoning_content": "b"], "odd",
      ])
    #expect(ChatTemplate.prepared(messages: prepared) == prepared)
  }

  @Test func errorsNameKindAndLine() {
    let failure = { (source: String) -> TemplateError? in
      do throws(TemplateError) {
        _ = try ChatTemplate(source: source).render([:])
        return nil
      } catch {
        return error
      }
    }
    #expect(
      failure("a\n{{ 1 + }}") == TemplateError(kind: .compile, message: "unexpected 'end of print statement'", line: 2))
    #expect(failure("a\n\n{{ none + 1 }}")?.line == 3)
    #expect(
      failure("{{ raise_exception('no\nway') }}") == TemplateError(kind: .raiseException, message: "no\nway", line: 1))
    #expect(
      failure("{{ raise_exception('no\u{1B}\nway') }}")?.description
        == "chat template refused the conversation: no\\x1b\\nway (line 1)")
  }

  @Test func integersBeyond64BitsAreExact() throws {
    let source =
      "{{ 2 ** 200 // 3 ** 50 }} {{ -(10 ** 30) % 7 }} {{ 9223372036854775807 + 1 }} {{ 10 ** 30 - 10 ** 30 }}"
    #expect(
      try ChatTemplate(source: source).render([:]).text
        == "2238393297946874000179418290327143433 6 9223372036854775808 0")
  }

  @Test(arguments: [
    ("2026-03-14T15:09:26", "2026-03-14 15:09:26.000000"), ("2026-03-14", "2026-03-14 00:00:00.000000"),
    ("2024-02-29 23:59:59.25Z", "2024-02-29 23:59:59.250000"), ("2026-03-14T15:09+02:00", "2026-03-14 15:09:00.000000"),
  ])
  func readsTimes(text: String, expected: String) {
    #expect(DateTime(iso: text)?.formatted("%Y-%m-%d %H:%M:%S.%f") == expected)
  }

  @Test(arguments: [
    "", "2026", "2026-13-01", "2026-02-29", "2026-03-14T", "2026-03-14T25:00", "2026-03-14x", "tomorrow",
  ])
  func refusesTimes(text: String) { #expect(DateTime(iso: text) == nil) }

  @Test func weeksFollowTheirDefinitions() {
    #expect(DateTime(iso: "2026-01-04")?.formatted("%U %V %W %G %u %w %j") == "01 01 00 2026 7 0 004")
    #expect(DateTime(iso: "2021-01-03")?.formatted("%U %V %W %G") == "01 53 00 2020")
    #expect(DateTime(iso: "2024-12-30")?.formatted("%U %V %W %G") == "52 01 53 2025")
  }
}
