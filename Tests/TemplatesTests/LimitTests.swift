import JSONText
import OrderedCollections
import Templates
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A template from a downloaded model may be hostile: each of these must end in an error, soon, in little memory.
@Suite struct LimitTests {
  static let hostile = [
    "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}",
    "{{ 'ab' * 1000000000000 }}", "{{ [0] * 1000000000000 }}", "{{ 9 ** 9 ** 9 ** 9 ** 9 }}", "{{ 2 ** 100000000 }}",
    "{{ range(1000000000) }}", "{{ range(-9223372036854775807, 9223372036854775807) }}",
    "{{ range(0, 9223372036854775807, 1) }}", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% set ns = namespace(x='a') %}{% for i in range(1000) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(1000) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
    "{% set l = [] %}{% set _ = l.append(l) %}{{ l }}", "{% set l = [] %}{% set _ = l.append(l) %}{{ l|tojson }}",
    "{% set d = {} %}{% set _ = d.update(a=d) %}{{ d == {'a': d} }}{{ d|pprint }}",
    "{% set l = [] %}{% set _ = l.append(l) %}{% set k = [] %}{% set _ = k.append(k) %}{{ l < k }}",
    "{{ 'a'|center(1000000000000) }}", "{{ 'a'.ljust(1000000000000) }}", "{{ 'a'.zfill(1000000000000) }}",
    "{{ '%1000000000000d' % 1 }}", "{{ '%.999999999f' % 1.5 }}", "{{ '{:1000000000}'.format(1) }}",
    "{{ '{:.1000000000f}'.format(1.5) }}", "{{ '%*d' % (1000000000, 1) }}", "{{ 'a\nb'|indent(100000000000) }}",
    "{{ [1]|tojson(indent=100000000000) }}", "{{ [1]|batch(1000000000000, 0)|list }}",
    "{{ [1]|slice(10000000000)|list }}",
    "{{ 'a\tb'.expandtabs(100000000000) }}", "{{ ('a' * 3000000).replace('', 'b' * 1000)|length }}",
    "{{ ('a' * 3000000)|list|length }}{{ ('a' * 3000000).split('a')|length }}",
    "{{ (-9223372036854775807 - 1)|abs ~ (-9223372036854775807 - 1) // -1 ~ 1 / 0 }}", "{{ xs[::0] }}",
    "{{ 1e308 * 10 // 1 }}{{ 1 / 0 }}", "{{ [[1, 2]]|sum }}", "{{ raise_exception('no') }}", "{{ lipsum() }}",
    "{{ [1, 2]|random }}",
    "{% set ns = namespace(l=[]) %}{% for i in range(100) %}{% set ns.l = ns.l + ['a' * 3000000 ~ i] %}{% endfor %}",
    "{% for i in range(99999) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' * 100 }}{% endfor %}",
    "{{ '{0:{0}}'.format(999999999) }}", "{% include 'other' %}", "{{ ('a' * 1000000) in missing.x }}",
  ]

  @Test(arguments: LimitTests.hostile) func hostileTemplatesEndInAnError(source: String) throws {
    var limits = TemplateLimits()
    limits.seconds = 3
    let start = ContinuousClock.now
    #expect(throws: TemplateError.self) { try ChatTemplate(source: source).render(["xs": [1]], limits: limits) }
    #expect(ContinuousClock.now - start < .seconds(60))
  }

  /// The edges of 64 bits, where arithmetic would trap.
  @Test(arguments: [
    "(m) ** 2", "(m) ** m", "m|abs", "m // -1", "m % -1", "-m", "m * m", "m - 1", "'%d' % 0.0", "'%d' % -0.5",
    "'%d' % m",
    "'%x' % m", "1.5|round(m)", "1|round(m)", "15|round(-19)", "range(0, -5, m)|list", "range(5, 0, m)[::m]",
    "range(M, 0, -M)[0:1]|list", "range(M - 1, M)|list", "xs[m:M:M]", "xs[M:m:m]", "xs[m]", "xs[M]", "'abc'[m:M:m]",
    "'abc'[::m]", "xs.insert(m, 1) or xs.insert(M, 2)", "xs.pop(m)", "'abc'.find('a', m, M)", "'abc'.center(m)",
    "'abc'.split('b', m)", "'abc'|truncate(M)", "'abc'|wordwrap(M)", "xs|batch(M)|list", "xs|batch(m)|list",
    "xs|slice(m)|list", "'{:d}'.format(m)", "'a'.expandtabs(m)", "'%*d' % (m, 1)", "m|float|int",
    "1e308|int|string|length",
    "m|filesizeformat", "1e400|filesizeformat", "(1e400 - 1e400)|int", "m ** -1", "m / 0.5", "m == m|float", "m|tojson",
    "'abc'.replace('b', 'c', m)", "'a' * m", "xs * m", "xs|sum(start=M)", "M|string|int", "('1' * 5000)|int",
    "xs.9999999999999999999", "1e-400", "0.0 ** 0", "range(M, m, m)|list", "range(m, M, M)|list",
    "{m: 1, M: 2}[m|float]",
  ])
  func edgesOfIntegersNeverTrap(expression: String) throws {
    let template = try ChatTemplate(source: "{% set r = \(expression) %}{{ r }}")
    // An error is as good as a value; what counts is that there is an answer.
    do throws(TemplateError) {
      _ = try template.render(["m": .integer(.min), "M": .integer(.max), "xs": [1, 2, 3]])
    } catch {
      #expect(error.kind == .runtime)
    }
  }

