import Drawing
import JSONText
import TestSupport
import Testing

@testable import lathe

@Suite struct DoctorTests {
  @Test func aProcessorIsReadFromWhatTheKernelWrites() {
    let machine = Machine(
      processors:
        "processor\t: 0\nmodel name\t: Some CPU @ 3GHz\nflags\t\t: fpu avx2 fma avx512f avx512_vnni\n\nprocessor\t: 1\n",
      memory: "MemTotal:       16000 kB\nMemFree: 1 kB\nMemAvailable:    8000 kB\n", limit: "4096\n")
    #expect(machine.processorName == "Some CPU @ 3GHz")
    #expect(machine.extensions == ["fma", "avx2", "avx512f", "avx512_vnni"])
    #expect(machine.memoryBytes?.total == 16_384_000 && machine.memoryBytes?.available == 8_192_000)
    #expect(machine.memoryLimit == 4096)
  }

  @Test(arguments: ["", "max\n", "9223372036854771712\n"]) func noLimitIsNoLine(limit: String) {
    let machine = Machine(processors: "", memory: "", limit: limit)
    #expect(machine.memoryLimit == nil && machine.processorName == nil && machine.memoryBytes == nil)
    #expect(machine.findings.contains { $0.name == "kernels" && $0.state == .present })
  }

  @Test func programsAreFoundInTheFoldersOfThePath() throws {
    let folder = try TemporaryFolder()
    let parts = OptionalParts(path: "/nonexistent:" + folder.path)
    #expect(parts.program(["pdftotext"]) == nil)
    let absent = try #require(parts.findings.first { $0.name == "pdftotext" })
    #expect(absent.state == .absent && absent.remedy == "apt install poppler-utils")
    #expect(OptionalParts(path: "/bin").program(["no-such-program", "sh"]) == "/bin/sh")
  }

  @Test func aMachineWithoutADriverSaysSo() throws {
    #expect(throws: GraphicsProcessors.Absence.self) { try GraphicsProcessors.devices(library: "libno-such-thing.so") }
    #expect(!GraphicsProcessors.findings.isEmpty)
  }

  @Test func findingsAreWordsAndNeverEscapes() {
    let findings = [
      Finding("Terminal", "name", "evil\u{1B}[2J"),
      Finding("Terminal", "sixel", "images", .absent, remedy: "use another"),
    ]
    let text = Finding.text(findings)
    #expect(text.hasPrefix("Terminal\n      name") && text.contains("  no  sixel") && text.contains("use another"))
    #expect(!text.contains("\u{1B}"))
    #expect(findings[1].json["state"]?.string == "absent")
  }
}
