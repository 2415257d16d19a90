/// What a machine can do at most: measured with loops that do nothing else.
public struct MachineLimits: Sendable, Hashable {
  /// A rate on one thread and on all threads of the backend together, per second.
  public struct Rate: Sendable, Hashable {
    /// On the calling thread alone.
    public var single: Double
    /// On all threads together.
    public var all: Double

    /// Pairs two rates.
    public init(single: Double, all: Double) {
      self.single = single
      self.all = all
    }
  }

  /// Reading again and again what fits into a cache.
  public struct Cache: Sendable, Hashable {
    /// The level, from 1.
    public var level: Int
    /// The size in bytes, as a core sees it.
    public var size: Int
    /// Bytes per second.
    public var read: Rate

    /// Describes a cache.
    public init(level: Int, size: Int, read: Rate) {
      self.level = level
      self.size = size
      self.read = read
    }
  }

  /// Processors this process may run on.
  public var processors: Int
  /// Threads that `Rate.all` is about.
  public var threads: Int
  /// Instruction sets the kernels can use here.
  public var instructionSets: [String]
  /// The one that was measured.
  public var instructions: String
  /// The caches whose sizes the system tells, innermost first.
  public var caches: [Cache]
  /// Bytes per second read from memory.
  public var memoryRead: Rate
  /// Operations per second with the instructions of a unit, two a multiply-add; a unit without instructions is absent.
  public var peaks: [ArithmeticUnit: Rate]
  /// Seconds that a parallel region takes beyond its work, while threads are awake; 0 with one thread.
  public var regionSeconds: Double

  /// Creates limits from measurements.
  public init(
    processors: Int, threads: Int, instructionSets: [String], instructions: String, caches: [Cache], memoryRead: Rate,
    peaks: [ArithmeticUnit: Rate], regionSeconds: Double
  ) {
    self.processors = processors
    self.threads = threads
    self.instructionSets = instructionSets
    self.instructions = instructions
    self.caches = caches
    self.memoryRead = memoryRead
    self.peaks = peaks
    self.regionSeconds = regionSeconds
  }

  /// The shortest time that an operation can take on all threads, and what sets it: memory (nil) or a unit.
  ///
  /// This is the roofline model (Williams, Waterman and Patterson 2009). A unit without instructions is that of floats.
  /// Nil for operations on activations alone, whose limits lie in caches.
  public func leastSeconds(
    memoryBytes: Int, operations: Int, unit: ArithmeticUnit
  ) -> (seconds: Double, unit: ArithmeticUnit?)? {
    guard memoryBytes > 0 else { return nil }
    let memory = Double(memoryBytes) / memoryRead.all
    let measured = peaks[unit] == nil ? .f32 : unit
    guard let peak = peaks[measured] else { return (memory, nil) }
    let arithmetic = Double(operations) / peak.all
    return arithmetic > memory ? (arithmetic, measured) : (memory, nil)
  }
}
