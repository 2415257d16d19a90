import Checkpoints
import Files
import JSONText
import OrderedCollections
import Tensors
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.needsBuiltProgram, .timeLimit(.minutes(5))) struct QuantizeCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file with one matrix of every role that recipes know, in floats.
  private func writeModel(_ name: String = "in.gguf") throws -> String {
    let shapes: OrderedDictionary = [
      "token_embd.weight": [32, 256], "blk.0.attn_q.weight": [64, 256], "blk.0.attn_v.weight": [64, 256],
      "blk.0.attn_output.weight": [256, 256], "blk.0.ffn_down.weight": [256, 512], "output.weight": [32, 256],
    ]
    let writer = try GGUFWriter(
      path: folder[name], metadata: ["general.architecture": .string("llama"), "general.file_type": .uint32(0)],
      tensors: shapes.map { TensorDescription(name: $0.key, type: .f32, shape: $0.value) })
    var numbers = RandomStream(seed: 8, stream: 1)
    for shape in shapes.values {
      let values = (0..<shape[0] * shape[1]).map { _ in Float(numbers.normal()) }
      try values.withUnsafeBytes { try writer.append($0) }
    }
    try writer.finish()
    return folder[name]
  }

  private var names: [String] { get throws { try namesInFolder(folder.path).sorted() } }

  @Test(arguments: QuantizationRecipe.all.map(\.name)) func everyTypeIsWritten(type: String) throws {
    let outcome = try BuiltProgram.run(
      ["quantize", try writeModel(), folder["out.gguf"], "--type", type.lowercased(), "--json"])
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    let report = try JSONValue(parsing: Array(outcome.output.utf8))
    #expect(report["type"]?.string == type && report["requantized"]?.integer == 0)
    let written = try openCheckpoint(folder["out.gguf"])
    let recipe = try #require(QuantizationRecipe(named: type))
    #expect(written.tensors["blk.0.attn_q.weight"]?.elementType == recipe.elementType)
    #expect(written.metadata["general.file_type"] == .uint32(UInt32(recipe.fileType)))
    #expect(report["bytes"]?.integer == written.files.reduce(0) { $0 + $1.count })
    let error = try #require(report["relative_error"]?.double)
    #expect(type == "F32" ? error == 0 : error > 0 && error < 0.35)
  }

  @Test func quantisingTwiceIsSaid() throws {
    _ = try BuiltProgram.run(["quantize", try writeModel(), folder["once.gguf"], "--type", "Q8_0"])
    let outcome = try BuiltProgram.run(["quantize", folder["once.gguf"], folder["twice.gguf"], "--type", "Q4_0"])
    #expect(outcome.status == 0)
    #expect(
      outcome.error.contains("lathe quantize: warning: requantised from Q8_0: its errors and the new ones add up"))
    #expect(outcome.output.contains("Q4_0") && outcome.output.contains("bits a weight"))
  }

  private func refusal(_ arguments: [String]) throws -> (status: Int32, line: String) {
    let before = try names
    let outcome = try BuiltProgram.run(["quantize"] + arguments)
    #expect(outcome.output.isEmpty)
    #expect(try names == before, "a refused call leaves nothing behind")
    return (outcome.status, outcome.error)
  }

  @Test func callsThatCannotWorkAreRefused() throws {
    let model = try writeModel()
    let bytes = try Fixtures.bytes(model)
    let unknown = try refusal([model, folder["out.gguf"], "--type", "Q7"])
    #expect(unknown.status == 2 && unknown.line.contains("--type Q7: expected one of F32, F16,"))
    let same = try refusal([model, folder.path + "/./in.gguf", "--type", "Q8_0", "--force"])
    #expect(same.status == 1 && same.line.hasSuffix("it is the input; name another file\n"))
    try folder.write("precious", to: "out.gguf")
    let existing = try refusal([model, folder["out.gguf"], "--type", "Q8_0"])
    #expect(existing.status == 1 && existing.line.hasSuffix("it exists; --force replaces it\n"))
    #expect(try Fixtures.bytes(folder["out.gguf"]) == Array("precious".utf8))
    let aFolder = try refusal([model, folder.path, "--type", "Q8_0", "--force"])
    #expect(aFolder.status == 1 && aFolder.line.hasSuffix("it is a folder; name a file\n"))
    let absent = try refusal([model, folder["no/such/out.gguf"], "--type", "Q8_0"])
    #expect(absent.status == 1 && absent.line.contains("no/such/out.gguf"))
    #expect(absent.line.hasSuffix("No such file or directory\n"))
    let threads = try refusal([model, folder["new.gguf"], "--type", "Q8_0", "--threads", "0"])
    #expect(threads.status == 2 && threads.line.contains("--threads 0: expected 1 to 1024"))
    #expect(try Fixtures.bytes(model) == bytes)
    let forced = try BuiltProgram.run(["quantize", model, folder["out.gguf"], "--type", "Q8_0", "--force"])
    #expect(forced.status == 0)
    #expect(try openCheckpoint(folder["out.gguf"]).tensors.count == 6)
  }

  @Test func otherFormatsAreRefused() throws {
    let path = Fixtures.local + "/models/llama/generate-stop"
    let safetensors = try refusal([path, folder["out.gguf"], "--type", "Q8_0"])
    #expect(safetensors.status == 1 && safetensors.line.contains("expected a GGUF file, got safetensors"))
    try folder.write("no model", to: "text.gguf")
    let text = try refusal([folder["text.gguf"], folder["out.gguf"], "--type", "Q8_0"])
    #expect(text.status == 1 && text.line.split(separator: "\n").count == 1)
  }

  @Test func aDiskWithoutRoomIsOneLine() throws {
    let model = try writeModel()
    try folder.write("precious", to: "out.gguf")
    let before = try names
    // In blocks of 512 bytes, or of 1024.
    let outcome = try BuiltProgram.run(
      ["quantize", model, folder["out.gguf"], "--type", "F16", "--force"], limits: "ulimit -f 100;")
    #expect(outcome.status == 1)
    #expect(outcome.error == "lathe quantize: \(folder["out.gguf"]): cannot write it: File too large\n")
    #expect(try names == before)
    #expect(try Fixtures.bytes(folder["out.gguf"]) == Array("precious".utf8))
  }

  @Test(.needsDefaultModel, arguments: [SIGINT, SIGTERM, SIGHUP])
  func whatIsInterruptedLeavesNothing(signal: Int32) throws {
    let model = try #require(DefaultModel.path)
    let run = try BuiltProgram.start(
      ["quantize", model, folder["out.gguf"], "--type", "Q2_K", "--threads", "1"])
    #expect(run.interrupt(with: signal))
    let outcome = try run.end()
    #expect(outcome.status == 128 + signal)
    #expect(outcome.error == "lathe quantize: interrupted; nothing was written\n")
    #expect(try names.isEmpty)
  }

  @Test(.needsDefaultModel) func whatIsKilledLeavesNothing() throws {
    let model = try #require(DefaultModel.path)
    let run = try BuiltProgram.start(["quantize", model, folder["out.gguf"], "--type", "Q2_K", "--threads", "1"])
    // By then the file is being written.
    #expect(run.interrupt(with: SIGINT, sending: SIGKILL))
    #expect(try run.end().status == 128 + SIGKILL)
    #expect(try names.filter { !$0.hasSuffix(".partial") }.isEmpty, "no half file under its name")
  }
}
