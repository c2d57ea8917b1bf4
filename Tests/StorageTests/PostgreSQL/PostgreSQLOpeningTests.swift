import Payins
import PostgreSQLClient
import TestSupport
import Testing

@testable import Storage

@Suite("PostgreSQL: opening")
struct PostgreSQLOpeningTests {
  private func fault(_ address: String) -> DatabaseError? {
    do throws(DatabaseError) {
      _ = try PostgreSQLDatabase(address)
      return nil
    } catch {
      return error
    }
  }

  @Test("a wrong password, role or database is told as such, and no password is told")
  func denied() async throws {
    let cluster = try TestCluster.shared()
    try cluster.execute(
      """
      DO $$ BEGIN
        CREATE ROLE locked LOGIN PASSWORD 'right-Secret';
      EXCEPTION WHEN duplicate_object THEN NULL; END $$
      """)
    let place = "host=\(cluster.folder) dbname=postgres"
    for address in [
      "\(place) user=locked password=wrong-Secret", "\(place) user=locked",
      "\(place) user=nobody-Secret", "host=\(cluster.folder) user=postgres dbname=none",
      "postgresql://postgres:wrong-Secret@localhost:x/postgres", "\(place) sslmode=sure-Secret",
      "postgresql://a:wrong-Secret@b@localhost/postgres", "nonsense-Secret",
      "postgresql://a:b/wrong-Secret@localhost/postgres",
      "postgresql://a:12/wrong-Secret@localhost/postgres",
      "postgresql://a:/wrong-Secret@localhost/postgres",
      "postgresql://a:b@localhost/wrong-Secret@localhost/postgres",
      "dbname='host=localhost password=wrong-Secret'",
      "dbname=postgresql://a:wrong-Secret@localhost/postgres",
    ] {
      guard case .denied(let what)? = fault(address) else {
        Issue.record("\(address): \(String(describing: fault(address)))")
        continue
      }
      #expect(!what.contains("wrong-Secret"), "\(what)")
      #expect(!what.isEmpty)
    }
    let right = "\(place) user=locked password=right-Secret"
    try PostgreSQLConnection(ConnectionSettings(right)).execute("SELECT 1", within: 5000)
  }

  @Test("where nobody listens the store is away")
  func away() async throws {
    try await withFolder { folder in
      guard case .away? = fault("host=\(folder) user=postgres dbname=postgres") else {
        Issue.record("it is not away")
        return
      }
    }
  }

  @Test("a server that takes no writes is none to this store, unless it is told otherwise")
  func readOnly() async throws {
    let cluster = try TestCluster.shared()
    try cluster.execute(
      """
      DO $$ BEGIN
        CREATE ROLE standby LOGIN;
      EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      ALTER ROLE standby SET default_transaction_read_only = on
      """)
    let address = "host=\(cluster.folder) dbname=postgres user=standby"
    guard case .away? = fault(address) else {
      Issue.record("\(String(describing: fault(address)))")
      return
    }
    _ = try PostgreSQLConnection(ConnectionSettings("\(address) target_session_attrs=any"))
  }

