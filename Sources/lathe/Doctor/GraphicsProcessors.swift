#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What NVIDIA's management library tells of this machine's GPUs; the library is looked for at run time.
struct GraphicsProcessors {
  /// A GPU.
  struct Device {
    let name: String
    /// Bytes of memory.
    let total: UInt64
    let free: UInt64
  }

  /// Why there is nothing to tell.
  enum Absence: Error { case noLibrary, noDriver(Int32) }

  /// nvmlMemory_t.
  private struct Memory {
    var total: UInt64 = 0
    var free: UInt64 = 0
    var used: UInt64 = 0
  }

  private typealias Start = @convention(c) () -> Int32
  private typealias Count = @convention(c) (UnsafeMutablePointer<UInt32>) -> Int32
  private typealias Handle = @convention(c) (UInt32, UnsafeMutablePointer<OpaquePointer?>) -> Int32
  private typealias Name = @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>, UInt32) -> Int32
  private typealias MemoryOf = @convention(c) (OpaquePointer?, UnsafeMutableRawPointer) -> Int32

  /// The GPUs, by NVML's functions (nvml.h, version 2 of those that have one).
  static func devices(library: String = "libnvidia-ml.so.1") throws(Absence) -> [Device] {
    guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL) else { throw .noLibrary }
    // The library stays loaded: its threads may outlive a call.
    func function<F>(_ name: String, _ type: F.Type) -> F? { dlsym(handle, name).map { unsafeBitCast($0, to: type) } }
    guard let start = function("nvmlInit_v2", Start.self), let count = function("nvmlDeviceGetCount_v2", Count.self),
      let device = function("nvmlDeviceGetHandleByIndex_v2", Handle.self),
      let name = function("nvmlDeviceGetName", Name.self),
      let memory = function("nvmlDeviceGetMemoryInfo", MemoryOf.self)
    else { throw .noLibrary }
    let status = start()
    guard status == 0 else { throw .noDriver(status) }
    var number: UInt32 = 0
    guard count(&number) == 0 else { return [] }
    return (0..<min(number, 64)).compactMap { index in
      var one: OpaquePointer?
      guard device(index, &one) == 0 else { return nil }
      var text = [CChar](repeating: 0, count: 96)
      var bytes = Memory()
      _ = name(one, &text, UInt32(text.count - 1))
      _ = memory(one, &bytes)
      let letters = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      return Device(name: String(decoding: letters, as: UTF8.self), total: bytes.total, free: bytes.free)
    }
  }

  static var findings: [Finding] {
    let remedy = "install NVIDIA's driver; this version computes on the processor all the same"
    let found: [Device]
    do {
      found = try devices()
    } catch {
      let reason =
        switch error {
        case .noLibrary: "no driver on this machine"
        case .noDriver(let status): "the driver does not start (NVML error \(status))"
        }
      return [Finding("GPU", "NVIDIA", reason, .absent, remedy: remedy)]
    }
    guard !found.isEmpty else { return [Finding("GPU", "NVIDIA", "the driver reports no GPU", .absent)] }
    return found.enumerated().map { index, device in
      let memory = "\(Amount.short(Int(clamping: device.free)))B free of \(Amount.short(Int(clamping: device.total)))B"
      return Finding("GPU", "NVIDIA \(index)", "\(device.name), \(memory)", .present)
    }
  }
}
