import ArgumentParser
import Checkpoints
import Downloads
import Inference
import JSONText
import Sessions

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the models on this machine.",
    discussion: "Models lie in \(ModelStore().folder); lathe pull fetches more.")

  @Flag(help: "Print one JSON object a model.")
  var json = false

  func run() throws {
    let store = ModelStore()
    let models = store.models().map { model in
      Result { try ModelDescription(openCheckpoint(model.path), name: model.name) }.mapError {
        UnreadableModel(model, $0)
      }
    }
    if json {
      for model in models { StandardStreams.output(ModelsCommand.object(model).text + "\n") }
      return
    }
    guard !models.isEmpty else {
      StandardStreams.output("No models in \(store.folder). Fetch one: lathe pull \(KnownModel.standard.name)\n")
      return
    }
    var rows = [["name", "family", "parameters", "quantisation", "context", "size"]]
    for case .success(let model) in models {
      rows.append([
        model.name, model.family, Amount.short(model.parameters), model.quantisation, "\(model.contextLength)",
        Amount.short(model.bytes) + "B",
      ])
    }
    StandardStreams.output(TextTable.text(rows, rightAligned: [2, 4, 5]))
    for case .failure(let problem) in models { StandardStreams.error("lathe models: \(problem.error)\n") }
  }

  private struct UnreadableModel: Error {
    let model: LocalModel
    let error: any Error
    init(_ model: LocalModel, _ error: any Error) {
      self.model = model
      self.error = error
    }
  }

  private static func object(_ result: Result<ModelDescription, UnreadableModel>) -> JSONValue {
    switch result {
    case .success(let model):
      [
        "name": .string(model.name), "path": .string(model.path), "family": .string(model.family),
        "parameters": .integer(model.parameters), "quantisation": .string(model.quantisation),
        "context": .integer(model.contextLength), "bytes": .integer(model.bytes),
      ]
    case .failure(let problem):
      [
        "name": .string(problem.model.name), "path": .string(problem.model.path), "error": .string("\(problem.error)"),
      ]
    }
  }
}

/// Counts for people.
enum Amount {
  /// A count with three significant digits and k, M, G or T: 135M, 1.24G.
  static func short(_ count: Int) -> String {
    var value = Double(count)
    var unit = ""
    for next in ["k", "M", "G", "T"] where value >= 1000 {
      value /= 1000
      unit = next
    }
    let places = value >= 100 || unit.isEmpty ? 0 : value >= 10 ? 1 : 2
    let text = "\(value.rounded(toPlaces: places))"
    return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + unit
  }
}

/// Rows of texts in columns.
enum TextTable {
  /// The table, its columns two spaces apart.
  static func text(_ rows: [[String]], rightAligned: Set<Int> = []) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return rightAligned.contains(column) ? padding + cell : cell + padding
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
