import Drawing
import Terminals

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the terminal can show.
enum TerminalFindings {
  /// How images are shown at best, and on what grid.
  private static func images(_ profile: TerminalProfile, _ abilities: TerminalAbilities) -> String {
    let grid = abilities.cellPixels.map { ", cells of \($0.columns)x\($0.rows) pixels" } ?? ""
    if abilities.hasKittyGraphics { return "in pixels, by the Kitty protocol\(grid)" }
    if abilities.hasSixel { return "in pixels, by sixel\(grid)" }
    guard profile.isUTF8 else { return "in ASCII characters" }
    let colors = abilities.hasTrueColor ? 1 << 24 : profile.colors
    return "in half blocks, " + (colors >= 1 << 24 ? "true colour" : colors > 0 ? "\(colors) colours" : "no colours")
  }

  static func findings(_ profile: TerminalProfile) -> [Finding] {
    let section = "Terminal"
    var findings = [Finding(section, "type", "TERM=\(profile.type)" + (profile.isTmux ? ", in tmux" : ""))]
    guard let abilities = profile.abilities else {
      return findings + [
        Finding(section, "screens", "standard input or output is no terminal, or cannot place a cursor", .absent)
      ]
    }
    func ability(_ name: String, _ isThere: Bool, _ use: String, remedy: String? = nil) {
      findings.append(Finding(section, name, use, isThere ? .present : .absent, remedy: isThere ? nil : remedy))
    }
    if !abilities.hasAnswered {
      findings.append(Finding(section, "answers", "it does not say what it can do: the plainest is assumed", .absent))
    } else if !abilities.name.isEmpty {
      findings.append(Finding(section, "name", abilities.name))
    }
    if let size = profile.size { findings.append(Finding(section, "size", "\(size.columns)x\(size.rows) cells")) }
    ability("UTF-8", profile.isUTF8, "else drawn in ASCII", remedy: "export LC_ALL=C.UTF-8")
    ability(
      "colours", profile.colors > 0, profile.colors >= 1 << 24 ? "true colour" : "\(profile.colors)",
      remedy: "TERM names a terminal without colours, or NO_COLOR is set")
    ability(
      "true colour", profile.colors >= 1 << 24, "colours as RGB",
      remedy: abilities.hasTrueColor ? "the terminal takes them: export COLORTERM=truecolor" : nil)
    ability("whole frames", abilities.synchronizesOutput, "synchronised output: no half frame is seen")
    let inTmux = profile.isTmux ? "in tmux: set -g allow-passthrough on; " : ""
    ability(
      "Kitty graphics", abilities.hasKittyGraphics, "images in full resolution",
      remedy: inTmux + "kitty, Ghostty, WezTerm and Konsole have it")
    ability("sixel", abilities.hasSixel, "images in full resolution", remedy: "images are drawn in half blocks instead")
    findings.append(Finding(section, "images", images(profile, abilities)))
    return findings
  }
}
