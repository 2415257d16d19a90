import ArgumentParser
import JSONText
import Terminals

/// `lathe doctor`: what this machine offers and how to get what it lacks.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Report what this machine and terminal offer, and how to get what is missing.")

  @Flag(help: "Print one JSON object a line.")
  var json = false

  func run() throws {
    // Asked first: a terminal's answers are not kept waiting by what is measured.
    let terminal = TerminalFindings.findings(TerminalProfile.current())
    let findings =
      Machine.current.findings + MachineGlance.measured().findings + GraphicsProcessors.findings + terminal
      + OptionalParts().findings
    if json {
      for finding in findings { StandardStreams.output(finding.json.text + "\n") }
    } else {
      StandardStreams.output(Finding.text(findings))
    }
  }
}
