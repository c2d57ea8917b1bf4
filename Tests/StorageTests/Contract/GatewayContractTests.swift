import Foundation
import Payins
import Storage
import Testing

@Suite("The store contract: the gateways that serve it")
struct GatewayContractTests {
  private func gateway(_ name: String, rules: String = "r") -> GatewayPresence {
    GatewayPresence(
      id: "id-\(name)", name: name, version: "1", since: Author.noon, rules: rules,
      configuration: "c")
  }

  @Test("those that said so are alive, as they said last, until they leave")
  func alive() async throws {
    for kind in DatabaseKind.allCases {
      // SQLite's say nothing while no other process has the file open.
      guard kind != .sqlite else { continue }
      try await withDatabase(kind) { store in
        func beat(_ gateway: GatewayPresence) async throws -> [GatewayPresence] {
          try await store.beat(gateway, lasting: 60_000, at: Author.noon).gateways
        }
        #expect(try await beat(gateway("b")) == [gateway("b")])
        #expect(try await beat(gateway("a")) == [gateway("a"), gateway("b")])
        let anew = [gateway("a", rules: "s"), gateway("b")]
        #expect(try await beat(anew[0]) == anew)
        try await store.leave(anew[0])
        #expect(try await beat(gateway("b")) == [gateway("b")])
      }
    }
  }

  @Test("where a file is served by one alone nothing is written; by two, each knows the other")
  func file() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let first = try SQLiteDatabase(path: path)
      func beat(
        _ store: SQLiteDatabase, _ name: String, _ milliseconds: Int64 = 0
      ) async throws -> GatewaysAlive {
        try await store.beat(
          gateway(name), lasting: 4000, at: Author.noon.adding(milliseconds: milliseconds))
      }
      func alive(_ names: String...) -> GatewaysAlive {
        GatewaysAlive(names.map { gateway($0) }, isAlone: false)
      }
      func logged() throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int ?? 0
      }
      // The first empties the log.
      _ = try await beat(first, "a")
      let before = try logged()
      for _ in 0..<3 {
        #expect(try await beat(first, "a") == GatewaysAlive([gateway("a")], isAlone: true))
      }
      #expect(try logged() == before)
      let second = try SQLiteDatabase(path: path)
      #expect(try await beat(second, "b") == alive("b"))
      #expect(try await beat(first, "a", 1000) == alive("a", "b"))
      #expect(try await beat(second, "b", 4000) == alive("a", "b"))
      // Words cross.
      #expect(try await beat(first, "a", 3995) == alive("a", "b"))
      #expect(try await beat(second, "b", 8000) == alive("b"))
      // The clock was set back.
      #expect(try await beat(first, "a", 3000) == alive("a"))
      await second.close()
      await first.close()
    }
  }
}
