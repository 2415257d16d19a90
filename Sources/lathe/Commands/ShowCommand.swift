import ArgumentParser
import Checkpoints
import Drawing
import Files
import Images
import Widgets

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `lathe show`: a picture on the terminal.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print a PNG image with characters, or as pixels on terminals that take them.",
    discussion: """
      auto draws with characters, in the colours of the terminal; kitty and sixel send pixels, which the terminal has to \
      understand (through tmux with allow-passthrough). --zoom and --center show a part.
      """)

  enum Mode: String, ExpressibleByArgument, CaseIterable {
    case auto, quarterblock, halfblock, braille, ascii, kitty, sixel
  }
  enum Depth: String, ExpressibleByArgument, CaseIterable {
    case `true`, `256`, `16`, none
    var count: Int { ["true": 1 << 24, "256": 256, "16": 16][rawValue] ?? 0 }
  }

  @Argument(help: ArgumentHelp("The PNG image.", valueName: "image"))
  var file: String

  @Option(help: "Size in cells, as 120x33 (default: the terminal's; 80x24 elsewhere).")
  var size: FrameSize?

  @Option(help: ArgumentHelp("auto, quarterblock, halfblock, braille, ascii, kitty or sixel.", valueName: "mode"))
  var mode: Mode = .auto

  @Option(help: ArgumentHelp("true, 256, 16 or none (default: as the terminal has).", valueName: "colors"))
  var colors: Depth?

  @Option(help: "How much closer than the whole image.")
  var zoom = 1.0

  @Option(help: ArgumentHelp("The middle of the part shown, in shares of the image, as 0.5,0.25.", valueName: "x,y"))
  var center: ImagePoint?

  @Option(help: "The most bytes the picture may cost: similar neighbouring colours become equal.")
  var maxBytes: Int?

  func validate() throws {
    guard zoom.isFinite, zoom >= 1 else { throw ValidationError("--zoom: expected 1 or more, got \(zoom)") }
    if let maxBytes, maxBytes < 1 { throw ValidationError("--max-bytes: expected 1 or more, got \(maxBytes)") }
  }

  func run() throws {
    let mapped = try MappedFile(path: file)
    let image: RGBAImage
    do throws(ImageError) {
      image = try mapped.withBytes { bytes throws(ImageError) in try RGBAImage(png: bytes) }
    } catch {
      throw CheckpointError(path: file, offset: error.offset, problem: error.problem)
    }
    var output = OutputStyle.current
    if let colors { output.colors = colors.count }
    let terminal = output.size.map { Size(columns: $0.columns, rows: max(1, $0.rows - 1)) }
    let area = Rectangle(size: size?.size ?? terminal ?? Size(columns: 80, rows: 24))
    let cell = output.cellPixels ?? (width: 10, height: 20)
    let view = ImageView(
      ImagePyramid(image), viewport: ImageViewport(zoom: zoom, center: center?.place ?? [0.5, 0.5]),
      rendering: rendering(output), cellAspect: Double(cell.height) / Double(cell.width))
    guard let (cells, region) = view.layout(in: area) else { return }
    switch mode {
    case .sixel:
      let pixels = view.image.sampled(region, width: cells.columns * cell.width, height: cells.rows * cell.height)
      StandardStreams.output(SixelEncoder().encode(pixels.rgba) + [UInt8(ascii: "\n")])
    case .kitty: try showWithKitty(view, cells, region, cell)
    default:
      var canvas = Canvas(size: cells.size)
      view.draw(in: canvas.bounds, on: &canvas)
      output.print(canvas, always: colors != nil)
    }
  }

  private func rendering(_ output: OutputStyle) -> ImageRendering {
    var rendering = ImageRendering(colors: output.colors, isASCII: output.isASCII, byteBudget: maxBytes)
    switch mode {
    case .quarterblock: rendering.pixels = .quarterBlocks
    case .halfblock: rendering.pixels = .halfBlocks
    case .braille: rendering.pixels = .braille
    case .ascii: rendering.pixels = .ascii
    case .auto, .kitty, .sixel: break
    }
    return rendering
  }

  private func showWithKitty(
    _ view: ImageView, _ cells: Rectangle, _ region: ImageRegion, _ cell: (width: Int, height: Int)
  ) throws {
    let isInTmux = getenv("TMUX").map { $0.pointee != 0 } ?? false
    // Shells of one terminal share its numbers.
    let graphics = KittyGraphics(id: 1 + Int(getpid()) % 0xFF_FFFE, isInTmux: isInTmux)
    let pixels = view.image.sampled(region, width: cells.columns * cell.width, height: cells.rows * cell.height)
    var bytes = graphics.show(png: try pixels.rgba.png(), columns: cells.columns, rows: cells.rows)
    if isInTmux {
      let (red, green, blue) = graphics.placeholderColor
      for row in 0..<cells.rows {
        let line = (0..<cells.columns).compactMap { KittyGraphics.placeholder(row: row, column: $0) }
        bytes += Array("\u{1B}[38;2;\(red);\(green);\(blue)m\(String(line))\u{1B}[39m\n".utf8)
      }
    } else {
      bytes += [UInt8](repeating: UInt8(ascii: "\n"), count: cells.rows)
    }
    StandardStreams.output(bytes)
  }
}

/// A place in an image, as `--center` takes it: shares of its width and height.
struct ImagePoint: ExpressibleByArgument {
  var place: SIMD2<Double>

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard parts.count == 2, let x = parts[0], let y = parts[1], (0...1).contains(x), (0...1).contains(y) else {
      return nil
    }
    place = [x, y]
  }
}
