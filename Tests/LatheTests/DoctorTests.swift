import Drawing
import JSONText
import Tensors
import TestSupport
import Testing

@testable import Terminals
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

  @Test func bandwidthAndPeaksAreTold() {
    let rate = MachineLimits.Rate(single: 12.34e9, all: 23.45e9)
    var glance = MachineGlance(
      threads: 2, memoryRead: rate,
      arithmetic: [
        .init(instructions: "scalar", peaks: [.f32: .init(single: 5e9, all: 10e9)]),
        .init(instructions: "avx512", peaks: [.f32: rate, .int8: .init(single: 1e12, all: 2e12)]),
      ])
    let findings = glance.findings
    #expect(findings.map(\.section) == ["Memory", "Arithmetic", "Arithmetic"])
    #expect(findings[0].value == "12.3 GB/s on one thread, 23.5 on 2, read (a short measurement)")
    #expect(findings[1].name == "scalar" && findings[1].value == "5.0 GFLOP/s f32 on one thread, 10.0 on 2")
    #expect(findings[2].value.hasSuffix("; 1000.0 GOP/s int8 on one thread, 2000.0 on 2"))
    glance = MachineGlance(threads: 1, memoryRead: nil, arithmetic: glance.arithmetic)
    #expect(glance.findings[0].value == "5.0 GFLOP/s f32")
  }

  @Test func thisMachineIsMeasured() {
    let measured = MachineGlance.measured(threads: 1)
    #expect(measured.memoryRead != nil)
    #expect(measured.arithmetic.map(\.instructions) == InstructionSet.available.map(\.rawValue))
    #expect(measured.arithmetic.allSatisfy { ($0.peaks[.f32]?.single ?? 0) > 0 })
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

  @Test func howImagesAreShownIsTold() {
    var abilities = TerminalAbilities()
    func images(colors: Int = 256, isUTF8: Bool = true) -> String? {
      let profile = TerminalProfile(
        type: "xterm", isTmux: false, isUTF8: isUTF8, colors: colors, size: nil, abilities: abilities)
      return TerminalFindings.findings(profile).first { $0.name == "images" }?.value
    }
    #expect(images() == "in half blocks, 256 colours" && images(colors: 0) == "in half blocks, no colours")
    #expect(images(isUTF8: false) == "in ASCII characters")
    abilities.hasSixel = true
    abilities.cellPixels = Size(columns: 10, rows: 20)
    #expect(images() == "in pixels, by sixel, cells of 10x20 pixels")
    abilities.hasKittyGraphics = true
    #expect(images()?.hasPrefix("in pixels, by the Kitty protocol") == true)
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
