// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "pasarela",
  targets: [
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CLinux"),

    .target(name: "CivilCalendar"),
    .target(name: "JSONText"),
    .target(name: "Payins", dependencies: ["CivilCalendar", "JSONText"]),
    .target(name: "CounterPayments", dependencies: ["JSONText", "Payins"]),
    .target(name: "Expressions", dependencies: ["CivilCalendar"], exclude: ["README.md"]),
    .target(
      name: "Routing", dependencies: ["Expressions", "JSONText", "Payins"]),
    .target(name: "Crypto", dependencies: ["COpenSSL"]),
    .target(
      name: "HTTPServing", dependencies: ["CivilCalendar", "CLinux", "COpenSSL", "JSONText"]),
    .target(name: "HTTPCalling", dependencies: ["CCurl"]),
    .target(name: "PostgreSQLClient", dependencies: ["CPostgres"]),
    .target(
      name: "Storage",
      dependencies: [
        "CSQLite", "Crypto", "JSONText", "Payins", "CounterPayments", "PostgreSQLClient",
      ], exclude: ["PostgreSQL/README.md"]),
    .target(
      name: "Providers",
      dependencies: ["Crypto", "HTTPCalling", "JSONText", "Payins", "CounterPayments"],
      exclude: [
        "README.md", "CashyPay/README.md", "Openpay/README.md", "Paynet/README.md",
        "SmilePayz/README.md",
      ]),
    .target(
      name: "Gateway",
      dependencies: [
        "Crypto", "HTTPCalling", "JSONText", "Payins", "Providers", "Routing", "Storage",
        "CounterPayments",
      ]),
    .target(
      name: "MerchantAPI",
      dependencies: [
        "CivilCalendar", "Crypto", "Gateway", "HTTPCalling", "HTTPServing", "JSONText", "Payins",
        "Providers", "Routing", "Storage", "CounterPayments",
      ]),
    .target(
      name: "Sandbox",
      dependencies: ["CivilCalendar", "Crypto", "HTTPCalling", "HTTPServing", "JSONText"],
      exclude: ["README.md"]),
    .target(name: "CEmbedded", exclude: ["dashboard.html", "payer.css", "payer.js"]),
    .executableTarget(
      name: "pasarela",
      dependencies: [
        "CEmbedded", "Crypto", "Gateway", "HTTPCalling", "HTTPServing", "JSONText",
        "MerchantAPI", "Payins", "Providers", "Routing", "Sandbox", "Storage",
      ]),

    .target(
      name: "MemoryStorage", dependencies: ["Payins", "Storage", "CounterPayments"],
      path: "Tests/MemoryStorage"),
    .target(
      name: "TestSupport", dependencies: ["HTTPServing", "JSONText", "Payins", "PostgreSQLClient"],
      path: "Tests/Support"),
    .testTarget(
      name: "CivilCalendarTests", dependencies: ["CivilCalendar", "TestSupport"]),
    .testTarget(name: "CryptoTests", dependencies: ["Crypto"]),
    .testTarget(
      name: "ExpressionsTests", dependencies: ["Expressions", "TestSupport"]),
    .testTarget(
      name: "GatewayTests",
      dependencies: [
        "Crypto", "Gateway", "HTTPCalling", "JSONText", "MemoryStorage", "Payins", "Providers",
        "Routing",
        "Storage", "CounterPayments", "TestSupport",
      ]),
    .testTarget(
      name: "HTTPCallingTests", dependencies: ["HTTPCalling", "TestSupport"]),
    .testTarget(
      name: "HTTPServingTests", dependencies: ["HTTPServing", "TestSupport"]),
    .testTarget(
      name: "JSONTextTests", dependencies: ["JSONText", "TestSupport"]),
    .testTarget(
      name: "CounterPaymentsTests",
      dependencies: ["JSONText", "Payins", "CounterPayments", "TestSupport"]),
    .testTarget(
      name: "PayinsTests", dependencies: ["JSONText", "Payins", "TestSupport"]),
    .testTarget(
      name: "PasarelaTests",
      dependencies: [
        "CounterPayments", "Crypto", "Gateway", "HTTPCalling", "HTTPServing", "JSONText",
        "MerchantAPI",
        "Payins", "Providers", "Sandbox", "Storage", "TestSupport", "pasarela",
      ]),
    .testTarget(
      name: "ProvidersTests",
      dependencies: [
        "Crypto", "HTTPCalling", "JSONText", "Payins", "Providers", "CounterPayments",
        "TestSupport",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "RoutingTests",
      dependencies: ["Expressions", "JSONText", "Payins", "Routing", "TestSupport"]),
    .testTarget(
      name: "SandboxTests",
      dependencies: [
        "Crypto", "HTTPCalling", "HTTPServing", "JSONText", "Sandbox", "TestSupport",
      ]),
    .testTarget(
      name: "SimulationTests", dependencies: ["TestSupport", "simulate"]),
    .executableTarget(
      name: "simulate",
      dependencies: [
        "Gateway", "HTTPCalling", "HTTPServing", "JSONText", "MemoryStorage", "Payins", "Providers",
        "Routing",
        "Sandbox", "Storage", "CounterPayments", "TestSupport",
      ], path: "Tests/Simulation"),
    .executableTarget(
      name: "RoutingBench", dependencies: ["Payins", "Routing"],
      path: "Tests/Benchmarks/RoutingBench"),
    .executableTarget(
      name: "StorageBench", dependencies: ["Crypto", "JSONText", "Payins", "Storage"],
      path: "Tests/Benchmarks/StorageBench"),
    .testTarget(
      name: "StorageTests",
      dependencies: [
        "Crypto", "JSONText", "MemoryStorage", "Payins", "PostgreSQLClient", "Storage",
        "CounterPayments", "TestSupport",
      ]),
    .testTarget(name: "TidyTests"),
  ]
)

/// Its main function is libFuzzer's, so that it is built for `make fuzz` alone.
if Context.environment["PASARELA_FUZZING"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzzing",
      dependencies: [
        "Crypto", "Expressions", "HTTPCalling", "HTTPServing", "JSONText", "Payins", "Providers",
      ], path: "Tests/Fuzzing", exclude: ["Corpus", "run.sh"]))
}

/// Modules that wrap a C library mark every unsafe use.
let wrappers: Set = ["Crypto", "HTTPCalling", "HTTPServing", "PostgreSQLClient", "Storage"]

for target in package.targets where target.type != .system && target.name != "CEmbedded" {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
    // What one module has generic is specialised in the others.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
  ]
  if wrappers.contains(target.name) { target.swiftSettings?.append(.strictMemorySafety()) }
}
