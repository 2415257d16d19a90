import ArgumentParser

@main
struct Lathe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lathe", abstract: "A research workbench for language models.", subcommands: [TokenizeCommand.self])
}
