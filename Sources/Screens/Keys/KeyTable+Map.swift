import Drawing

extension KeyTable where Action: RawRepresentable, Action.RawValue == String {
  /// The table without its actions' type.
  public func map(named name: String, takesText: Bool = false) -> KeyMap {
    KeyMap(
      name: name,
      entries: bindings.map {
        KeyMap.Entry(action: hyphenated($0.action.rawValue), presses: $0.presses, meaning: $0.meaning)
      },
      takesText: takesText)
  }
}
