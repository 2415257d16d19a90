import Drawing
import Sessions
import Widgets

// How the side pane looks: tabs, what is chosen by them, and below it what keys do there.
extension ChatScreen {
  /// The tabs of the side pane.
  var tabBar: TabBar {
    TabBar(
      SidePane.allCases.map(\.rawValue), selected: SidePane.allCases.firstIndex(of: layout.pane) ?? 0,
      hasFocus: mode.sidePane != nil, theme: theme)
  }

  /// The parts of the side pane, for drawing and for the mouse; all empty where it is not shown.
  func sideParts(in size: Size) -> (tabs: Rectangle, content: Rectangle, foot: Rectangle) {
    let side = areas(in: size).side
    let (tabs, below) = side.splitTop(side.rows >= 2 ? 1 : 0)
    let (content, foot) = below.splitBottom(below.rows >= 4 ? 1 : 0)
    // A column stays free at both sides, as the transcript has its marks.
    return (tabs.inset(columns: 1), content.inset(columns: 1), foot.inset(columns: 1))
  }

  func drawSide(_ areas: Areas, on canvas: inout Canvas) {
    let isHeld = layout.isDragged || mode.sidePane != nil
    canvas.verticalLine(
      at: areas.line.origin, rows: areas.line.rows, "│", style: theme[isHeld ? .focusedBorder : .border])
    guard !areas.side.isEmpty else { return }
    let parts = sideParts(in: canvas.size)
    tabBar.draw(in: parts.tabs, on: &canvas)
    drawContent(in: parts.content, on: &canvas)
    let columns = parts.foot.columns
    let foot = mode.sidePane == nil ? otherPaneHint(in: columns) : hint(of: layout.pane, in: columns)
    canvas.write(
      foot, at: parts.foot.origin, style: theme[mode.sidePane == nil ? .muted : .key], in: parts.foot)
  }

  private func drawContent(in area: Rectangle, on canvas: inout Canvas) {
    switch layout.pane {
    case .tree:
      if case .tree(let selection) = mode {
        drawTreeRows(selection, in: area, hasFocus: true, on: &canvas)
      } else {
        drawTreeRows(treeSelection, in: area, hasFocus: false, on: &canvas)
      }
    case .tokens:
      if case .tokens(let cursor) = mode {
        drawTokens(cursor, in: area, on: &canvas)
      } else {
        drawTokens(latestToken, in: area, on: &canvas)
      }
    case .sampling:
      if case .sampling(let panel) = mode {
        drawSamplingRows(panel, in: area, hasFocus: true, on: &canvas)
      } else {
        drawSamplingRows(SamplingPanel(), in: area, hasFocus: false, on: &canvas)
      }
    case .about:
      let first: Int = if case .about(let row) = mode { row } else { 0 }
      for (y, row) in aboutRows(columns: area.columns).dropFirst(first).prefix(area.rows).enumerated() {
        canvas.write(row, at: Point(x: area.x, y: area.y + y), in: area)
      }
    }
  }

  private func drawTokens(_ cursor: TokenCursor?, in area: Rectangle, on canvas: inout Canvas) {
    guard let cursor else {
      canvas.write("no tokens yet", at: area.origin, style: theme[.muted], in: area)
      return
    }
    let facts = tokenFacts(cursor).map { [Span($0, theme[.text])] }
    for (y, row) in (facts + tokenAlternatives(cursor)).prefix(area.rows).enumerated() {
      canvas.write(row, at: Point(x: area.x, y: area.y + y), in: area)
    }
  }

  /// How the keys come to the side pane.
  private func otherPaneHint(in columns: Int) -> String {
    bindings.hint(
      of: ChatScreen.paneMap,
      [(["focus-next"], "keys here"), (["next-tab"], "next tab"), (["zoom"], "zoom"), (["toggle"], "hide")], in: columns
    )
  }

  /// What keys do in a side pane.
  func hint(of pane: SidePane, in columns: Int) -> String {
    let (map, groups): (KeyMap, [(actions: [String], label: String)]) =
      switch pane {
      case .tree: (ChatScreen.treeMap, [(["up", "down"], "turn"), (["go"], "show its branch"), (["leave"], "back")])
      case .tokens:
        (
          ChatScreen.tokenMap,
          [
            (["left", "right"], "token"), (["row-up", "row-down"], "alternative"), (["go-on"], "goes on from it"),
            (["leave"], "back"),
          ]
        )
      case .sampling:
        (
          ChatScreen.samplingMap,
          [(["up", "down"], "setting"), (["lower", "higher"], "step"), (["apply"], "take"), (["leave"], "back")]
        )
      case .about: (ChatScreen.aboutMap, [(["up", "down"], "scroll"), (["leave"], "back")])
      }
    return bindings.hint(of: map, groups, in: columns)
  }
}
