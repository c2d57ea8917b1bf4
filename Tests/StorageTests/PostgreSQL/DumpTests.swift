import TestSupport
import Testing

@testable import Storage

@Suite("PostgreSQL: a dump that is restored")
struct DumpTests {
  let furnished = Furnished()

  @Test("holds everything, and gateways go on with it")
  func restored() async throws {
    let cluster = try TestCluster.shared()
    let database = "restored_from_dump"
    try await withFolder { folder in
      let dump = folder + "/copy.dump"
      try await withPostgreSQL { address in
        try await useAndClose(PostgreSQLDatabase(address)) { store in
          try await furnished.fill(store, others: 2)
          // While it is served. Only the test's own schema, which others do not have.
          let schema = try #require(address.split(separator: "search_path=").last?.dropLast())
          let dumped = try await OtherProgram.run(
            "pg_dump",
            ["--format=custom", "--file=\(dump)", "--schema=\(schema)", cluster.address()])
          #expect(dumped.status == 0, "\(dumped.output)")
          // Later than the copy.
          for step in furnished.author.fullLife("later") { try await store.commit(step.change) }
        }
        try cluster.execute("CREATE DATABASE \(database)")
        let elsewhere = address.replacing("dbname=postgres", with: "dbname=\(database)")
        let restored = try await OtherProgram.run(
          "pg_restore",
          ["--host=\(cluster.folder)", "--username=postgres", "--dbname=\(database)", dump])
        #expect(restored.status == 0, "\(restored.output)")
        try await useAndClose(PostgreSQLDatabase(elsewhere)) { store in
          try await furnished.expect(in: store)
          #expect(try await store.payin(merchant: "demo", reference: "later") == nil)
          #expect(try await StoreCheckTests.faults(of: store) == [:])
          try await furnished.keep(furnished.author.fullLife("after"), in: store)
          #expect(try await StoreCheckTests.faults(of: store) == [:])
        }
      }
    }
    try cluster.execute("DROP DATABASE \(database) WITH (FORCE)")
  }
}
