import Drawing
import Sessions
import Widgets

// The rows as a table: columns by the room there is, and what stands in them.
extension HomeScreen {
  /// The columns that have room.
  func columns(in width: Int) -> [HomeColumn] {
    switch width {
    case ..<50: [.kind, .title]
    case ..<72: [.kind, .title, .turns, .age]
    default:
      [.kind, .title, .turns, .model] + (hasTags ? [.tags] : []) + [.age] + (width >= 140 ? [.name] : [])
    }
  }

  private func layout(of column: HomeColumn, in width: Int) -> TableView.Column {
    switch column {
    case .kind: TableView.Column("", .fixed(8))
    case .title: TableView.Column("name", .share(3))
    case .turns: TableView.Column("turns", .fixed(6), isRightAligned: true)
    case .model: TableView.Column("model", .fixed(min(28, width / 7)))
    case .tags: TableView.Column("tags", .fixed(min(24, width / 8)))
    case .age: TableView.Column("age/size", .fixed(9), isRightAligned: true)
    case .name: TableView.Column("session", .fixed(28))
    }
  }

  /// The table for an area of this width.
  func table(in width: Int) -> TableView {
    let columns = columns(in: width)
    let ordered = order.column.flatMap { columns.firstIndex(of: $0) }
    return TableView(
      columns.map { layout(of: $0, in: width) }, selection,
      order: ordered.map { ($0, order.isDescending) }, hasFocus: prompt == nil || prompt == .search, theme: theme
    ) { [self] row in
      let hasTagColumn = columns.contains(.tags)
      return columns.map { cell(of: rows[row], $0, hasTagColumn: hasTagColumn) }
    }
  }

  private func cell(of row: Row, _ column: HomeColumn, hasTagColumn: Bool) -> String {
    switch row {
    case .newChat: newChatCell(column)
    case .model(let index): cell(of: offered[index], column)
    case .session(let index): cell(of: index, column, hasTagColumn: hasTagColumn)
    }
  }

  private func newChatCell(_ column: HomeColumn) -> String {
    switch column {
    case .kind: "chat"
    case .title: "new chat with \(defaultModel)" + (hasDefaultModel ? "" : " (not here yet: pulls it)")
    default: ""
    }
  }

  private func cell(of model: ModelListing, _ column: HomeColumn) -> String {
    switch column {
    case .kind: model.path == nil ? "pull" : "model"
    case .title: model.details.isEmpty ? model.name : "\(model.name)  \(model.details)"
    case .age: model.bytes > 0 ? ProgressText.bytes(model.bytes) : ""
    default: ""
    }
  }

  private func cell(of index: Int, _ column: HomeColumn, hasTagColumn: Bool) -> String {
    let session = listed[index]
    switch column {
    case .kind: return session.isOpenElsewhere ? "in use" : session.isUnfinished ? "continue" : "session"
    case .title:
      let excerpt = found.map { $0.matches[index].excerpt } ?? ""
      let told = excerpt.isEmpty ? session.title : excerpt
      let tags = hasTagColumn ? "" : session.tags.map { "#\($0) " }.joined()
      return tags + (told.isEmpty ? "(nothing asked yet)" : told)
    case .turns: return "\(session.turns)"
    case .model: return session.model
    case .tags: return session.tags.joined(separator: " ")
    case .age: return ProgressText.age(now - session.created)
    case .name: return session.name
    }
  }
}

extension ProgressText {
  /// How long ago something was, in the largest unit that has passed once: `3 h`.
  static func age(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 60 else { return "now" }
    let minutes = Int(min(seconds, 1e11) / 60)
    let units = [(365 * 24 * 60, "y"), (7 * 24 * 60, "w"), (24 * 60, "d"), (60, "h")]
    for (length, unit) in units where minutes >= length { return "\(minutes / length) \(unit)" }
    return "\(minutes) min"
  }
}
