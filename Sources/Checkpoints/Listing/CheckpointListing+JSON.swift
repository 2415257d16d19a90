import Files
import JSONText
import OrderedCollections

extension CheckpointListing {
  /// Writes one JSON object and a line feed, with everything in full.
  ///
  /// `offset` counts from the start of the file that holds the tensor; `shape` has the outermost dimension first,
  /// `dims` (GGUF only) the order of the file. Of several files, `files` lists them and a tensor's `file` names its own.
  package func writeJSON(to output: inout ChunkedOutput) {
    output.append("{\"file\":")
    output.append(quoted: checkpoint.path)
    output.append(",\"format\":\"\(checkpoint.format.rawValue)\"")
    if let head = ggufHead {
      output.append(",\"version\":\(head.version),\"alignment\":\(head.alignment)")
    }
    if checkpoint.files.count > 1 || checkpoint is ModelFolder {
      output.append(",\"files\":")
      output.append(JSONValue.array(checkpoint.files.map { .string($0.path) }))
    }
    if let configuration = checkpoint.configuration {
      output.append(",\"config\":")
      output.append(configuration)
    }
    if let configuration = checkpoint.generationConfiguration {
      output.append(",\"generation_config\":")
      output.append(configuration)
    }
    output.append(",\"metadata\":{")
    for (index, (key, value)) in checkpoint.metadata.enumerated() {
      if index > 0 { output.append(",") }
      output.append(quoted: key)
      output.append(":")
      output.append(value)
    }
    output.append("},\"tensors\":[")
    for (index, tensor) in checkpoint.tensors.values.enumerated() {
      output.append(index > 0 ? ",\n" : "\n")
      write(tensor, to: &output)
    }
    output.append("]}\n")
    output.flush()
  }

  private func write(_ tensor: TensorEntry, to output: inout ChunkedOutput) {
    output.append("{\"name\":")
    output.append(quoted: tensor.name)
    output.append(",\"type\":\"\(tensor.type.name)\",\"shape\":")
    output.append(JSONValue.array(tensor.shape.map { .integer($0) }))
    if checkpoint.format == .gguf {
      output.append(",\"dims\":")
      output.append(JSONValue.array(tensor.shape.reversed().map { .integer($0) }))
    }
    if checkpoint.files.count > 1 {
      output.append(",\"file\":")
      output.append(quoted: splitPath(checkpoint.owner(of: tensor).path).name)
    }
    output.append(",\"offset\":\(tensor.fileOffset),\"bytes\":\(tensor.byteCount)")
    if hashesTensors { output.append(",\"sha256\":\"\(hash(of: tensor))\"") }
    output.append("}")
  }
}

extension ChunkedOutput {
  /// A metadata value; numbers that JSON lacks (NaN, infinities) are null.
  mutating func append(_ value: GGUFValue) {
    switch value {
    case .string(let text): append(quoted: text)
    case .bool(let flag): append(flag ? "true" : "false")
    case .uint64(let number): append(String(number))
    case .float32(let number): append(JSONValue.double(Double(number)))
    case .float64(let number): append(JSONValue.double(number))
    case .array(let array):
      append("[")
      var isFirst = true
      array.forEachElement { element in
        if !isFirst { append(",") }
        isFirst = false
        append(element)
      }
      append("]")
    default: append(String(value.integer ?? 0))
    }
  }
}
