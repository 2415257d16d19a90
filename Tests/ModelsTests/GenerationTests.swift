import JSONText
import Models
import Tensors
import TestSupport
import Testing

/// The default model against llama.cpp: fixtures/generation, whose README says how to compare.
@Suite(.needsSharedFixtures, .needsDefaultModel) struct GenerationTests {
  @Test(arguments: Machine.all) func theBestTokenIsTheReferencesAtDecidedSteps(machine: Machine) throws {
    guard machine.instructions != .scalar else { return }
    let file = try #require(Fixtures.shared) + "/generation/smollm2-greedy.json"
    let cases = try #require(JSONValue(parsing: Fixtures.bytes(file))["cases"]?.array)
    let model = try loadLanguageModel(path: try #require(DefaultModel.path), backend: machine.backend)
    func ids(_ value: JSONValue?) -> [Int32] { (value?.array ?? []).compactMap { $0.integer.map { Int32($0) } } }
    var decided = 0
    for reference in cases {
      let (prompt, generated) = (ids(reference["prompt_ids"]), ids(reference["generated_ids"]))
      let fed = prompt + generated.dropLast()
      for type in [ElementType.f32, .f16, .q8_0] {
        let cache = try model.makeCache(capacity: fed.count, elementType: type)
        let logits = try model(fed, cache: cache, logits: .suffix(generated.count))
        for (step, statistics) in try logits.rowStatistics().enumerated() {
          guard reference["steps"]?[step]?["decided"]?.bool == true else { continue }
          // The reference's own cache is F32; the rounded ones are held to it where it stands clear.
          let margin = reference["steps"]?[step]?["margin"]?.double ?? 0
          guard type == .f32 || margin > 1 else { continue }
          let name = reference["name"]?.string ?? ""
          #expect(statistics.index == Int(generated[step]), "\(name), step \(step), margin \(margin), \(type)")
          decided += 1
        }
      }
    }
    #expect(decided > 400)
  }
}
