// swift-tools-version: 6.2
import PackageDescription

// Settings shared by every Swift target of this package.
let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

// A debug build compiles C at -O0, where intrinsics are slower than scalar code, so the kernels are optimised
// in every configuration. No -march is passed: only functions with a target attribute may use SIMD.
let c: [CSetting] = [
  .unsafeFlags(["-O3", "-fno-math-errno", "-ffp-contract=off"]),
  .unsafeFlags(["-Wall", "-Wextra", "-Werror"]),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let orderedCollections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

/// A Swift module of ours with the modules it may import: the arrows of the design, checked in CI.
func module(_ name: String, imports: [Target.Dependency], testing: [Target.Dependency] = []) -> [Target] {
  [
    .target(name: name, dependencies: imports, swiftSettings: swift),
    .testTarget(
      name: name + "Tests", dependencies: [.target(name: name), "TestSupport"] + imports + testing,
      swiftSettings: swift),
  ]
}

/// A C module of ours.
func cModule(_ name: String, settings: [CSetting] = c, linking: [LinkerSetting] = []) -> Target {
  .target(name: name, cSettings: settings, linkerSettings: linking)
}

let package = Package(
  name: "lathe",
  products: [.executable(name: "lathe", targets: ["lathe"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    cModule("CKernels"),
    cModule("CTerminal", linking: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
    cModule("CPNG", linking: [.linkedLibrary("png16")]),
    cModule("CTransfer"),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swift),
    .testTarget(name: "CKernelsTests", dependencies: ["CKernels", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "LatheTests",
      dependencies: [
        "lathe", "JSONText", "Exports", "Screens", "Settings", "Sessions", "Drawing", "Files", "Images", "Widgets",
        "Tensors", "Terminals", "Checkpoints", "TestSupport", argumentParser, orderedCollections,
      ],
      swiftSettings: swift),
    .executableTarget(
      name: "lathe",
      dependencies: [
        "JSONText", "Files", "Tensors", "Checkpoints", "Tokenization", "Templates", "Layers", "Models", "Sessions",
        "Inference", "Downloads", "Remote", "Images", "Drawing", "Widgets", "Screens", "Settings", "Exports",
        "Terminals", argumentParser,
        orderedCollections,
      ],
      swiftSettings: swift),
  ]
    + module("JSONText", imports: [orderedCollections])
    + module("TOMLText", imports: [orderedCollections])
    + module("Files", imports: [crypto])
    + module("Tensors", imports: ["CKernels"])
    + module("Checkpoints", imports: ["Tensors", "JSONText", "Files", orderedCollections])
    + module("Tokenization", imports: ["JSONText", orderedCollections])
    + module("Templates", imports: ["JSONText", orderedCollections])
    + module("Layers", imports: ["Tensors", "Checkpoints"])
    + module("Models", imports: ["Layers", "Tensors", "Checkpoints", "JSONText"])
    + module("Sessions", imports: ["JSONText", "Files"])
    + module(
      "Inference",
      imports: [
        "Models", "Layers", "Tensors", "Checkpoints", "Tokenization", "Templates", "Sessions", "JSONText",
        "Files", orderedCollections,
      ])
    + module("Transfers", imports: ["CTransfer"])
    + module("Downloads", imports: ["Files", "JSONText", "Transfers", subprocess])
    + module("Remote", imports: ["Sessions", "Transfers", "Files", "JSONText"])
    + module("Images", imports: ["CPNG", "Files"], testing: ["JSONText"])
    + module("Drawing", imports: [])
    + module("Widgets", imports: ["Drawing", "Images"])
    + module("Screens", imports: ["Widgets", "Drawing", "Images", "Sessions"])
    + module(
      "Exports", imports: ["Screens", "Sessions", "Drawing", "Images", "JSONText", orderedCollections],
      testing: ["Files"])
    + module(
      "Settings", imports: ["TOMLText", "JSONText", "Files", "Sessions", "Drawing", "Screens", orderedCollections])
    + module("Terminals", imports: ["Drawing", "Files", "Images", "Sessions", "CTerminal"], testing: ["Widgets"]),
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c17
)
