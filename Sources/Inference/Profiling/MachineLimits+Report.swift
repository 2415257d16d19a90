public import JSONText
public import Tensors

extension MachineLimits {
  /// A table for reading.
  public var text: String {
    var table = TextTable(
      header: ["\(processors) processors, \(instructions)", "one thread", threads == 1 ? "" : "\(threads) threads", ""])
    func add(_ name: String, _ rate: Rate, _ unit: String) {
      table.add([name, fixed(rate.single / 1e9, 1), threads == 1 ? "" : fixed(rate.all / 1e9, 1), unit])
    }
    for cache in caches { add("read level \(cache.level) cache, \(cache.size / 1024) KiB", cache.read, "GB/s") }
    add("read memory", memoryRead, "GB/s")
    for unit in MachineLimits.units {
      let name = unit == .f32 ? "multiply-add f32" : "dot product \(unit.rawValue)"
      if let rate = peaks[unit] { add(name, rate, unit == .int8 ? "GOP/s" : "GFLOP/s") }
    }
    if threads > 1 { table.add(["a parallel region beyond its work", "", fixed(regionSeconds * 1e6, 2), "us"]) }
    return table.text + "instruction sets of the kernels here: \(instructionSets.joined(separator: ", "))\n"
  }

  /// The same as one object.
  public var json: JSONValue {
    func rate(_ rate: Rate?) -> JSONValue {
      rate.map { ["single": .double($0.single), "all": .double($0.all)] } ?? nil
    }
    return [
      "test": "machine", "processors": .integer(processors), "threads": .integer(threads),
      "instructions": .string(instructions), "instruction_sets": .array(instructionSets.map(JSONValue.string)),
      "caches": .array(
        caches.map {
          ["level": .integer($0.level), "bytes": .integer($0.size), "read_bytes_per_second": rate($0.read)]
        }),
      "memory_read_bytes_per_second": rate(memoryRead), "f32_operations_per_second": rate(peaks[.f32]),
      "bf16_operations_per_second": rate(peaks[.bf16]), "int8_operations_per_second": rate(peaks[.int8]),
      "region_seconds": .double(regionSeconds),
    ]
  }

  private static let units: [ArithmeticUnit] = [.f32, .bf16, .int8]
}
