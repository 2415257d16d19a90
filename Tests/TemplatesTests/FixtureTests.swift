import JSONText
import OrderedCollections
import Templates
import TestSupport
import Testing

/// A rendering and what the reference implementation made of it.
struct ReferenceCase {
  let name: String
  let source: String
  let context: OrderedDictionary<String, JSONValue>
  let answer: JSONValue

  /// What differs from the reference; nil if nothing does.
  func difference(_ template: Result<ChatTemplate, TemplateError>, now: DateTime?) -> String? {
    let expected = answer["expected"]?.string
    let mutable = answer["expected_if_mutable"]?.string
    do throws(TemplateError) {
      let rendered = try template.get().render(context, now: now).text
      if rendered == expected || rendered == mutable { return nil }
      return "\(name): got \(JSONValue.string(rendered).text), expected \(answer["expected"]?.text ?? "an error")"
    } catch {
      guard let wanted = answer["error"] else { return "\(name): \(error)" }
      if wanted["kind"]?.string != error.kind.rawValue { return "\(name): \(error), expected \(wanted.text)" }
      if error.kind == .raiseException, wanted["message"]?.string != error.message {
        return "\(name): refused with \(error.message), expected \(wanted.text)"
      }
      return nil
    }
  }
}

@Suite struct FixtureTests {
  static func differences(casesIn folder: String) throws -> (count: Int, differences: [String]) {
    let file = try JSONValue(parsing: Fixtures.bytes(folder + "/cases.json"))
    let now = file["now"]?.string.flatMap { DateTime(iso: $0) }
    var templates: [String: Result<ChatTemplate, TemplateError>] = [:]
    var differences: [String] = []
    let cases = file["cases"]?.array ?? []
    for entry in cases {
      let path = entry["template"]?.string ?? ""
      if templates[path] == nil {
        let source = String(decoding: try Fixtures.bytes(folder + "/" + path), as: UTF8.self)
        templates[path] = Result { () throws(TemplateError) in try ChatTemplate(source: source) }
      }
      var context: OrderedDictionary<String, JSONValue> = [
        "messages": entry["messages"] ?? .null, "tools": entry["tools"] ?? .null,
      ]
      for (name, value) in entry["kwargs"]?.object ?? [:] { context[name] = value }
      let reference = ReferenceCase(
        name: path + ", " + (entry["name"]?.string ?? ""), source: "", context: context, answer: entry)
      guard let template = templates[path] else { continue }
      if let difference = reference.difference(template, now: now) { differences.append(difference) }
    }
    return (cases.count, differences)
  }

  static func differences(snippetsIn path: String) throws -> (count: Int, differences: [String]) {
    let file = try JSONValue(parsing: Fixtures.bytes(path))
    let now = file["now"]?.string.flatMap { DateTime(iso: $0) }
    let cases = file["cases"]?.array ?? []
    var differences: [String] = []
    for entry in cases {
      let source = entry["template"]?.string ?? ""
      let reference = ReferenceCase(
        name: source, source: source, context: file["context"]?.object ?? [:], answer: entry)
      let template = Result { () throws(TemplateError) in try ChatTemplate(source: source) }
      if let difference = reference.difference(template, now: now) { differences.append(difference) }
    }
    return (cases.count, differences)
  }

  @Test(.needsSharedFixtures) func publishedTemplatesRenderToTheByte() throws {
    let folder = try #require(Fixtures.shared) + "/templates"
    let (count, differences) = try FixtureTests.differences(casesIn: folder)
    #expect(count > 1000)
    #expect(differences.isEmpty, "\(differences.prefix(5).joined(separator: "\n"))")
  }

  @Test(.needsSharedFixtures) func snippetsRenderToTheByte() throws {
    let folder = try #require(Fixtures.shared) + "/templates"
    let (count, differences) = try FixtureTests.differences(snippetsIn: folder + "/snippets.json")
    #expect(count > 200)
    #expect(differences.isEmpty, "\(differences.prefix(5).joined(separator: "\n"))")
  }

  @Test func localTemplatesRenderToTheByte() throws {
    let (count, differences) = try FixtureTests.differences(casesIn: Fixtures.local + "/templates")
    #expect(count > 10)
    #expect(differences.isEmpty, "\(differences.prefix(5).joined(separator: "\n"))")
  }

  /// Snippets whose expected texts come from Jinja2 3.1.6 in the environment that transformers sets up.
  @Test func localSnippetsRenderToTheByte() throws {
    let (count, differences) = try FixtureTests.differences(snippetsIn: Fixtures.local + "/templates/snippets.json")
    #expect(count > 100)
    #expect(differences.isEmpty, "\(differences.prefix(5).joined(separator: "\n"))")
  }

  @Test(.needsSharedFixtures) func malformedTemplatesAreRefused() throws {
    let folder = try #require(Fixtures.shared) + "/malformed/"
    let manifest = try JSONValue(parsing: Fixtures.bytes(folder + "manifest.json"))
    let files = (manifest["files"]?.array ?? []).filter { $0["kind"]?.string == "chat-template" }
    #expect(files.count > 3)
    var limits = TemplateLimits()
    limits.seconds = 1
    for file in files {
      let path = file["file"]?.string ?? ""
      let source = String(decoding: try Fixtures.bytes(folder + path), as: UTF8.self)
      if file["expect"]?.string == "error" {
        #expect(throws: TemplateError.self, "\(path)") {
          try ChatTemplate(source: source).render(["messages": []], limits: limits)
        }
      } else {
        _ = try? ChatTemplate(source: source).render(["messages": []], limits: limits)
      }
    }
  }
}
