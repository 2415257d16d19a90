public import Drawing
public import Images
public import Sessions
public import Widgets

/// An image on the whole screen, zoomed and moved by keys and mouse.
public struct PictureScreen: Screen {
  /// How the image is shown.
  public enum Mode: Hashable, Sendable {
    /// In pixels, where the terminal takes them.
    case pixels
    case cells(ImageRendering.Pixels)

    /// What the user knows it by.
    var name: String {
      switch self {
      case .pixels: "pixels"
      case .cells(.halfBlocks): "half blocks"
      case .cells(.quarterBlocks): "quarter blocks"
      case .cells(.braille): "braille"
      case .cells(.ascii): "ASCII"
      }
    }
  }

  /// What is shown, for the status line.
  public let subject: String
  /// The image.
  public let image: ImagePyramid
  /// The part that is seen.
  public private(set) var viewport: ImageViewport
  /// How it is wanted; `nil` is the best the terminal has.
  public private(set) var wanted: Mode?
  /// What the terminal can show.
  public var display = Display()
  /// The roles' styles.
  public var theme = Theme.dark
  /// The keys the user has given to actions.
  public var bindings = KeyBindings.standard
  var size = Size(columns: 80, rows: 24)
  /// First row of the help that is shown; `nil` while there is none.
  var helpRow: Int?
  private var grip: Point?

  /// The table that applies now.
  public var keyMaps: [KeyMap] { helpRow == nil ? [PictureScreen.keyMap] : [] }

  /// Shows an image.
  ///
  /// - Parameter mode: how it is shown; `nil` is the best the terminal has.
  public init(
    _ image: ImagePyramid, subject: String, viewport: ImageViewport = ImageViewport(), mode: Mode? = nil
  ) {
    self.image = image
    self.subject = subject
    self.viewport = viewport
    wanted = mode
  }

  /// How it is shown now.
  public var mode: Mode {
    if let wanted, wanted != .pixels || !display.pixels.isEmpty { return wanted }
    if !display.pixels.isEmpty { return .pixels }
    return .cells(ImageRendering(colors: display.colors, isASCII: display.isASCII).pixels)
  }

  /// The modes there are here, in the order the key goes through them.
  private var modes: [Mode] {
    let cells = display.isASCII ? [.ascii] : ImageRendering.Pixels.allCases
    return (display.pixels.isEmpty ? [] : [.pixels]) + cells.map { .cells($0) }
  }

  /// Takes in what happened and says what to do about it.
  public mutating func update(_ event: TimedEvent) -> [Effect] {
    switch event.event {
    case .key(let press): return handle(press)
    case .mouse(let mouse): handle(mouse)
    case .resized(let newSize): size = Size(newSize)
    default: break
    }
    return []
  }

  private mutating func handle(_ press: KeyPress) -> [Effect] {
    if let row = helpRow {
      helpRow = HelpReading.row(row, after: press, of: help, on: size)
      return []
    }
    guard let action = PictureScreen.table.action(for: press) else { return [] }
    switch action {
    case .left: viewport = viewport.panned(by: [-0.1, 0])
    case .right: viewport = viewport.panned(by: [0.1, 0])
    case .up: viewport = viewport.panned(by: [0, -0.1])
    case .down: viewport = viewport.panned(by: [0, 0.1])
    case .pageUp: viewport = viewport.panned(by: [0, -0.9])
    case .pageDown: viewport = viewport.panned(by: [0, 0.9])
    case .start: viewport = viewport.panned(by: [-1e6, -1e6])
    case .end: viewport = viewport.panned(by: [1e6, 1e6])
    case .zoomIn: viewport = viewport.zoomed(by: 1.25)
    case .zoomOut: viewport = viewport.zoomed(by: 0.8)
    case .fit: viewport = ImageViewport()
    case .actualSize: viewport = ImageViewport(zoom: viewport.zoom / scale, center: viewport.center)
    case .nextMode: step(by: 1)
    case .previousMode: step(by: -1)
    case .help: helpRow = 0
    case .repaint: return [.repaint]
    case .suspend: return [.suspend]
    case .leave: return [.leave]
    case .quit: return [.quit]
    }
    return []
  }

  private mutating func step(by distance: Int) {
    let modes = modes
    let index = modes.firstIndex(of: mode) ?? 0
    wanted = modes[((index + distance) % modes.count + modes.count) % modes.count]
  }

  private mutating func handle(_ mouse: MouseInput) {
    if let row = helpRow {
      helpRow = HelpReading.row(row, after: mouse, of: help)
      return
    }
    let area = areas(in: size).picture
    guard let cells = imageView.layout(in: area)?.cells else { return }
    let point = Point(x: mouse.x, y: mouse.y)
    func share(_ place: Int, _ start: Int, _ length: Int) -> Double {
      min(1, max(0, (Double(place - start) + 0.5) / Double(max(1, length))))
    }
    switch mouse.kind {
    case .wheelUp, .wheelDown:
      let anchor = SIMD2(share(point.x, cells.x, cells.columns), share(point.y, cells.y, cells.rows))
      viewport = viewport.zoomed(by: mouse.kind == .wheelUp ? 1.25 : 0.8, around: anchor)
    case .press: grip = point
    case .drag:
      guard let held = grip else { return }
      let moved = SIMD2(
        Double(held.x - point.x) / Double(max(1, cells.columns)), Double(held.y - point.y) / Double(max(1, cells.rows)))
      // What is seen is not `1 / zoom` of the image where the area has another shape: the shares differ.
      viewport = viewport.panned(by: moved * seenShare(in: area) * viewport.zoom)
      grip = point
    case .release: grip = nil
    }
  }

  /// Shares of the image's width and height that are seen.
  private func seenShare(in area: Rectangle) -> SIMD2<Double> {
    guard let region = imageView.layout(in: area)?.region else { return [1, 1] }
    return SIMD2(region.width / Double(image.image.width), region.height / Double(image.image.height))
  }
}
