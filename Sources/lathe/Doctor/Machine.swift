import Files
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The processor and the memory of this machine, as the kernel tells.
struct Machine {
  /// Text of /proc/cpuinfo; empty where there is none.
  let processors: String
  /// Text of /proc/meminfo.
  let memory: String
  /// Text of the memory limit of this process's control group.
  let limit: String

  init(processors: String, memory: String, limit: String) {
    self.processors = processors
    self.memory = memory
    self.limit = limit
  }

  /// This machine.
  static var current: Machine {
    Machine(
      processors: text("/proc/cpuinfo"), memory: text("/proc/meminfo"),
      limit: text("/sys/fs/cgroup/memory.max") + text("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
  }

  /// A file that may not be there.
  private static func text(_ path: String) -> String {
    (try? readFile(path, limit: 1 << 24)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// The extensions that matter for the kernels, as Linux names them.
  private static let extensions = [
    "sse4_2", "f16c", "fma", "avx2", "avx_vnni", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "avx512_fp16",
    "amx_tile", "amx_int8", "amx_bf16", "asimd", "asimddp", "i8mm", "bf16", "sve",
  ]

  /// The processor's name.
  var processorName: String? { field("model name", in: processors) }

  /// The extensions it has, of those that matter.
  var extensions: [String] {
    let flags = field("flags", in: processors) ?? field("Features", in: processors) ?? ""
    let all = Set(flags.split(separator: " ").map(String.init))
    return Machine.extensions.filter(all.contains)
  }

  /// Bytes of memory in all and free for use.
  var memoryBytes: (total: Int, available: Int)? {
    func bytes(_ name: String) -> Int? {
      field(name, in: memory)?.split(separator: " ").first.flatMap { Int($0) }.map { $0 * 1024 }
    }
    guard let total = bytes("MemTotal"), let available = bytes("MemAvailable") else { return nil }
    return (total, available)
  }

  /// The most memory this process may have, where its control group has a limit.
  var memoryLimit: Int? {
    // Version 1 writes "no limit" as a number near 2^63.
    limit.split(whereSeparator: \.isNewline).first.flatMap { Int($0) }.flatMap { $0 < 1 << 60 ? $0 : nil }
  }

  private func field(_ name: String, in text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      guard line[..<colon].trimmed == name else { continue }
      return String(line[line.index(after: colon)...].trimmed)
    }
    return nil
  }

  var findings: [Finding] {
    let usable = InstructionSet.available.map(\.rawValue)
    let used = CPUBackend(threads: CPUBackend.availableProcessors).name
    var findings = [
      Finding("Processor", "model", processorName ?? "unknown"),
      Finding("Processor", "processors", "\(CPUBackend.availableProcessors) that this process may use"),
      Finding("Processor", "extensions", extensions.isEmpty ? "unknown" : extensions.joined(separator: " ")),
      Finding(
        "Processor", "kernels", usable.joined(separator: ", ") + "; chosen: \(used)", .present,
        remedy: usable == ["scalar"] ? "this processor has none of AVX2, AVX-512 and NEON: expect slow answers" : nil),
    ]
    if let memory = memoryBytes {
      let free = "\(Amount.short(memory.available))B free of \(Amount.short(memory.total))B"
      findings.append(Finding("Memory", "memory", free))
    }
    if let limit = memoryLimit {
      findings.append(Finding("Memory", "limit", "\(Amount.short(limit))B (control group)"))
    }
    var status = statvfs()
    if statvfs(DataFolders.data, &status) == 0 {
      let free = Int(status.f_bavail) * Int(status.f_frsize)
      findings.append(Finding("Memory", "disk", "\(Amount.short(free))B free in \(DataFolders.data)"))
    }
    return findings
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    let start = drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start.prefix(0) }
    return start[...last]
  }
}
