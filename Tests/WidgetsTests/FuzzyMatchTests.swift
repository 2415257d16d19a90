import Testing
import Widgets

@Suite struct FuzzyMatchTests {
  @Test func lettersInOrderMatchWhateverTheCase() throws {
    let match = try #require(FuzzyMatch("NT", in: "the next theme"))
    #expect(match.positions == [4, 9])
    #expect(FuzzyMatch("tn", in: "next t") == nil && FuzzyMatch("nexttt", in: "next t") == nil)
    #expect(FuzzyMatch("", in: "anything")?.positions == [])
    #expect(FuzzyMatch("a", in: "") == nil)
  }

  @Test func startsOfWordsAndRunsWin() throws {
    func score(_ pattern: String, _ text: String) -> Int { FuzzyMatch(pattern, in: text)?.score ?? .min }
    #expect(score("th", "theme: dark") > score("th", "the mouth") - 1000)
    #expect(score("sp", "stop pull") > score("sp", "gasp at it"))
    #expect(score("quit", "quit") > score("quit", "quite right"))
    #expect(score("pull", "pull the model") > score("pull", "p u l l the model"))
    #expect(FuzzyMatch("dark", in: "d a r k dark")?.positions == [8, 9, 10, 11])
  }
}
