public import Drawing
public import Sessions
import Widgets

/// Charts of a table on the whole screen: a cursor through all of them, zoom and pan by keys and mouse.
public struct PlotScreen: Screen {
  /// What is drawn, for the status line.
  public let subject: String
  /// The charts.
  public private(set) var stack: ChartStack
  /// The roles' styles.
  public var theme = Theme.dark { didSet { dress() } }
  /// The keys the user has given to actions.
  public var bindings = KeyBindings.standard
  var size = Size(columns: 80, rows: 24)
  /// First row of the help that is shown; `nil` while there is none.
  var helpRow: Int?
  /// A line that tells something, until the next key.
  var notice: Notice?

  /// The table that applies now.
  public var keyMaps: [KeyMap] { helpRow == nil ? [PlotScreen.keyMap] : [] }

  /// Shows charts.
  ///
  /// - Parameter notice: what the user should know of the data, if anything.
  public init(_ stack: ChartStack, subject: String, notice: Notice? = nil) {
    self.stack = stack
    self.subject = subject
    self.notice = notice
  }

  private mutating func dress() { stack.changeAll { $0.theme = theme } }

  /// Takes in what happened and says what to do about it.
  public mutating func update(_ event: TimedEvent) -> [Effect] {
    switch event.event {
    case .key(let press): return handle(press)
    case .mouse(let mouse): handle(mouse)
    case .resized(let newSize): size = Size(newSize)
    case .notice(let newNotice): notice = newNotice
    default: break
    }
    return []
  }

  private mutating func handle(_ mouse: MouseInput) {
    if let row = helpRow {
      helpRow = HelpReading.row(row, after: mouse, of: help)
      return
    }
    stack.handle(mouse, in: areas(in: size).charts)
  }

  private mutating func handle(_ press: KeyPress) -> [Effect] {
    if let row = helpRow {
      helpRow = HelpReading.row(row, after: press, of: help, on: size)
      return []
    }
    notice = nil
    if press.modifiers.isEmpty, case .character(let character) = press.key, let digit = character.wholeNumberValue,
      (1...9).contains(digit)
    {
      stack.toggleLayer(digit - 1)
      return []
    }
    guard let action = PlotScreen.table.action(for: press) else { return [] }
    return perform(action)
  }

  private mutating func perform(_ action: PlotAction) -> [Effect] {
    switch action {
    case .help: helpRow = 0
    case .repaint: return [.repaint]
    case .suspend: return [.suspend]
    case .leave: if !stack.cancelDrag() { return [.leave] }
    case .quit: return [.quit]
    case .copy: return copy()
    case .overlay: stack.toggleOverlay()
    case .nextChart: stack.focusNext(by: 1)
    case .previousChart: stack.focusNext(by: -1)
    case .single: stack.toggleSingle()
    case .back: stack.goBack()
    case .reset: stack.reset()
    case .line, .scatter, .histogram, .marks, .xScale, .yScale: change(action)
    default: move(action)
    }
    return []
  }

  /// What changes all charts alike.
  private mutating func change(_ action: PlotAction) {
    switch action {
    case .line: stack.changeAxes { $0.show(as: .line) }
    case .scatter: stack.changeAxes { $0.show(as: .scatter) }
    case .histogram: stack.changeAxes { $0.show(as: .histogram) }
    case .xScale: stack.changeAxes { $0.toggleXScale() }
    case .yScale: stack.changeAxes { $0.toggleYScale() }
    default:
      stack.changeAll { pane in
        let all = ChartMarks.allCases
        pane.marks = all[((all.firstIndex(of: pane.marks) ?? 0) + 1) % all.count]
      }
    }
    let lost = stack.panes.reduce(0) { $0 + $1.unplacedCount }
    if lost > 0 {
      notice = Notice(.warning, "\(lost) \(lost == 1 ? "value has" : "values have") no place on the axes")
    }
  }

  /// What moves the cursor or the view of the focused chart, and with it the others'.
  private mutating func move(_ action: PlotAction) {
    let place = stack.focusedPlace(in: areas(in: size).charts)
    let page = max(1, place.columns / 10)
    var isMissed = false
    stack.changeFocused { pane in
      switch action {
      case .cursorLeft: pane.moveCursor(by: -1, in: place)
      case .cursorRight: pane.moveCursor(by: 1, in: place)
      case .cursorFarLeft: pane.moveCursor(by: -page, in: place)
      case .cursorFarRight: pane.moveCursor(by: page, in: place)
      case .cursorAway: pane.cursor = nil
      case .eventForward: isMissed = !pane.moveToEvent(forward: true, in: place)
      case .eventBack: isMissed = !pane.moveToEvent(forward: false, in: place)
      case .zoomIn: pane.zoomX(by: 2.0 / 3)
      case .zoomOut: pane.zoomX(by: 1.5)
      case .zoomInVertically: pane.zoomY(by: 2.0 / 3)
      case .zoomOutVertically: pane.zoomY(by: 1.5)
      case .panLeft: pane.pan(x: -0.2)
      case .panRight: pane.pan(x: 0.2)
      case .panUp: pane.pan(y: 0.2)
      case .panDown: pane.pan(y: -0.2)
      default: break
      }
    }
    if isMissed {
      notice = Notice(
        .information, "no NaN or infinity \(action == .eventForward ? "behind" : "before") the cursor in this chart")
    }
  }

  private mutating func copy() -> [Effect] {
    guard let values = stack.values else {
      notice = Notice(.information, "no cursor: ← and → or a click put one")
      return []
    }
    notice = Notice(.information, "the values at the cursor are copied")
    return [.copy(values)]
  }
}