  @Test("a commit is looked for by a write: a server that takes none does not say it is missing")
  func lookedFor() async throws {
    try await withPostgreSQL { address in
      try await useAndClose(try PostgreSQLDatabase(address)) { _ in
        let connection = try PostgreSQLConnection(ConnectionSettings(address))
        let identity = try WriterIdentity(connection)
        _ = try connection.run(identity.note(5), within: 5000)
        #expect(try identity.hasMade(5, connection, within: 5000))
        #expect(try !identity.hasMade(6, connection, within: 5000))
        try connection.execute("SET default_transaction_read_only = on", within: 5000)
        let fault = #expect(throws: PostgreSQLFault.self) {
          try identity.hasMade(5, connection, within: 5000)
        }
        guard case .lost? = fault else {
          Issue.record("\(String(describing: fault))")
          return
        }
      }
    }
  }

  @Test("of several hosts the one that may be written to is taken, as libpq does it")
  func hosts() async throws {
    let cluster = try TestCluster.shared()
    try await withFolder { folder in
      try await cluster.withSchema { address in
        let hosts = "\(address) host=\(folder),\(cluster.folder)"
        try await useAndClose(try PostgreSQLDatabase(hosts)) { try await $0.probe() }
      }
    }
  }

  @Test("a schema that is not there is refused with a sentence")
  func schema() async throws {
    guard case .denied(let what)? = fault(try TestCluster.shared().address(schema: "none")) else {
      Issue.record("it was not denied")
      return
    }
    #expect(what.contains("search_path"))
  }

  @Test("steps are taken once, each told before; a database that needs a newer program is refused")
  func migrations() async throws {
    let cluster = try TestCluster.shared()
    try await cluster.withSchema { address in
      let connection = try PostgreSQLConnection(ConnectionSettings(address))
      let own = PostgreSQLMigrations.all
      for count in 1...own.count {
        try PostgreSQLMigrations(connection, steps: Array(own.prefix(count))).run()
      }
      let steps =
        own
        + [
          .init(script: "CREATE TABLE further (number bigint)", oldest: 1),
          .init(script: "ALTER TABLE further ADD COLUMN other bigint", oldest: own.count + 2),
        ]
      for _ in 0..<2 { try PostgreSQLMigrations(connection, steps: Array(steps.dropLast())).run() }
      // One that does not know the second may go on beside it.
      try PostgreSQLMigrations(connection).run()
      try PostgreSQLMigrations(connection, steps: steps).run()
      let fault = #expect(throws: PostgreSQLFault.self) {
        try PostgreSQLMigrations(connection, steps: Array(steps.dropLast())).run()
      }
      #expect(fault?.description.contains("run the newer program") == true)
      let kept = try connection.run(
        PostgreSQLQuery(once: "SELECT version, oldest FROM schema_version"), within: 5000)
      #expect(kept.map { [$0.integer(0), $0.integer(1)] } == [[own.count + 2, own.count + 2]])
    }
  }

  @Test("a step that fails leaves nothing behind")
  func failedStep() async throws {
    let cluster = try TestCluster.shared()
    try await cluster.withSchema { address in
      let connection = try PostgreSQLConnection(ConnectionSettings(address))
      let bad = PostgreSQLMigrations.Step(
        script: "CREATE TABLE first (number bigint); CREATE TABLE first (number bigint)", oldest: 1)
      #expect(throws: PostgreSQLFault.self) {
        try PostgreSQLMigrations(connection, steps: [bad]).run()
      }
      try PostgreSQLMigrations(connection).run()
      let found = try connection.run(
        PostgreSQLQuery(once: "SELECT to_regclass('first') IS NULL"), within: 5000)
      #expect(found.first?.integer(0) == 1)
    }
  }

  @Test("texts with zero bytes and backslashes are what they were")
  func keptTexts() {
    for text in ["", "a", "\\", "\0", "a\0b\\0c\\\\", "ñ\0🎟️"] {
      #expect(String(kept: Array(text.kept.utf8)) == text)
      #expect(!text.kept.utf8.contains(0))
    }
    #expect("\0".kept != "\\0".kept)
  }

  @Test("a row that was changed behind the store's back is damaged, and the others are read")
  func damage() async throws {
    try await withPostgreSQL { address in
      try await useAndClose(try PostgreSQLDatabase(address)) { store in
        let author = Author()
        let opened = (0..<3).map { author.open("order-\($0)") }
        for transition in opened { try await store.commit(author.change(transition)) }
        try TestCluster.shared().execute(
          "UPDATE payins SET body = body || '\\x20' WHERE id = '\(opened[1].payin.id)'", at: address
        )
        await #expect(throws: DatabaseError.self) {
          _ = try await store.payin(opened[1].payin.id)
        }
        let listed = try await store.payins(PayinQuery(merchant: "demo", limit: 2)).map(\.id)
        #expect(Set(listed) == [opened[0].payin.id, opened[2].payin.id])
        #expect(try await store.examine() > 3)
        #expect(store.damage.found.map(\.id) == [opened[1].payin.id.text])
      }
    }
  }
}
