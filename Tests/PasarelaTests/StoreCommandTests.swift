import Foundation
import JSONText
import TestSupport
import Testing

@testable import Storage

@Suite("pasarela store", .timeLimit(.minutes(2)))
struct StoreCommandTests {
  @Test("pay-ins go on in PostgreSQL where their gateway was moved in the middle of their lives")
  func moved() async throws {
    try await TestCluster.shared().withSchema { address in
      let installation = try await Installation()
      try await installation.run { installation in
        let (client, target) = (installation.client, "postgresql:\(address)")
        let gateway = try await installation.serve()
        let body = ServeTests.payin("moved", method: "store")
        let made = try await client.post("/v1/payins", body, idempotencyKey: "m1")
        #expect(made.status == 201)
        let move = ["store", "migrate", "--from", "sqlite:books/pasarela.db", "--to", target]
        let early = try await installation.command(move)
        #expect(early.status == 2 && early.errors.contains("stop every gateway"))
        let copy = try await installation.command(["store", "backup", "copy.db"])
        #expect(copy.status == 0 && copy.output.contains("sound"), "\(copy.errors)")
        _ = await installation.stop(gateway)

        let moved = try await installation.command(move)
        #expect(moved.status == 0, "\(moved.errors)")
        #expect(moved.output.contains("payins: 1 rows, the same in both"))
        let refused = try await installation.refusedStart([])
        #expect(refused.status == 2 && refused.errors.contains("the store was moved to"))
        let twice = try await installation.command(move)
        #expect(twice.status == 2 && twice.errors.contains("the store was moved to"))

        try installation.change(store: target)
        _ = try await installation.serve()
        let again = try await client.post("/v1/payins", body, idempotencyKey: "m1")
        #expect(again.status == 201 && again.body == made.body)
        let order = try #require(made.json["provider_order_id"]?.string)
        _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
        let id = try #require(made.json["id"]?.string)
        #expect(
          try await eventually {
            try await client.get("/v1/payins/\(id)").json["status"] == "succeeded"
          } == true)
        let dump = try await installation.command(["store", "backup", "copy.dump"])
        #expect(dump.status == 2 && dump.errors.contains("pg_dump"))
        // The copy is of the time when it was made.
        let checked = try await installation.command([
          "store", "check", "--store", "sqlite:copy.db",
        ])
        #expect(checked.status == 0 && checked.output.contains("pay-ins"), "\(checked.errors)")
      }
    }
  }

  @Test("a store that does not agree with itself is told, and ends with 1")
  func unwhole() async throws {
    let installation = try await Installation(isWhole: false)
    try await installation.run { installation, _, client in
      let body = ServeTests.payin("unwhole", method: "store")
      #expect(try await client.post("/v1/payins", body, idempotencyKey: "u1").status == 201)
      #expect(try await installation.command(["store", "check"]).status == 0)
      try SQLiteConnection(path: installation.place.path + "/books/pasarela.db")
        .execute("DELETE FROM attempts")
      let found = try await installation.command(["store", "check"])
      #expect(found.status == 1)
      #expect(found.output.contains("is not found by its number"))
    }
  }

  @Test(
    "what cannot be meant is told with its form",
    arguments: [
      [], ["move"], ["migrate"], ["migrate", "--from", "sqlite:a.db"],
      ["migrate", "--from", "a.db", "--to", "sqlite:b.db"], ["backup"],
      ["check", "--from", "sqlite:a.db"], ["check", "more"], ["backup", "a", "b"],
      ["check", "--store", "a.db"],
    ])
  func usage(_ words: [String]) async throws {
    let place = try Workplace()
    let ended = try await Program.run(["store"] + words, in: place.path)
    #expect(ended.status == 2)
    #expect(ended.errors.contains("sqlite:PATH"))
  }

  @Test("a store that is not there is not made")
  func none() async throws {
    let place = try Workplace()
    for words in [["check"], ["backup", "copy.db"]] {
      let ended = try await Program.run(
        ["store"] + words + ["--store", "sqlite:none.db"], in: place.path)
      #expect(ended.status == 2 && ended.errors.contains("there is no file none.db"))
    }
    #expect(!FileManager.default.fileExists(atPath: place.path + "/none.db"))
  }
}
