import ArgumentParser

@main
struct Lathe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lathe", abstract: "A terminal research workbench for large language and multimodal models.",
    subcommands: [PullCommand.self])
}
