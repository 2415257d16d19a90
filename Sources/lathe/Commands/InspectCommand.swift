import ArgumentParser
import Checkpoints
import Files
import Images
import JSONText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `lathe inspect`: what is in a checkpoint or an image.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Print the metadata and tensors of a checkpoint, or the size of a PNG image.",
    discussion: """
      FILE is a GGUF or safetensors file, the index of a sharded checkpoint, the first part of a split GGUF, a Hugging \
      Face folder, or a PNG image. Offsets count from the start of the file that holds the tensor.
      """)

  @Argument(help: ArgumentHelp("The file or folder.", valueName: "file"))
  var file: String

  @Flag(help: "Print one JSON object with everything in full.")
  var json = false

  @Flag(help: "Print the SHA-256 of each tensor's bytes.")
  var hash = false

  func run() throws {
    if try isImage() {
      try inspectImage()
      return
    }
    let listing = CheckpointListing(of: try openCheckpoint(file), hashesTensors: hash)
    var output = ChunkedOutput { StandardStreams.output($0) }
    if json {
      listing.writeJSON(to: &output)
    } else {
      listing.writeText(to: &output)
    }
    output.flush()
  }

  /// By content; a file that is called a PNG is judged as one.
  private func isImage() throws -> Bool {
    if FileKind(path: file) == .folder { return false }
    if file.hasSuffix(".png") { return true }
    return try MappedFile(path: file).withBytes { $0.starts(with: RGBAImage.pngSignature) }
  }

  private func inspectImage() throws {
    let mapped = try MappedFile(path: file)
    let image: RGBAImage
    do throws(ImageError) {
      image = try mapped.withBytes { bytes throws(ImageError) in try RGBAImage(png: bytes) }
    } catch {
      throw CheckpointError(path: file, offset: error.offset, problem: error.problem)
    }
    let digest = sha256Hex(of: image.pixels)
    if json {
      let object: JSONValue = [
        "file": .string(file), "format": "png", "width": .integer(image.width), "height": .integer(image.height),
        "rgba8_sha256": .string(digest),
      ]
      StandardStreams.output(object.text + "\n")
    } else {
      let size = "PNG, \(image.width) x \(image.height) pixels"
      StandardStreams.output("\(escapingControls(file)): \(size)\nSHA-256 of the RGBA pixels  \(digest)\n")
    }
  }
}
