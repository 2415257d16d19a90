import ArgumentParser

@main
struct Lathe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lathe",
    abstract: "A terminal workbench for large language models.",
    subcommands: [TemplateCommand.self])
}
