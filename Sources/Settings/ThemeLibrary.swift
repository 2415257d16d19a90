public import Drawing
public import Files

/// The themes that can be chosen: those that come with the program, and the user's, which go before one of the same name.
public struct ThemeLibrary: Sendable {
  /// The folder of the user's theme files.
  public let folder: String

  /// Largest theme file that is read, in bytes.
  private static let sizeLimit = 1 << 20

  /// Creates a library; by default the user's folder is `$XDG_CONFIG_HOME/lathe/themes`.
  public init(folder: String = DataFolders.configuration + "/themes") { self.folder = folder }

  /// The names of all themes: those built in first, then the user's own, each in order.
  public var names: [String] {
    let builtIn = embeddedThemes.map(\.name)
    // A folder that is not there holds no themes.
    let files = (try? namesInFolder(folder)) ?? []
    let own = files.filter { $0.hasSuffix(".toml") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }
    return builtIn + own.filter { !builtIn.contains($0) }.sorted()
  }

  /// Reads a theme.
  ///
  /// - Throws: `SettingsError`: no theme of that name, or the file's first fault with its line and key.
  public func theme(named name: String) throws(SettingsError) -> Theme {
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else { throw unknown(name) }
    let path = folder + "/" + name + ".toml"
    if FileKind(path: path) == .file {
      let bytes: [UInt8]
      do {
        bytes = try readFile(path, limit: ThemeLibrary.sizeLimit)
      } catch {
        throw SettingsError(file: path, problem: error.reason)
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw SettingsError(file: path, problem: "the text is not UTF-8")
      }
      return try Theme(readingTOML: text, name: name, file: path)
    }
    guard let builtIn = embeddedThemes.first(where: { $0.name == name }) else { throw unknown(name) }
    return try Theme(readingTOML: builtIn.text, name: name, file: "built-in theme " + name)
  }

  private func unknown(_ name: String) -> SettingsError {
    SettingsError(
      file: "theme \(name)",
      problem: "there is no such theme; there are \(names.joined(separator: ", ")); your own go into \(folder)")
  }
}
