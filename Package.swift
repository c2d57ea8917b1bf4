// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]
/// Modules that wrap a C library mark every unsafe use.
let wrapper = strict + [.strictMemorySafety()]

let package = Package(
  name: "pasarela",
  targets: [
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CLinux"),

    .target(name: "JSONText", swiftSettings: strict),
    .target(name: "Payins", dependencies: ["JSONText"], swiftSettings: strict),
    .target(name: "StorePayments", dependencies: ["JSONText", "Payins"], swiftSettings: strict),
    .target(name: "Expressions", exclude: ["README.md"], swiftSettings: strict),
    .target(
      name: "Routing", dependencies: ["Expressions", "JSONText", "Payins"], swiftSettings: strict),
    .target(name: "Crypto", dependencies: ["COpenSSL"], swiftSettings: wrapper),
    .target(
      name: "HTTPServing", dependencies: ["CLinux", "COpenSSL", "JSONText"],
      swiftSettings: wrapper),
    .target(name: "HTTPCalling", dependencies: ["CCurl"], swiftSettings: wrapper),
    .target(
      name: "Storage",
      dependencies: ["CSQLite", "Crypto", "JSONText", "Payins", "StorePayments"],
      swiftSettings: wrapper),
    .target(
      name: "Providers",
      dependencies: ["Crypto", "HTTPCalling", "JSONText", "Payins", "StorePayments"],
      exclude: [
        "README.md", "CashyPay/README.md", "Openpay/README.md", "Paynet/README.md",
        "SmilePayz/README.md",
      ],
      swiftSettings: strict),
    .target(
      name: "Gateway",
      dependencies: [
        "Crypto", "HTTPCalling", "JSONText", "Payins", "Providers", "Routing", "Storage",
        "StorePayments",
      ], swiftSettings: strict),
    .target(
      name: "MerchantAPI",
      dependencies: [
        "Crypto", "Gateway", "HTTPCalling", "HTTPServing", "JSONText", "Payins", "Providers",
        "Routing", "Storage", "StorePayments",
      ], swiftSettings: strict),
    .target(
      name: "Sandbox", dependencies: ["Crypto", "HTTPCalling", "HTTPServing", "JSONText"],
      swiftSettings: strict),
    .target(name: "CEmbedded", exclude: ["dashboard.html", "payer.css", "payer.js"]),
    .executableTarget(
      name: "pasarela",
      dependencies: [
        "CEmbedded", "Crypto", "Gateway", "HTTPCalling", "HTTPServing", "JSONText",
        "MerchantAPI", "Payins", "Providers", "Routing", "Sandbox", "Storage",
      ], swiftSettings: strict),

    .target(
      name: "TestSupport", dependencies: ["HTTPServing", "JSONText", "Payins"],
      path: "Tests/Support",
      swiftSettings: strict),
    .testTarget(name: "CryptoTests", dependencies: ["Crypto"], swiftSettings: strict),
    .testTarget(
      name: "ExpressionsTests", dependencies: ["Expressions", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "GatewayTests",
      dependencies: [
        "Crypto", "Gateway", "HTTPCalling", "JSONText", "Payins", "Providers", "Routing",
        "Storage", "StorePayments", "TestSupport",
      ], swiftSettings: strict),
    .testTarget(
      name: "HTTPCallingTests", dependencies: ["HTTPCalling", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "HTTPServingTests", dependencies: ["HTTPServing", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "JSONTextTests", dependencies: ["JSONText", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "StorePaymentsTests",
      dependencies: ["JSONText", "Payins", "StorePayments", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "PayinsTests", dependencies: ["JSONText", "Payins", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "PasarelaTests",
      dependencies: [
        "Crypto", "Gateway", "HTTPCalling", "HTTPServing", "JSONText", "MerchantAPI", "Payins",
        "Sandbox", "Storage", "TestSupport", "pasarela",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ProvidersTests",
      dependencies: [
        "Crypto", "HTTPCalling", "JSONText", "Payins", "Providers", "StorePayments",
        "TestSupport",
      ],
      exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "RoutingTests",
      dependencies: ["Expressions", "JSONText", "Payins", "Routing", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "SandboxTests",
      dependencies: [
        "Crypto", "HTTPCalling", "HTTPServing", "JSONText", "Sandbox", "TestSupport",
      ], swiftSettings: strict),
    .testTarget(
      name: "SimulationTests", dependencies: ["TestSupport", "simulate"], swiftSettings: strict),
    .executableTarget(
      name: "simulate",
      dependencies: [
        "Gateway", "HTTPCalling", "HTTPServing", "JSONText", "Payins", "Providers", "Routing",
        "Sandbox", "Storage", "StorePayments", "TestSupport",
      ], path: "Tests/Simulation", swiftSettings: strict),
    .executableTarget(
      name: "RoutingBench", dependencies: ["Payins", "Routing"],
      path: "Tests/Benchmarks/RoutingBench", swiftSettings: strict),
    .executableTarget(
      name: "StorageBench", dependencies: ["Crypto", "JSONText", "Payins", "Storage"],
      path: "Tests/Benchmarks/StorageBench", swiftSettings: strict),
    .testTarget(
      name: "StorageTests",
      dependencies: [
        "Crypto", "JSONText", "Payins", "Storage", "StorePayments", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(name: "TidyTests", swiftSettings: strict),
  ]
)

/// Its main function is libFuzzer's, so that it is built for `make fuzz` alone.
if Context.environment["PASARELA_FUZZING"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzzing",
      dependencies: [
        "Crypto", "Expressions", "HTTPCalling", "HTTPServing", "JSONText", "Payins", "Providers",
      ], path: "Tests/Fuzzing", exclude: ["Corpus", "run.sh"], swiftSettings: strict))
}
