/// A parsed regular expression; sets and assertions are indices into the pattern's tables.
indirect enum RegexNode: Sendable {
  case empty
  case set(Int)
  case concatenation([RegexNode])
  case alternation([RegexNode])
  case repetition(RegexNode, least: Int, most: Int?, isGreedy: Bool)
  case assertion(Int)

  /// The expression for the same texts read backwards.
  var reversed: RegexNode {
    switch self {
    case .empty, .set, .assertion: self
    case .concatenation(let nodes): .concatenation(nodes.reversed().map(\.reversed))
    case .alternation(let nodes): .alternation(nodes.map(\.reversed))
    case .repetition(let node, let least, let most, let isGreedy):
      .repetition(node.reversed, least: least, most: most, isGreedy: isGreedy)
    }
  }
}

/// A condition on a place in the text.
enum RegexAssertion: Sendable {
  /// The next scalar is in a set (or is not); `atEnd` says what holds where there is none.
  case next(set: Int, isNegated: Bool, atEnd: Bool)
  /// A test worked out for all places beforehand.
  case place(Int)
}

/// A test of every place of a text, worked out in one pass.
enum PlaceTest: Sendable {
  case textStart, lineStart, finalNewline
  case wordBoundary(set: Int, isNegated: Bool)
  /// A look around that is wider than one scalar; ahead, the program reads backwards.
  case look(RegexProgram, isBehind: Bool, isNegated: Bool)
}

/// The tables of a pattern.
struct RegexTables: Sendable {
  var sets: [ScalarSet] = []
  var assertions: [RegexAssertion] = []
  var tests: [PlaceTest] = []
}

/// A program for a nondeterministic automaton whose order of threads is the order of preference.
struct RegexProgram: Sendable {
  enum Instruction: Sendable {
    case set(Int)
    case split(Int, Int)
    case jump(Int)
    case assertion(Int)
    case match
  }

  var instructions: [Instruction] = []
  static let largest = 40_000

  init(_ node: RegexNode) throws(TokenizerError) {
    try emit(node)
    instructions.append(.match)
  }

  private mutating func emit(_ node: RegexNode) throws(TokenizerError) {
    if instructions.count > RegexProgram.largest {
      throw TokenizerError("regular expression too large: more than \(RegexProgram.largest) steps")
    }
    switch node {
    case .empty: break
    case .set(let index): instructions.append(.set(index))
    case .assertion(let index): instructions.append(.assertion(index))
    case .concatenation(let nodes): for node in nodes { try emit(node) }
    case .alternation(let nodes):
      var exits: [Int] = []
      for (index, node) in nodes.enumerated() {
        guard index < nodes.count - 1 else {
          try emit(node)
          break
        }
        let fork = instructions.count
        instructions.append(.match)
        try emit(node)
        exits.append(instructions.count)
        instructions.append(.match)
        instructions[fork] = .split(fork + 1, instructions.count)
      }
      for exit in exits { instructions[exit] = .jump(instructions.count) }
    case .repetition(let node, let least, let most, let isGreedy):
      try emitRepetition(of: node, least: least, most: most, isGreedy: isGreedy)
    }
  }

  private mutating func emitRepetition(
    of node: RegexNode, least: Int, most: Int?, isGreedy: Bool
  ) throws(TokenizerError) {
    for _ in 0..<least { try emit(node) }
    if let most {
      var forks: [Int] = []
      for _ in least..<most {
        forks.append(instructions.count)
        instructions.append(.match)
        try emit(node)
      }
      for fork in forks { instructions[fork] = choice(fork + 1, instructions.count, isGreedy) }
    } else {
      let fork = instructions.count
      instructions.append(.match)
      try emit(node)
      instructions.append(.jump(fork))
      instructions[fork] = choice(fork + 1, instructions.count, isGreedy)
    }
  }

  private func choice(_ inside: Int, _ outside: Int, _ isGreedy: Bool) -> Instruction {
    isGreedy ? .split(inside, outside) : .split(outside, inside)
  }
}
