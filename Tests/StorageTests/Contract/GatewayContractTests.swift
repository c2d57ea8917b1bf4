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
          try await store.beat(gateway, lasting: 60_000, at: Author.noon)
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
      let first = try SQLiteDatabase(path: folder + "/pasarela.db")
      func beat(
        _ store: SQLiteDatabase, _ name: String, _ second: Int64 = 0
      ) async throws -> [String] {
        try await store.beat(
          gateway(name), lasting: 4000, at: Author.noon.adding(seconds: second)
        ).map(\.name)
      }
      let before = first.statistics.commits
      #expect(try await beat(first, "a") == ["a"])
      #expect(try await beat(first, "a") == ["a"])
      #expect(first.statistics.commits <= before + 2)
      let second = try SQLiteDatabase(path: folder + "/pasarela.db")
      #expect(try await beat(second, "b") == ["b"])
      #expect(try await beat(first, "a", 1) == ["a", "b"])
      #expect(try await beat(second, "b", 4) == ["a", "b"])
      #expect(try await beat(second, "b", 6) == ["b"])
      // The clock was set back.
      #expect(try await beat(first, "a", 2) == ["a"])
      #expect(try await beat(first, "a", 3) == ["a"])
      await second.close()
      await first.close()
    }
  }
}
