import Drawing
import Sessions
import Widgets

// What is known of the chat: the model, the context, memory, speeds, the session and the branch.
extension ChatScreen {
  /// Columns of the names before the facts.
  private static let nameColumns = 10

  /// The facts, a row each, wrapped to a width.
  func aboutRows(columns: Int) -> [[Span]] {
    let facts = modelFacts + [contextFact(columns: columns)] + runFacts + sessionFacts
    let room = max(8, columns - ChatScreen.nameColumns)
    return facts.flatMap { name, text in
      wrap(printableLine(text), to: room).enumerated().map { index, line in
        let label = index == 0 ? name : ""
        let padding = String(repeating: " ", count: max(1, ChatScreen.nameColumns - label.count))
        return [Span(label + padding, theme[.muted]), Span(line.text, theme[.text])]
      }
    }
  }

  private var modelFacts: [(String, String)] {
    guard case .ready(let model) = model else { return [("model", opening?.model ?? "none")] }
    var kind = [model.family]
    if model.parameters > 0 { kind.append("\(ProgressText.amount(model.parameters)) parameters") }
    kind.append(model.quantisation)
    if model.bytes > 0 { kind.append(ProgressText.bytes(model.bytes)) }
    var facts = [("model", model.name), ("", kind.filter { !$0.isEmpty }.joined(separator: ", "))]
    if !model.identity.isEmpty { facts.append(("weights", String(model.identity.prefix(16)))) }
    if let loading = model.loading { facts.append(("loaded", loading.summary)) }
    return facts.filter { !$0.1.isEmpty }
  }

  private func contextFact(columns: Int) -> (String, String) {
    let used = conversation.contextTokens(at: conversation.tip)
    guard contextLength > 0 else { return ("context", "\(used) tokens") }
    let bar = ProgressText.bar(Double(used) / Double(contextLength), columns: max(4, min(20, columns - 34)))
    return ("context", "\(bar)  \(used) of \(contextLength)")
  }

  private var runFacts: [(String, String)] {
    var facts: [(String, String)] = []
    if let memoryUsed { facts.append(("memory", "\(ProgressText.bytes(memoryUsed)) resident")) }
    if let decodeSpeed { facts.append(("decode", "\(ProgressText.speed(decodeSpeed)) tok/s")) }
    if let prefillSpeed { facts.append(("prefill", "\(ProgressText.speed(prefillSpeed)) tok/s")) }
    return facts
  }

  private var sessionFacts: [(String, String)] {
    var facts: [(String, String)] = []
    if !sessionName.isEmpty { facts.append(("session", sessionName)) }
    facts.append(("turn", "\(turn)"))
    let (number, count) = conversation.branch
    facts.append(("branch", number.map { "\($0) of \(count)" } ?? "within one of \(count)"))
    if let settings = opening?.settings {
      let seed = settings.seed.map { ", seed \($0)" } ?? ""
      facts.append(("sampling", "temperature \(settings.temperature)\(seed)"))
    }
    if let system = opening?.system { facts.append(("system", system)) }
    return facts
  }

  /// The facts in a box over the transcript.
  func drawAbout(from first: Int, on canvas: inout Canvas) {
    canvas.cursor = nil
    let rows = aboutRows(columns: min(76, canvas.size.columns - 4))
    let frame = canvas.bounds.centered(Size(columns: 80, rows: rows.count + 2))
    canvas.fill(frame, style: theme[.overlay])
    canvas.box(frame, style: theme[.focusedBorder], title: "about this chat", titleStyle: theme[.title])
    let inside = frame.inset(columns: 2, rows: 1)
    for (y, row) in rows.dropFirst(first).prefix(inside.rows).enumerated() {
      canvas.write(row, at: Point(x: inside.x, y: inside.y + y), over: theme[.overlay], in: inside)
    }
  }
}

extension Conversation {
  /// Which of the branches is shown, from 1, and how many there are; no number where the path ends before a branch does.
  var branch: (number: Int?, count: Int) {
    var parents: Set<Int> = []
    for entry in entries where entry.isTurn { parents.insert(entry.parent) }
    let ends = entries.filter { $0.isTurn && !parents.contains($0.id) }.map(\.id)
    return (ends.firstIndex(of: tip).map { $0 + 1 }, max(1, ends.count))
  }
}

extension ProgressText {
  /// A count with at most three digits and a unit: `135 M`.
  static func amount(_ count: Int) -> String {
    var value = Double(max(0, count))
    for unit in ["", " k", " M", " B"] {
      if value < 999.5 || unit == " B" {
        return (value < 10 && unit != "" ? speed(value) : String(Int(min(value, 1e9).rounded()))) + unit
      }
      value /= 1000
    }
    return ""
  }
}
