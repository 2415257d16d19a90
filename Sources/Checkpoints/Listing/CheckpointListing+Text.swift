import Files
import JSONText
import OrderedCollections

extension CheckpointListing {
  /// Values are shown up to this many characters, arrays up to this many items.
  private static let longestValue = 96
  private static let mostItems = 6

  /// Writes tables for reading: one line of summary, the metadata, the tensors. Long values are cut and say so.
  package func writeText(to output: inout ChunkedOutput) {
    let total = checkpoint.files.reduce(0) { $0 + $1.count }
    var summary = checkpoint.format == .gguf ? "GGUF" : "safetensors"
    if let head = ggufHead { summary += " version \(head.version), alignment \(head.alignment)" }
    if checkpoint.files.count > 1 { summary += ", \(checkpoint.files.count) files" }
    summary += ", \(checkpoint.tensors.count) tensors, \(total) bytes"
    output.append("\(escapingControls(checkpoint.path)): \(summary)\n")
    for (title, configuration) in [
      ("config.json", checkpoint.configuration), ("generation_config.json", checkpoint.generationConfiguration),
    ] {
      guard let members = configuration?.object else { continue }
      let rows = members.map { [escapingControls($0.key), CheckpointListing.shortened($0.value.text)] }
      writeTable(title: title, header: nil, rows: rows, to: &output)
    }
    let metadata = checkpoint.metadata.map { key, value in
      [escapingControls(key), CheckpointListing.typeName(of: value), CheckpointListing.shortened(value)]
    }
    writeTable(title: "metadata", header: nil, rows: metadata, to: &output)
    writeTensors(to: &output)
  }

  private func writeTensors(to output: inout ChunkedOutput) {
    let hasFiles = checkpoint.files.count > 1
    let rows = checkpoint.tensors.values.map { tensor in
      var row = [escapingControls(tensor.name), tensor.type.name, CheckpointListing.shortened("\(tensor.shape)")]
      if hasFiles { row.append(escapingControls(splitPath(checkpoint.owner(of: tensor).path).name)) }
      row += ["\(tensor.fileOffset)", "\(tensor.byteCount)"]
      if hashesTensors { row.append(hash(of: tensor)) }
      return row
    }
    var header = ["name", "type", "shape"] + (hasFiles ? ["file"] : []) + ["offset", "bytes"]
    if hashesTensors { header.append("sha256") }
    writeTable(title: "tensors", header: header, rows: rows, to: &output)
  }

  /// Columns are aligned by characters; offsets and byte counts to the right.
  private func writeTable(title: String, header: [String]?, rows: [[String]], to output: inout ChunkedOutput) {
    guard !rows.isEmpty else { return }
    output.append("\n\(title)\n")
    let lines = (header.map { [$0] } ?? []) + rows
    let columns = lines[0].count
    let widths = (0..<columns).map { column in lines.reduce(0) { max($0, $1[column].count) } }
    let numbers = Set(["offset", "bytes"])
    for line in lines {
      var text = " "
      for (column, cell) in line.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        let isNumber = header.map { numbers.contains($0[column]) } ?? false
        let isLast = column == columns - 1
        text += " " + (isNumber ? space + cell : cell + (isLast ? "" : space)) + (isLast ? "" : " ")
      }
      output.append(text + "\n")
    }
  }

  static func typeName(of value: GGUFValue) -> String {
    value.array.map { "\($0.elementType.name)[\($0.count)]" } ?? value.type.name
  }

  /// A value in at most a line, control characters escaped.
  static func shortened(_ value: GGUFValue) -> String {
    switch value {
    case .string(let text): return shortened(text)
    case .array(let array):
      var items: [String] = []
      array.visitElements(while: { element in
        let isString = element.type == .string
        let item = shortened(element, limit: longestValue / 4)
        items.append(isString ? "\"\(item)\"" : item)
        return items.count < mostItems
      })
      if array.count > items.count { items.append("… \(array.count) items") }
      return "[" + items.joined(separator: ", ") + "]"
    case .float32(let number): return "\(number)"
    case .float64(let number): return "\(number)"
    case .bool(let flag): return "\(flag)"
    case .uint64(let number): return "\(number)"
    default: return "\(value.integer ?? 0)"
    }
  }

  private static func shortened(_ value: GGUFValue, limit: Int) -> String {
    if case .string(let text) = value { return shortened(text, limit: limit) }
    if case .array(let array) = value { return "[… \(array.count) items]" }
    return shortened(value)
  }

  static func shortened(_ text: String, limit: Int = longestValue) -> String {
    // A grapheme may be arbitrarily long: scalars are counted.
    let scalars = text.unicodeScalars
    guard scalars.count > limit else { return escapingControls(text) }
    let start = String(String.UnicodeScalarView(scalars.prefix(limit)))
    return escapingControls(start) + "… \(scalars.count) characters"
  }
}
