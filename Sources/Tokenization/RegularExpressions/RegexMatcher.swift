/// Runs a pattern; the deterministic automaton is built state by state as texts need it.
///
/// A state is the list of threads in order of preference before their empty steps are taken: those are taken when the
/// next scalar is known, so that conditions on it cost nothing. `@unchecked Sendable`: used by one thread at a time.
final class RegexMatcher: @unchecked Sendable {
  let tables: RegexTables
  let program: RegexProgram
  let reversed: RegexProgram

  // Scalars that no set tells apart are one symbol; symbol 0 is the end of the text.
  private var asciiSymbols = [UInt16](repeating: 0, count: 128)
  private var pages: [[UInt16]] = Array(repeating: [], count: 0x1100)
  private var symbolOfSignature: [UInt64: UInt16] = [:]
  private var symbolWithPlace: [UInt32: UInt16] = [:]
  private(set) var signatures: [UInt64] = [0]
  private var places: [UInt8] = [0]

  // Entry of state and symbol: 0 unknown, else next state << 1 | whether a match ends before the scalar, plus 1 << 31.
  private var transitions: [UInt32] = []
  private var stride = 32
  private var threads: [[Int32]] = []
  private var stateOfThreads: [[Int32]: UInt32] = [:]
  private var closure: RegexClosure
  private static let mostStates = 4000
  private var resetCount = 0

  init(tables: RegexTables, program: RegexProgram, reversed: RegexProgram) {
    self.tables = tables
    self.program = program
    self.reversed = reversed
    closure = RegexClosure(count: program.instructions.count)
    resetStates()
    for value in 0..<128 { asciiSymbols[value] = makeSymbol(for: UInt32(value)) }
  }

  private func resetStates() {
    resetCount += 1
    threads = [[], [0]]
    stateOfThreads = [[]: 0, [0]: 1]
    transitions = [UInt32](repeating: 0, count: 2 * stride)
  }

  private func makeSymbol(for value: UInt32) -> UInt16 {
    var signature: UInt64 = 0
    for (index, set) in tables.sets.enumerated() where set.contains(value) { signature |= 1 << UInt64(index) }
    if let symbol = symbolOfSignature[signature] { return symbol }
    let symbol = addSymbol(signature, place: 0)
    symbolOfSignature[signature] = symbol
    return symbol
  }

  private func addSymbol(_ signature: UInt64, place: UInt8) -> UInt16 {
    signatures.append(signature)
    places.append(place)
    if signatures.count > stride {
      stride *= 2
      resetStates()
    }
    return UInt16(signatures.count - 1)
  }

  @inline(__always)
  private func symbol(of value: UInt32) -> UInt16 {
    if value < 128 { return asciiSymbols[Int(value)] }
    let page = Int(value >> 8)
    if pages[page].isEmpty {
      pages[page] = (0..<256).map { makeSymbol(for: UInt32(page << 8 | $0)) }
    }
    return pages[page][Int(value & 0xFF)]
  }

  private func symbol(_ symbol: UInt16, at place: UInt8) -> UInt16 {
    if place == 0 { return symbol }
    let key = UInt32(symbol) << 8 | UInt32(place)
    if let known = symbolWithPlace[key] { return known }
    let made = addSymbol(signatures[Int(symbol)], place: place)
    // The end of the text has no signature bit of its own: symbol 0 is recognised by number.
    symbolWithPlace[key] = made
    if symbol == 0 { endSymbols.insert(made) }
    return made
  }

  private var endSymbols: Set<UInt16> = [0]