  static let deepSources: [String] = {
    let count = 20_000
    let many = { (text: String) in String(repeating: text, count: count) }
    return [
      "{{ " + many("(") + "1" + many(")") + " }}", "{{ " + many("[") + many("]") + " }}",
      "{{ " + many("{1:") + "1" + many("}") + " }}", "{{ " + many("-") + "1 }}", "{{ " + many("- ") + "x }}",
      "{{ x" + many("[x") + many("]") + " }}", "{{ x" + many("(x") + many(")") + " }}",
      "{{ x" + many("|f(x") + many(")") + " }}", many("{% if 1 %}"), many("{% for x in y %}"),
      many("{% if 1 %}") + many("{% endif %}"), "{{ x" + many(".y") + " }}", "{{ x" + many("|trim") + " }}",
      "{{ x" + many("()") + " }}", "{{ " + many("1 if 1 else ") + "1 }}", "{{ 1 " + many("if 1 ") + " }}",
      "{% set " + many("(") + "a" + many(")") + " = 1 %}", many("{% macro m() %}"),
      "{{ x" + many(" is defined") + " }}",
      many("{"), many("{{"), many("{%"), many("{#"), "{{ " + many("{"), many("{% raw %}"),
    ]
  }()

  /// Depth is refused by count, on a caller's small stack too.
  @Test(arguments: LimitTests.deepSources.indices) func deepSourcesAreRefused(index: Int) {
    let source = LimitTests.deepSources[index]
    #expect(onSmallStack { (try? ChatTemplate(source: source)) == nil })
  }

  @Test func longChainsWithoutDepthAreFine() throws {
    let many = { (text: String) in String(repeating: text, count: 5000) }
    let sources = [
      "{{ 0" + many(" + 1") + " }}": "5000", "{{ 'a'" + many(" ~ 'b'") + " }}": "a" + many("b"),
      "{{ " + many("not ") + "1 }}": "True", "{{ 1" + many(" and 1") + " }}": "1",
      "{% if 0 %}" + many("{% elif 0 %}") + "{% else %}x{% endif %}": "x",
    ]
    for (source, expected) in sources {
      #expect(try ChatTemplate(source: source).render([:]).text == expected)
    }
  }

  /// The deepest evaluation that is allowed fits the stack, in a debug build as well.
  @Test func deepestEvaluationFits() throws {
    let parens = { (text: String) in String(repeating: "(", count: 60) + text + String(repeating: ")", count: 60) }
    let nested = String(repeating: "{% if 1 %}", count: 40)
    let closed = String(repeating: "{% endif %}", count: 40)
    let inner = "[x|default(-(m(n - 1)|trim))]|map('string')|join"
    let source =
      "{% macro m(n) %}\(nested){{ \(parens("1 + 2 if n < 0 else " + inner)) }}\(closed){% endmacro %}{{ m(999) }}"
    #expect(throws: TemplateError.self) { try ChatTemplate(source: source).render([:]) }
    #expect(onSmallStack { (try? ChatTemplate(source: source).render([:])) == nil })
  }

  @Test func deeplyNestedContextIsRefusedOrRendered() throws {
    var value = JSONValue.array([])
    for _ in 0..<250 { value = .array([value]) }
    let template = try ChatTemplate(source: "{{ x|tojson }}{{ x }}{{ x == x }}{{ x|pprint|length > 0 }}")
    #expect(try template.render(["x": value]).text.hasPrefix("[["))
    for _ in 0..<100 { value = .array([value]) }
    #expect(throws: TemplateError.self) { try template.render(["x": value]) }
  }

  @Test func limitsGrowWithTheInput() throws {
    let long = String(repeating: "0123456789", count: 4_000_000)
    let template = try ChatTemplate(source: "{{ m|trim }}{{ m.split('x')[0] }}")
    #expect(try template.render(["m": .string(long)]).text.utf8.count == 80_000_000)
  }
}

/// Runs a closure on a thread with 512 KB of stack.
private func onSmallStack(_ body: @escaping @Sendable () -> Bool) -> Bool {
  final class Box {
    let body: @Sendable () -> Bool
    var result = false
    init(_ body: @escaping @Sendable () -> Bool) { self.body = body }
  }
  let box = Box(body)
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setstacksize(&attributes, 512 << 10)
  let argument = Unmanaged.passUnretained(box).toOpaque()
  #if canImport(Darwin)
    var thread: pthread_t?
    let status = pthread_create(
      &thread, &attributes,
      { pointer in
        let box = Unmanaged<Box>.fromOpaque(pointer).takeUnretainedValue()
        box.result = box.body()
        return nil
      }, argument)
    guard status == 0, let thread else { return false }
  #else
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { pointer in
        guard let pointer else { return nil }
        let box = Unmanaged<Box>.fromOpaque(pointer).takeUnretainedValue()
        box.result = box.body()
        return nil
      }, argument)
    guard status == 0 else { return false }
  #endif
  pthread_join(thread, nil)
  return box.result
}
