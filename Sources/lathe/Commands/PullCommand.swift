import ArgumentParser
import Downloads

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct PullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Fetch a model: a short name or OWNER/REPO[:FILE] of the Hugging Face hub.",
    discussion: """
      Downloads resume where they broke off, are checked against the hub's hash and appear under their name only when
      they are whole. HF_TOKEN is sent for gated repositories; HF_ENDPOINT names another hub.
      Short names: \(KnownModel.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", "))
      """)

  @Argument(help: "smollm2-135m, OWNER/REPO, OWNER/REPO:FILE or OWNER/REPO:QUANTISATION.")
  var model = KnownModel.standard.name

  @Flag(help: "Print nothing but errors.")
  var quiet = false

  func run() async throws {
    let request: PullRequest
    do {
      request = try PullRequest(model)
    } catch {
      throw ValidationError(error.description)
    }
    let meter = ProgressMeter(isQuiet: quiet)
    let pulled = try await ModelPull().run(request) { report in
      switch report {
      case .progress(let part): meter.show(.init(file: part.file, received: part.received, total: part.total))
      case .note(let text): meter.note(text)
      }
    }
    meter.finish()
    if !quiet { print("\(pulled.name): \(pulled.path)") }
  }
}
