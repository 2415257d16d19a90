import JSONText
import OrderedCollections
import Templates
import TestSupport
import Testing

/// A small deterministic generator (SplitMix64).
private struct Random: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// Mutated templates never crash or hang; LATHE_FUZZ_ITERATIONS sets how many are tried.
@Suite struct FuzzTests {
  private static let pieces = [
    "{{", "}}", "{%", "%}", "{#", "#}", "-%}", "{%-", "{{-", "-}}", " if ", " else ", "{% endif %}",
    "{% for x in xs %}",
    "{% endfor %}", "|", "|join", "|tojson", "|map('upper')", "|sort", "|batch(2)", "|indent(3)", "|int", "|round(2)",
    "'", "\"", "\\", "(", ")", "[", "]", "{", "}", ":", "::-1", ",", ".", "~", "+", "-", "*", "**", "//", "%", "==",
    "<",
    " in ", " is ", " not ", "none", "true", "0", "1", "-1", "9223372036854775807", "1e308", "99999999999999999999",
    "'a'", "xs", "d", "s", "u", "missing", "loop", "loop.index", "range(3)", "namespace()", "é", "🙂", "\u{0}", "\n",
    "{% set x = ", "{% macro m(a) %}", "{% endmacro %}", "m(1)", ".append(", ".format(", "'%s %d' % ", ".split(",
    "caller",
  ]

  private static func seeds() throws -> [[UInt8]] {
    let local = Fixtures.local + "/templates"
    var seeds: [[UInt8]] = []
    for name in Fixtures.names(in: local + "/jinja") { seeds.append(try Fixtures.bytes(local + "/jinja/" + name)) }
    let snippets = try JSONValue(parsing: Fixtures.bytes(local + "/snippets.json"))
    for entry in snippets["cases"]?.array ?? [] { seeds.append(Array((entry["template"]?.string ?? "").utf8)) }
    return seeds
  }

  private static func mutated(_ seed: [UInt8], _ seeds: [[UInt8]], _ random: inout Random) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0:
        bytes.insert(contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: place)
      case 1:
        let end = min(bytes.count, place + Int.random(in: 1...20, using: &random))
        bytes.removeSubrange(place..<end)
      case 2 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 3:
        let end = min(bytes.count, place + Int.random(in: 1...60, using: &random))
        bytes.insert(contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0...bytes.count, using: &random))
      default:
        let other = seeds.randomElement(using: &random) ?? []
        let start = Int.random(in: 0...other.count, using: &random)
        bytes.insert(contentsOf: other[start..<min(other.count, start + 40)], at: place)
      }
    }
    return bytes
  }

  @Test func mutatedTemplatesNeverCrash() throws {
    let iterations = Fixtures.environment("LATHE_FUZZ_ITERATIONS").flatMap { Int($0) } ?? 1500
    let seeds = try FuzzTests.seeds()
    let snippets = try JSONValue(parsing: Fixtures.bytes(Fixtures.local + "/templates/snippets.json"))
    var context = snippets["context"]?.object ?? [:]
    context["messages"] = [["role": "user", "content": "hi <|im_end|>"], ["role": "assistant", "content": "yo"]]
    context["bos_token"] = "<s>"
    var limits = TemplateLimits()
    limits.steps = 50_000
    limits.seconds = 2
    limits.bytes = 16 << 20
    limits.textBytes = 1 << 20
    limits.allowancePerInputByte = 0
    var random = Random(state: 20_261_123)
    var rendered = 0
    for _ in 0..<iterations {
      let bytes = FuzzTests.mutated(seeds.randomElement(using: &random) ?? [], seeds, &random)
      do throws(TemplateError) {
        let template = try ChatTemplate(source: String(decoding: bytes, as: UTF8.self))
        _ = try template.render(context, limits: limits)
        rendered += 1
      } catch {
        #expect(!error.description.contains("\n"))
      }
    }
    #expect(rendered > 0)
  }
}