  private func makeTransition(_ state: Int, _ symbol: UInt16) -> UInt32 {
    var next: [Int32] = []
    let isMatch = closure.run(
      program: program, tables: tables, threads: threads[state], signature: signatures[Int(symbol)],
      place: places[Int(symbol)], isEnd: endSymbols.contains(symbol), ordered: true
    ) { next.append($0) }
    let generation = resetCount
    var target = stateOfThreads[next]
    if target == nil {
      if threads.count >= RegexMatcher.mostStates {
        // Bounded memory: forget all states and build anew from the one that is needed.
        resetStates()
      }
      target = stateOfThreads[next]
      if target == nil {
        target = UInt32(threads.count)
        threads.append(next)
        stateOfThreads[next] = target
        transitions += [UInt32](repeating: 0, count: stride)
      }
    }
    let entry = 1 << 31 | (target ?? 0) << 1 | (isMatch ? 1 : 0)
    if resetCount == generation { transitions[state * stride + Int(symbol)] = entry }
    return entry
  }

  /// The end of the preferred match that begins at a place, or -1, and how far it looked.
  @inline(__always)
  private func matchEnd(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, marks: [UInt8]
  ) -> (end: Int, looked: Int) {
    var state = 1
    var position = start
    var end = -1
    let hasMarks = !marks.isEmpty
    var generation = resetCount
    while true {
      var symbol: UInt16 = 0
      var length = 0
      if position < bytes.count {
        let next = scalar(in: bytes, at: position)
        length = next.length
        symbol = self.symbol(of: next.value)
      }
      if hasMarks { symbol = self.symbol(symbol, at: marks[position]) }
      if generation != resetCount {
        // A new symbol widened the table and with it renumbered the states.
        (state, position, end, generation) = (1, start, -1, resetCount)
        continue
      }
      var entry = transitions[state * stride + Int(symbol)]
      if entry == 0 {
        entry = makeTransition(state, symbol)
        generation = resetCount
      }
      if entry & 1 == 1 { end = position }
      state = Int(entry >> 1 & 0x3FFF_FFFF)
      if state == 0 || length == 0 { return (end, position) }
      position += length
    }
  }

  /// Calls the body with the bounds of every match, from left to right; an empty match right behind another is none.
  func forEachMatch(in bytes: UnsafeBufferPointer<UInt8>, _ body: (Int, Int) -> Void) {
    let marks = tables.tests.isEmpty ? [] : placeMarks(bytes)
    var starts: [Bool] = []
    var position = 0
    var lastEnd = -1
    var wasted = 0
    while position <= bytes.count {
      if !starts.isEmpty, !starts[position] {
        position += position < bytes.count ? scalar(in: bytes, at: position).length : 1
        continue
      }
      let (end, looked) = matchEnd(bytes, from: position, marks: marks)
      if end > position || (end == position && lastEnd != position) {
        body(position, end)
        lastEnd = end
      }
      if end > position {
        position = end
      } else {
        // Long looks that find nothing would add up to quadratic time: find out once where matches begin at all.
        wasted += looked - position
        if starts.isEmpty, wasted > 4096 + 8 * position {
          starts = marksOfProgram(reversed, in: bytes, isBehind: false, marks: marks)
        }
        position += position < bytes.count ? scalar(in: bytes, at: position).length : 1
      }
    }
  }

  // MARK: tests of all places

  private func placeMarks(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var marks = [UInt8](repeating: 0, count: bytes.count + 1)
    for (index, test) in tables.tests.enumerated() {
      let bit = UInt8(1) << UInt8(index)
      switch test {
      case .textStart: marks[0] |= bit
      case .lineStart:
        marks[0] |= bit
        for position in bytes.indices.dropFirst() where bytes[position - 1] == 0x0A { marks[position] |= bit }
      case .finalNewline:
        marks[bytes.count] |= bit
        if let last = bytes.last, last == 0x0A { marks[bytes.count - 1] |= bit }
      case .wordBoundary(let set, let isNegated):
        var before = false
        var position = 0
        while position <= bytes.count {
          var after = false
          var length = 1
          if position < bytes.count {
            let next = scalar(in: bytes, at: position)
            length = next.length
            after = signatures[Int(symbol(of: next.value))] >> UInt64(set) & 1 == 1
          }
          if (before != after) != isNegated { marks[position] |= bit }
          before = after
          position += length
        }
      case .look(let program, let isBehind, let isNegated):
        let found = marksOfProgram(program, in: bytes, isBehind: isBehind, marks: marks)
        for position in marks.indices where found[position] != isNegated { marks[position] |= bit }
      }
    }
    return marks
  }

