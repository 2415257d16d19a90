/// Which words two texts do not share, in order: the longest common subsequence of their words.
package struct WordDifference {
  /// A word or the white space between words, and whether the other text lacks it there.
  package struct Piece: Hashable {
    package var text: String
    package var isDifferent: Bool
  }

  package let left: [Piece]
  package let right: [Piece]
  /// Words compared with each other; what is longer is only compared from both ends.
  private static let limit = 1500

  package init(_ one: String, _ other: String) {
    let (a, b) = (WordDifference.words(one), WordDifference.words(other))
    let head = zip(a, b).prefix { $0 == $1 }.count
    let tail = zip(a[head...].reversed(), b[head...].reversed()).prefix { $0 == $1 }.count
    let common = WordDifference.common(Array(a[head..<a.count - tail]), Array(b[head..<b.count - tail]))
    func pieces(_ words: [String], _ shared: Set<Int>) -> [Piece] {
      words.enumerated().map { index, word in
        let isShared = index < head || index >= words.count - tail || shared.contains(index - head)
        return Piece(text: word, isDifferent: !isShared && !word.allSatisfy(\.isWhitespace))
      }
    }
    left = pieces(a, common.left)
    right = pieces(b, common.right)
  }

  /// Words and the white space between them.
  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    var wasSpace: Bool?
    for character in text {
      let isSpace = character.isWhitespace
      if isSpace == wasSpace { words[words.count - 1].append(character) } else { words.append(String(character)) }
      wasSpace = isSpace
    }
    return words
  }

  /// The positions of a longest common subsequence.
  private static func common(_ a: [String], _ b: [String]) -> (left: Set<Int>, right: Set<Int>) {
    guard !a.isEmpty, !b.isEmpty, a.count <= limit, b.count <= limit else { return ([], []) }
    let width = b.count + 1
    var lengths = [Int32](repeating: 0, count: (a.count + 1) * width)
    for i in a.indices.reversed() {
      for j in b.indices.reversed() {
        lengths[i * width + j] =
          a[i] == b[j]
          ? lengths[(i + 1) * width + j + 1] + 1 : max(lengths[(i + 1) * width + j], lengths[i * width + j + 1])
      }
    }
    var (i, j) = (0, 0)
    var (left, right): (Set<Int>, Set<Int>) = ([], [])
    while i < a.count, j < b.count {
      if a[i] == b[j] {
        left.insert(i)
        right.insert(j)
        (i, j) = (i + 1, j + 1)
      } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
        i += 1
      } else {
        j += 1
      }
    }
    return (left, right)
  }
}
