public import Files
public import Screens
import TOMLText

/// What the user has set, and where: `$XDG_CONFIG_HOME/lathe/config.toml` over the standard settings.
///
/// Reading never fails: what is wrong in the file is listed in `faults` and leaves the standard setting in force.
public struct Configuration: Sendable {
  /// Where a setting comes from.
  public enum Source: Hashable, Sendable {
    case standard
    /// A line of the file, from 1.
    case line(Int)
  }

  /// A value with where it comes from.
  public struct Setting<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The value.
    public var value: Value
    /// Where it comes from.
    public var source: Source

    init(_ value: Value, _ source: Source = .standard) {
      self.value = value
      self.source = source
    }
  }

  /// The file that was read, whether it is there or not.
  public let file: String
  /// Whether the file is there.
  public internal(set) var fileExists = false
  /// The theme's name; `nil` chooses by what the terminal can show.
  public internal(set) var theme = Setting<String?>(nil)
  /// Most frames sent in a second.
  public internal(set) var frameRate = Setting(60)
  /// Most bytes sent to the terminal in a second; `nil` is as many as the line takes.
  public internal(set) var byteCap = Setting<Int?>(nil)
  /// Whether the mouse is reported to the program from the start.
  public internal(set) var mouse = Setting(true)
  /// The keys of actions.
  public internal(set) var bindings = KeyBindings.standard
  /// The lines of keys that are not the standard ones, by map and action.
  public internal(set) var keyLines: [String: [String: Int]] = [:]
  /// What is wrong in the file, in the order of its lines.
  public internal(set) var faults: [SettingsError] = []

  private static let sizeLimit = 1 << 20

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - file: its path; by default the user's.
  ///   - maps: the keys of all screens, to check bindings against; `everywhere` are those that work on all of them.
  public init(
    file: String = DataFolders.configuration + "/config.toml", maps: [KeyMap], everywhere: KeyMap
  ) {
    self.file = file
    guard FileKind(path: file) != .absent else { return }
    fileExists = true
    do {
      let table = try TOMLTable(parsing: try readFile(file, limit: Configuration.sizeLimit))
      var reader = ConfigurationReader(file: file)
      reader.read(table, into: &self)
      KeyRules(reader.rules, maps: maps, everywhere: everywhere).apply(to: &self)
    } catch let error as TOMLError {
      faults.append(
        SettingsError(file: file, line: error.line, problem: "column \(error.column): \(error.problem)"))
    } catch let error as FileError {
      faults.append(SettingsError(file: file, problem: error.reason))
    } catch {
      faults.append(SettingsError(file: file, problem: "\(error)"))
    }
    faults.sort { ($0.line ?? 0) < ($1.line ?? 0) }
  }
}