  /// The places where a match of a program ends (behind) or, reading backwards, begins.
  private func marksOfProgram(
    _ program: RegexProgram, in bytes: UnsafeBufferPointer<UInt8>, isBehind: Bool, marks: [UInt8]
  ) -> [Bool] {
    var found = [Bool](repeating: false, count: bytes.count + 1)
    var closure = RegexClosure(count: program.instructions.count)
    var current: [Int32] = []
    var position = isBehind ? 0 : bytes.count
    while true {
      let isEnd = position == bytes.count
      let here = isEnd ? 0 : signatures[Int(symbol(of: scalar(in: bytes, at: position).value))]
      var step = 0
      var consumed: UInt64 = 0
      if isBehind, !isEnd {
        step = scalar(in: bytes, at: position).length
        consumed = here
      } else if !isBehind, position > 0 {
        step = -1
        while position + step > 0, bytes[position + step] & 0xC0 == 0x80, step > -4 { step -= 1 }
        consumed = signatures[Int(symbol(of: scalar(in: bytes, at: position + step).value))]
      }
      var next: [Int32] = []
      found[position] = closure.run(
        program: program, tables: tables, threads: current + [0], signature: here,
        place: marks.isEmpty ? 0 : marks[position], isEnd: isEnd, ordered: false, consumed: consumed
      ) { next.append($0) }
      if step == 0 { return found }
      current = next
      position += step
    }
  }
}

/// Takes the empty steps of a list of threads, then one step over a scalar.
struct RegexClosure {
  private var visited: [UInt32]
  private var generation: UInt32 = 0
  private var stack: [Int32] = []

  init(count: Int) {
    visited = [UInt32](repeating: 0, count: count * 2)
  }

  /// Hands each following thread once to the body, in order of preference; returns whether a match ends here. In an
  /// ordered run nothing of less preference than the match follows it.
  mutating func run(
    program: RegexProgram, tables: RegexTables, threads: [Int32], signature: UInt64, place: UInt8, isEnd: Bool,
    ordered: Bool, consumed: UInt64? = nil, _ body: (Int32) -> Void
  ) -> Bool {
    generation += 1
    let stepped = consumed ?? signature
    let count = visited.count / 2
    var isMatch = false
    for thread in threads {
      stack.append(thread)
      while let index = stack.popLast() {
        let at = Int(index)
        if visited[at] == generation { continue }
        visited[at] = generation
        switch program.instructions[at] {
        case .match:
          isMatch = true
          if ordered {
            stack.removeAll(keepingCapacity: true)
            return true
          }
        case .jump(let target): stack.append(Int32(target))
        case .split(let first, let second):
          stack.append(Int32(second))
          stack.append(Int32(first))
        case .assertion(let assertion):
          if holds(tables.assertions[assertion], signature: signature, place: place, isEnd: isEnd) {
            stack.append(index + 1)
          }
        case .set(let set):
          guard stepped >> UInt64(set) & 1 == 1, visited[count + at] != generation else { continue }
          visited[count + at] = generation
          body(index + 1)
        }
      }
    }
    return isMatch
  }

  private func holds(_ assertion: RegexAssertion, signature: UInt64, place: UInt8, isEnd: Bool) -> Bool {
    switch assertion {
    case .next(let set, let isNegated, let atEnd):
      isEnd ? atEnd : (signature >> UInt64(set) & 1 == 1) != isNegated
    case .place(let test): place >> UInt8(test) & 1 == 1
    }
  }
}
