import ArgumentParser

/// The command line's root.
@main
struct Lathe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lathe", abstract: "A terminal workbench for language models.", subcommands: [VerifyCommand.self])
}
