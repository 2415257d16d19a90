import Drawing
import Settings
import TestSupport
import Testing

@testable import Settings

@Suite struct ThemeTests {
  private func read(_ text: String) throws -> Theme { try Theme(readingTOML: text, name: "t", file: "t.toml") }

  @Test func theProgramHoldsTheThemeFilesAsTheyAre() throws {
    let folder = Fixtures.repository + "/themes"
    let files = Fixtures.names(in: folder)
    #expect(files.map { String($0.dropLast(5)) } == embeddedThemes.map(\.name))
    for (file, embedded) in zip(files, embeddedThemes) {
      let text = String(decoding: try Fixtures.bytes(folder + "/" + file), as: UTF8.self)
      #expect(text == embedded.text, "run .ci/embed-themes: \(file) differs")
    }
  }

  @Test func theThemesOfTheCodeAreThoseOfTheFiles() throws {
    let library = ThemeLibrary(folder: "/nonexistent")
    #expect(try library.theme(named: "dark") == .dark)
    #expect(try library.theme(named: "monochrome") == .monochrome)
    #expect(library.names == embeddedThemes.map(\.name))
  }

  @Test func rolesPaletteAndGround() throws {
    let theme = try read(
      """
      text = "#93a1a1"
      ground = "base"
      [palette]
      base = "#002b36"
      [roles]
      error = "bold underline bright-red"
      selection = "ground on text"
      status-bar = "7 on 236"
      """)
    let base = Color.rgb(0, 0x2B, 0x36)
    #expect(theme[.error] == Style(foreground: .brightRed, background: base, attributes: [.bold, .underline]))
    #expect(theme[.selection] == Style(foreground: base, background: .rgb(0x93, 0xA1, 0xA1)))
    #expect(theme[.statusBar] == Style(foreground: .indexed(7), background: .indexed(236)))
    #expect(theme[.muted] == Style(foreground: .rgb(0x93, 0xA1, 0xA1), background: base))
  }

  /// Every fault with its line and key.
  @Test(arguments: [
    ("[roles]\nacent = \"red\"", "t.toml line 2: roles.acent: no such role; did you mean accent?"),
    ("[roles]\n\nerror = \"bold rde\"", "t.toml line 3: roles.error: \"rde\" is no colour; did you mean red?"),
    ("[roles]\nerror = \"red on\"", "t.toml line 2: roles.error: expected a ground colour behind on"),
    ("[roles]\nerror = \"red blue\"", "t.toml line 2: roles.error: one word too many at blue"),
    ("[roles]\nerror = 3", "t.toml line 2: roles.error: expected a string, got an integer"),
    ("[palette]\nx = \"#12345g\"", "t.toml line 2: palette.x: \"#12345g\" is no colour"),
    ("ground = \"256\"", "t.toml line 1: ground: \"256\" is no colour"),
    ("colour = 1", "t.toml line 1: colour: no such key"), ("roles = 1", "t.toml line 1: roles: expected a table"),
    ("[roles]\nerror = \"red", "t.toml line 2: column 13: the string has no end"),
  ]) func faultsNameLineAndKey(text: String, message: String) throws {
    let error = try #require(throws: SettingsError.self) { try read(text) }
    #expect(error.description.hasPrefix(message), "\(error)")
  }

  @Test func theUsersThemesGoFirst() throws {
    let folder = try TemporaryFolder()
    try folder.write("[roles]\naccent = \"red\"\n", to: "dark.toml")
    try folder.write("[roles]\naccent = \"nothing\"\n", to: "mine.toml")
    let library = ThemeLibrary(folder: folder.path)
    #expect(library.names.last == "mine" && library.names.count == embeddedThemes.count + 1)
    #expect(try library.theme(named: "dark")[.accent].foreground == .red)
    let fault = try #require(throws: SettingsError.self) { try library.theme(named: "mine") }
    #expect(fault.line == 2 && fault.key == "roles.accent" && fault.file == folder["mine.toml"])
    for name in ["", "absent", "../dark", ".hidden"] {
      #expect(throws: SettingsError.self) { try library.theme(named: name) }
    }
  }

  /// Roles whose text is read; borders and bars only have to be seen.
  private static let readRoles = Theme.Role.allCases.filter { ![.border, .progressRest, .progressDone].contains($0) }

  @Test(arguments: embeddedThemes.map(\.name)) func everyThemeGivesEveryRoleAndMarksWhatMatters(name: String) throws {
    let theme = try ThemeLibrary(folder: "/nonexistent").theme(named: name)
    for role in [Theme.Role.selection, .statusBar, .error, .title, .match] { #expect(theme[role] != theme[.text]) }
    #expect(theme[.error] != theme[.warning] && theme[.error] != theme[.success])
  }

  @Test(arguments: [
    ("high-contrast", 7.0), ("colorblind-dark", 4.5), ("colorblind-light", 4.5), ("solarized-dark", 3.9),
    ("solarized-light", 4.5),
  ]) func textCanBeRead(name: String, least: Double) throws {
    let theme = try ThemeLibrary(folder: "/nonexistent").theme(named: name)
    for role in Self.readRoles {
      let (text, ground) = (LinearColor(theme[role].foreground), LinearColor(theme[role].background))
      let ratio = try #require(text).contrast(to: try #require(ground))
      #expect(ratio >= least, "\(role): \(ratio)")
    }
  }

  @Test(arguments: ["colorblind-dark", "colorblind-light"], ColorVision.allCases)
  func statesStayApartForColourBlindEyes(name: String, vision: ColorVision) throws {
    let theme = try ThemeLibrary(folder: "/nonexistent").theme(named: name)
    let roles: [Theme.Role] = [.success, .warning, .error]
    for (index, role) in roles.enumerated() {
      for other in roles.dropFirst(index + 1) {
        let pair = try [role, other].map { try #require(LinearColor(theme[$0].foreground)).seen(by: vision) }
        let difference = pair[0].difference(to: pair[1])
        #expect(difference >= 20, "\(role) and \(other): \(difference)")
      }
    }
  }
}
