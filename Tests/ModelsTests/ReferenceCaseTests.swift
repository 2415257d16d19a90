import Models
import Tensors
import TestSupport
import Testing

@Suite struct ReferenceCaseTests {
  static let local = (try? ReferenceCase.paths(below: Fixtures.local + "/models")) ?? []
  static let llama = [
    "forward", "tied-biases", "rope-llama3", "rope-yarn", "rope-linear", "published-sharded",
    "half-precision-weights", "generate", "generate-stop",
  ]

  @Test func copiesOfSomeCasesAreHere() { #expect(ReferenceCaseTests.local.count >= 2) }

  @Test(arguments: local, Machine.all) func aCopiedCasePasses(path: String, machine: Machine) {
    expectPass(path, machine)
  }

  @Test(.needsSharedFixtures, arguments: llama, Machine.all)
  func aLlamaCasePasses(name: String, machine: Machine) throws {
    expectPass(try #require(Fixtures.shared) + "/models/llama/" + name, machine)
  }

  private func expectPass(_ path: String, _ machine: Machine) {
    let result = verify(path: path, runners: languageModelRunners, backend: machine.backend)
    #expect(result.failure == nil)
    #expect(!result.outputs.isEmpty)
    for (name, comparison) in result.outputs {
      #expect(comparison.passes, "\(name): \(comparison.largestAbsolute) \(comparison.fault ?? "")")
    }
  }

  @Test(.needsSharedFixtures) func whatIsNotSupportedFailsAndSaysSo() throws {
    let path = try #require(Fixtures.shared) + "/models/llama/train"
    let result = verify(path: path, runners: languageModelRunners, backend: CPUBackend(threads: 1))
    #expect(!result.passes)
    #expect(result.failure == "not supported yet: entry 'train' of family 'llama'")
  }

  @Test func aFolderWithoutACaseFails() {
    let result = verify(path: Fixtures.local, runners: languageModelRunners, backend: CPUBackend(threads: 1))
    #expect(!result.passes)
  }

  @Test func comparisonsFindWhatIsOutsideTheTolerance() {
    func floats(_ elements: [Float]) -> ReferenceValue {
      ReferenceValue(shape: [elements.count], elements: .floats(elements))
    }
    let expected = floats([1, 100])
    let tolerance = (absolute: 0.01, relative: 0.001)
    #expect(Comparison(floats([1.01, 100.1]), with: expected, tolerance: tolerance).passes)
    let off = Comparison(floats([1.02, 100]), with: expected, tolerance: tolerance)
    #expect(!off.passes)
    #expect(abs(off.largestAbsolute - 0.02) < 1e-6)
    #expect(!Comparison(floats([.nan, 100]), with: expected, tolerance: tolerance).passes)
    #expect(!Comparison(floats([1]), with: expected, tolerance: tolerance).passes)
    #expect(!Comparison(nil, with: expected, tolerance: tolerance).passes)
    let ids = ReferenceValue(shape: [2], elements: .integers([3, 4]))
    let other = ReferenceValue(shape: [2], elements: .integers([3, 5]))
    #expect(Comparison(ids, with: ids, tolerance: tolerance).passes)
    #expect(!Comparison(other, with: ids, tolerance: (absolute: 9, relative: 9)).passes)
  }
}
