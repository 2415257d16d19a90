public import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where test inputs lie.
public enum Fixtures {
  /// The root of this checkout.
  public static let repository: String = {
    // This file is Tests/TestSupport/Fixtures.swift.
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return parts.joined(separator: "/")
  }()

  /// The reference cases beside the checkout; `nil` in a bare clone. LATHE_FIXTURES names another place.
  public static let shared: String? = {
    let path = environment("LATHE_FIXTURES") ?? repository + "/../shared/fixtures"
    return access(path, R_OK) == 0 ? path : nil
  }()

  /// The folder of small copies that live in this repository.
  public static let local = repository + "/Tests/Fixtures"

  /// The value of an environment variable.
  public static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The whole of a file.
  public static func bytes(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw MissingFixture(path: path) }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: ftell(file))
    rewind(file)
    let count = fread(&bytes, 1, bytes.count, file)
    guard count == bytes.count else { throw MissingFixture(path: path) }
    return bytes
  }

  /// The names in a folder, sorted, without those that start with a dot.
  public static func names(in folder: String) -> [String] {
    allNames(in: folder).filter { !$0.hasPrefix(".") }
  }

  static func allNames(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

/// A test input that could not be read.
public struct MissingFixture: Error {
  /// The file.
  public let path: String
}

extension Trait where Self == ConditionTrait {
  /// Runs the test only where the shared reference cases are.
  public static var needsSharedFixtures: Self {
    .enabled(if: Fixtures.shared != nil, "the shared fixtures folder is absent")
  }
}

extension Fixtures {
  /// Writes a whole file, without the care for power losses that costs time.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "wb") else { throw MissingFixture(path: path) }
    let count = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, count == bytes.count else { throw MissingFixture(path: path) }
  }
}
