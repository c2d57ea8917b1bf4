import Foundation
import Glibc
import JSONText
import TestSupport
import Testing

/// Rule files as clusters mount them, and starts over bad ones.
@Suite("rules that outlive their files", .timeLimit(.minutes(3)))
struct KeptRulesTests {
  private func rules(_ name: String) -> String {
    Installation.rules.replacingOccurrences(of: "\"store\",", with: "\"\(name)\",")
  }

  @Test("files behind links are read anew when the links lead elsewhere, whatever the times say")
  func links() async throws {
    let installation = try await Installation()
    let folder = "\(installation.place.path)/routing-rules"
    let manager = FileManager.default
    try manager.removeItem(atPath: "\(folder)/default.json5")
    for name in ["a", "b"] {
      try installation.place.write(rules(name), to: "routing-rules/..v\(name)/rules.json5")
      // A mount may give all of them one time.
      for path in ["\(folder)/..v\(name)/rules.json5", "\(folder)/..v\(name)"] {
        try manager.setAttributes(
          [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)], ofItemAtPath: path)
      }
    }
    try manager.createSymbolicLink(atPath: "\(folder)/..data", withDestinationPath: "..va")
    try manager.createSymbolicLink(
      atPath: "\(folder)/rules.json5", withDestinationPath: "..data/rules.json5")
    let gateway = try await installation.serve()
    func names() async throws -> [String] {
      try await installation.client.get("/v1/routing/rules").json["rules"]?.array?
        .compactMap(\.string) ?? []
    }
    #expect(try await names() == ["a"])
    try manager.createSymbolicLink(atPath: "\(folder)/..next", withDestinationPath: "..vb")
    #expect(rename("\(folder)/..next", "\(folder)/..data") == 0)
    #expect(try await eventually { try await names() == ["b"] })
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("a start over a bad file goes on with the last good set and says so; --strict refuses")
  func badStart() async throws {
    let installation = try await Installation()
    let client = installation.client
    _ = await installation.stop(try await installation.serve())
    try installation.place.write("{ rules: [", to: "routing-rules/default.json5")
    let gateway = try await installation.serve()
    let status = try await client.get("/v1/routing/rules").json
    #expect(status["rules"] == ["store"])
    #expect(status["rejected"]?["faults"]?.array?.first?.string?.contains("default.json5") == true)
    let health = try await client.get("/health").json
    #expect(health["checks"]?["rules:set"]?.array?.first?["status"] == "warn", "\(health)")
    let made = try await client.post(
      "/v1/payins", ServeTests.payin("kept", method: "store"), idempotencyKey: "kept")
    #expect(made.json["routing"]?["rule"] == "store")
    // Mended, it is in force by itself.
    try installation.place.write(rules("mended"), to: "routing-rules/default.json5")
    let isMended = try await eventually {
      try await client.get("/v1/routing/rules").json["rules"] == ["mended"]
    }
    #expect(isMended == true)
    _ = await installation.stop(gateway)
    try installation.place.write("{ rules: [", to: "routing-rules/default.json5")
    let strict = try await installation.refusedStart(["--strict"])
    #expect(strict.status == 2 && strict.errors.contains("default.json5"))
    try await installation.end()
  }
}
