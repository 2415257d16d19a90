import ArgumentParser
import Checkpoints
import Drawing
import Files
import Images
import Screens
import Sessions
import Terminals
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
      auto asks the terminal: pixels where it takes Kitty graphics or sixels (through tmux with allow-passthrough), else \
      characters in its colours; where nothing answers, characters. --zoom and --center show a part.

      With --screen the image takes the whole terminal, to be zoomed and moved by keys and mouse (? shows the keys).
      """)

  enum Mode: String, ExpressibleByArgument, CaseIterable {
    case auto, quarterblock, halfblock, braille, ascii, kitty, sixel

    /// The characters that make up pixels; `nil` where the mode does not say.
    var pixels: ImageRendering.Pixels? {
      switch self {
      case .quarterblock: .quarterBlocks
      case .halfblock: .halfBlocks
      case .braille: .braille
      case .ascii: .ascii
      case .auto, .kitty, .sixel: nil
      }
    }
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

  @Flag(name: [.customLong("screen"), .customShort("i")], help: "Look at the image on the whole terminal.")
  var isInteractive = false

  @OptionGroup var screen: ScreenOptions

  @Option(help: "The most bytes the picture may cost: similar neighbouring colours become equal.")
  var maxBytes: Int?

  func validate() throws {
    guard zoom.isFinite, zoom >= 1 else { throw ValidationError("--zoom: expected 1 or more, got \(zoom)") }
    if isInteractive, size != nil || colors != nil || maxBytes != nil {
      throw ValidationError("--screen takes the whole terminal: leave out --size, --colors and --max-bytes")
    }
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
    let viewport = ImageViewport(zoom: zoom, center: center?.place ?? [0.5, 0.5])
    if isInteractive { return try look(at: ImagePyramid(image), viewport) }
    var output = OutputStyle.current
    if let colors { output.colors = colors.count }
    let way = pixelWay(output)
    if let cell = way.cell { output.cellPixels = (cell.columns, cell.rows) }
    let terminal = output.size.map { Size(columns: $0.columns, rows: max(1, $0.rows - 1)) }
    let area = Rectangle(size: size?.size ?? terminal ?? Size(columns: 80, rows: 24))
    let cell = output.cellPixels ?? (width: 10, height: 20)
    var rendering = ImageRendering(colors: output.colors, isASCII: output.isASCII, byteBudget: maxBytes)
    if let pixels = mode.pixels { rendering.pixels = pixels }
    let view = ImageView(
      ImagePyramid(image), viewport: viewport, rendering: rendering,
      cellAspect: Double(cell.height) / Double(cell.width))
    guard let (cells, region) = view.layout(in: area) else { return }
    switch way.mode {
    case .sixel:
      let pixels = view.image.sampled(region, width: cells.columns * cell.width, height: cells.rows * cell.height)
      StandardStreams.output(SixelEncoder(colors: way.registers).encode(pixels.rgba) + [UInt8(ascii: "\n")])
    case .kitty: try showWithKitty(view, cells, region, cell)
    default:
      var canvas = Canvas(size: cells.size)
      view.draw(in: canvas.bounds, on: &canvas)
      output.print(canvas, always: colors != nil)
    }
  }

  private func look(at image: ImagePyramid, _ viewport: ImageViewport) throws {
    guard TerminalCheck.canShowScreens else {
      throw ValidationError("--screen needs a terminal; leave it out and the image is printed")
    }
    let wanted: PictureScreen.Mode? =
      mode.pixels.map { .cells($0) } ?? ([.kitty, .sixel].contains(mode) ? .pixels : nil)
    _ = try Workbench(
      .viewer(PictureScreen(image, subject: printableLine(splitName(file)), viewport: viewport, mode: wanted)),
      opening: ChatOpening(model: Services.defaultModel), services: Services.standard(), appearance: screen.appearance
    ).run()
  }

  /// Milliseconds that the terminal has for its answers: a way there and back over a slow line.
  private static let patience = 500

  /// How the image is sent: as the mode says; by itself as the terminal answers.
  private func pixelWay(_ output: OutputStyle) -> (mode: Mode, registers: Int, cell: Size?) {
    // Whoever wants characters of a kind, colours or bytes counted does not want pixels.
    let asks = mode == .sixel || mode == .auto && colors == nil && maxBytes == nil && output.colors > 0
    guard asks, TerminalCheck.canShowScreens else { return (mode, 256, nil) }
    guard let abilities = TerminalProfile.current(patience: ShowCommand.patience).abilities else {
      return (mode, 256, nil)
    }
    let registers = abilities.sixelRegisters ?? 256
    guard mode == .auto else { return (mode, registers, abilities.cellPixels) }
    if abilities.hasKittyGraphics { return (.kitty, registers, abilities.cellPixels) }
    let cell = abilities.cellPixels ?? output.cellPixels.map { Size(columns: $0.width, rows: $0.height) }
    return (abilities.hasSixel && cell != nil ? .sixel : .auto, registers, abilities.cellPixels)
  }

  private func splitName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  private func showWithKitty(
    _ view: ImageView, _ cells: Rectangle, _ region: ImageRegion, _ cell: (width: Int, height: Int)
  ) throws {
    let isInTmux = getenv("TMUX").map { $0.pointee != 0 } ?? false
    // Shells of one terminal share its numbers.
    let graphics = KittyGraphics(slot: Int(getpid()) / 254, program: Int(getpid()), isInTmux: isInTmux)
    let pixels = view.image.sampled(region, width: cells.columns * cell.width, height: cells.rows * cell.height)
    var bytes = graphics.show(png: try pixels.rgba.png(), columns: cells.columns, rows: cells.rows)
    if isInTmux {
      for row in 0..<cells.rows {
        let line = (0..<cells.columns).compactMap { graphics.placeholder(row: row, column: $0) }
        let color = graphics.placeholderColor & 0xFF
        bytes += Array("\u{1B}[38;5;\(color)m\(String(line))\u{1B}[39m\n".utf8)
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
