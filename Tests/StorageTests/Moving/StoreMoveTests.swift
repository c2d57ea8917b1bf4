import Crypto
import Foundation
import Payins
import PostgreSQLClient
import TestSupport
import Testing

@testable import Storage

@Suite("a store is moved", .timeLimit(.minutes(2)))
struct StoreMoveTests {
  let furnished = Furnished()
  let keys = DataKeys(current: DataKey.make())

  /// Runs the body with two places that hold nothing yet.
  private func places(
    _ body: (_ file: String, _ address: String) async throws -> Void
  ) async throws {
    try await withFolder { folder in
      try await withPostgreSQL { address in try await body(folder + "/pasarela.db", address) }
    }
  }

  private func filled(_ store: any Database, others: Int = 0) async throws {
    try await furnished.fill(store, others: others)
    await store.close()
  }

  private func fault(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch DatabaseError.denied(let what) {
      return what
    } catch {
      return "another fault: \(error)"
    }
  }

  @Test(
    "to PostgreSQL and back: what a gateway reads is the same, numbers go on, none opens the old")
  func there() async throws {
    try await places { file, address in
      try await filled(SQLiteDatabase(path: file, keys: keys), others: 3)
      var told: [StoreMove.Progress] = []
      let count = try StoreMove(from: .sqlite(file), to: .postgresql(address)) { told.append($0) }
        .run()
      #expect(count > 20)
      let compared = told.compactMap { step -> String? in
        if case .compared(let table, let rows) = step, rows > 0 { table } else { nil }
      }
      #expect(compared == StoreTable.all.map(\.name))
      #expect(
        fault { _ = try SQLiteDatabase(path: file, keys: keys) }?.contains("was moved") == true)
      let moved = try PostgreSQLDatabase(address, keys: keys)
      try await furnished.expect(in: moved)
      // Its numbers go on behind those that came.
      var author = furnished.author
      author.merchant = "new"
      try await furnished.keep(author.fullLife("new"), in: moved)
      #expect(try await StoreCheckTests.faults(of: moved).isEmpty)
      await moved.close()

      let back = file + ".back"
      _ = try StoreMove(from: .postgresql(address), to: .sqlite(back)) { _ in }.run()
      #expect(fault { _ = try PostgreSQLDatabase(address, keys: keys) }?.contains("moved") == true)
      try await useAndClose(SQLiteDatabase(path: back, keys: keys)) { store in
        try await furnished.expect(in: store)
        let new = try await store.payin(merchant: "new", reference: "new")
        #expect(try await store.payin(#require(new))?.merchant == "new")
        #expect(try await StoreCheckTests.faults(of: store).isEmpty)
      }
    }
  }

  @Test(
    "cut off at any step it goes on, and meanwhile nobody has the new store", arguments: [2, 3])
  func resumed(_ steps: Int) async throws {
    try await places { file, address in
      try await filled(SQLiteDatabase(path: file), others: 3)
      var cuts = 0
      while true {
        let target = CutTables(try PostgreSQLTables(address), after: steps)
        do {
          _ = try StoreMove(from: SQLiteTables(path: file, mustExist: true), to: target) { _ in }
            .run()
          break
        } catch DatabaseError.failed("cut", _, _) {
          cuts += 1
        }
        withExtendedLifetime(target) {
          #expect(fault { _ = try PostgreSQLDatabase(address) } != nil)
        }
      }
      #expect(cuts * steps > StoreTable.all.count)
      try await useAndClose(PostgreSQLDatabase(address)) { try await furnished.expect(in: $0) }
    }
  }

  @Test("what changed in the old store after it was copied is taken anew")
  func changed() async throws {
    try await places { file, address in
      try await filled(SQLiteDatabase(path: file), others: 3)
      #expect(throws: DatabaseError.self) {
        let target = CutTables(try PostgreSQLTables(address), after: 12)
        _ = try StoreMove(from: SQLiteTables(path: file, mustExist: true), to: target) { _ in }
          .run()
      }
      var changed: Payin?
      try await useAndClose(SQLiteDatabase(path: file)) { store in
        let id = try #require(try await store.payin(merchant: "demo", reference: "other-1"))
        let last = try #require(try await store.payin(id))
        let next = last.apply(.cancelled, furnished.author.context(Author.noon))
        try await store.commit(furnished.author.change(next, before: last))
        changed = next.payin
      }
      var again: [StoreMove.Progress] = []
      _ = try StoreMove(from: .sqlite(file), to: .postgresql(address)) { step in
        if case .again = step { again.append(step) }
      }.run()
      #expect(again.contains(.again(table: "payins")))
      try await useAndClose(PostgreSQLDatabase(address)) { store in
        let changed = try #require(changed)
        #expect(changed.status == .cancelled)
        #expect(try await store.payin(changed.id) == changed)
        #expect(try await StoreCheckTests.faults(of: store).isEmpty)
      }
    }
  }

  @Test(
    "a move that was cut off goes on from where it came, and not after the books went elsewhere")
  func elsewhere() async throws {
    try await places { file, address in
      try await filled(SQLiteDatabase(path: file), others: 3)
      try await filled(SQLiteDatabase(path: file + ".other"))
      func cut(_ source: String, _ target: String) throws {
        #expect(throws: DatabaseError.self) {
          let target = CutTables(try PostgreSQLTables(target), after: 12)
          _ = try StoreMove(from: SQLiteTables(path: source, mustExist: true), to: target) { _ in }
            .run()
        }
      }
      func move(_ source: String, _ target: String) -> String? {
        fault { _ = try StoreMove(from: .sqlite(source), to: .postgresql(target)) { _ in }.run() }
      }
      try cut(file, address)
      #expect(move(file + ".other", address)?.contains("the move from sqlite:\(file) into") == true)
      // Named by the same words, since those do not tell the schema.
      try await withPostgreSQL { second in
        #expect(try PostgreSQLTables(second).place == PostgreSQLTables(address).place)
        #expect(move(file, second) == nil)
        #expect(move(file, address)?.contains("was moved to") == true)
        #expect(fault { _ = try PostgreSQLDatabase(address) }?.contains("has not come") == true)
        try await useAndClose(PostgreSQLDatabase(second)) { try await furnished.expect(in: $0) }
      }
    }
  }

  @Test("a mark of another release's making shuts a store, too")
  func unknownMark() async throws {
    try await places { file, address in
      try await filled(SQLiteDatabase(path: file))
      try await filled(PostgreSQLDatabase(address))
      let script =
        "CREATE TABLE store_move (id text, way text, place text); "
        + "INSERT INTO store_move VALUES ('1', 'sideways', 'x')"
      try SQLiteConnection(path: file).execute(script)
      try TestCluster.shared().execute(script, at: address)
      for told in [
        fault { _ = try SQLiteDatabase(path: file) },
        fault { _ = try PostgreSQLDatabase(address) },
      ] { #expect(told?.contains("another release") == true) }
    }
  }

  @Test("neither store may be open, nor the new one in use")
  func refused() async throws {
    try await places { file, address in
      let sqlite = StoreAddress.sqlite(file)
      let postgresql = StoreAddress.postgresql(address)
      func move(_ source: StoreAddress, _ target: StoreAddress) -> String? {
        fault { _ = try StoreMove(from: source, to: target) { _ in }.run() }
      }
      #expect(move(sqlite, postgresql)?.contains("no file") == true)
      #expect(move(sqlite, sqlite)?.contains("same store") == true)
      try await useAndClose(SQLiteDatabase(path: file)) { store in
        try await furnished.fill(store)
        #expect(move(sqlite, postgresql)?.contains("\(file) is open") == true)
      }
      try await useAndClose(PostgreSQLDatabase(address)) { _ in
        #expect(move(sqlite, postgresql)?.contains("a gateway is connected") == true)
        #expect(move(postgresql, sqlite)?.contains("a gateway is connected") == true)
      }
      #expect(move(postgresql, sqlite)?.contains("is in use: its table payins") == true)
      let otherwise = file.replacing("/pasarela.db", with: "/./pasarela.db")
      #expect(move(sqlite, .sqlite(otherwise))?.contains("is open") == true)
      try FileManager.default.createSymbolicLink(atPath: file + ".link", withDestinationPath: file)
      #expect(move(sqlite, .sqlite(file + ".link"))?.contains("is open") == true)
      #expect(move(postgresql, .postgresql("\(address) connect_timeout=9")) != nil)
      // One that was only opened holds nothing.
      #expect(move(sqlite, postgresql) == nil)
      #expect(move(sqlite, postgresql)?.contains("was moved to postgresql") == true)
    }
  }

  @Test("what is no store is not moved, and nothing is made of it")
  func none() async throws {
    try await places { file, address in
      func move(_ source: StoreAddress, _ target: StoreAddress) -> String? {
        fault { _ = try StoreMove(from: source, to: target) { _ in }.run() }
      }
      #expect(move(.postgresql(address), .sqlite(file))?.contains("there is no store") == true)
      let tables = try PostgreSQLConnection(ConnectionSettings(address)).rows(
        "SELECT 1 FROM pg_tables WHERE schemaname = current_schema()")
      #expect(tables.count == 0)
      fclose(fopen(file, "w"))
      #expect(move(.sqlite(file), .postgresql(address))?.contains("is empty") == true)
    }
  }

  @Test("a store of another schema of the search path keeps its own mark, and shuts no other")
  func schemas() async throws {
    try await places { file, old in
      try await withPostgreSQL { new in
        try await filled(PostgreSQLDatabase(old))
        let schema = try #require(old.split(separator: "search_path=").last?.dropLast())
        let both = String(new.dropLast()) + ",\(schema)'"
        _ = try StoreMove(from: .postgresql(old), to: .postgresql(both)) { _ in }.run()
        try await useAndClose(PostgreSQLDatabase(both)) { try await furnished.expect(in: $0) }
        #expect(fault { _ = try PostgreSQLDatabase(old) }?.contains("was moved") == true)
        _ = try StoreMove(from: .postgresql(both), to: .sqlite(file)) { _ in }.run()
        #expect(fault { _ = try PostgreSQLDatabase(old) }?.contains("was moved") == true)
      }
    }
  }

  @Test("a job whose lease has not run out is not due before it does, though nobody is connected")
  func leased() async throws {
    try await places { file, address in
      // When all are due.
      let now = Author.noon.adding(seconds: 1_000_000_000)
      let end = now.adding(seconds: 600)
      try await useAndClose(PostgreSQLDatabase(address)) { store in
        try await furnished.fill(store, others: 1)
        let request = LeaseRequest(
          now: now, until: end, limit: 9, lease: Lease(token: "t"))
        let leased = try await store.lease(request)
        #expect(leased.count > 2)
      }
      _ = try StoreMove(from: .postgresql(address), to: .sqlite(file)) { _ in }.run()
      try await useAndClose(SQLiteDatabase(path: file)) { store in
        let due = try await store.nextDue()
        #expect(due == end)
      }
    }
  }

  @Test("a gateway of a release that knows no moves is seen by its writer's lock")
  func earlier() async throws {
    try await places { file, address in
      try await filled(PostgreSQLDatabase(address))
      let gateway = try PostgreSQLConnection(ConnectionSettings(address))
      let identity = try WriterIdentity(gateway)
      #expect(identity.number > 0)
      let told = fault {
        _ = try StoreMove(from: .postgresql(address), to: .sqlite(file)) { _ in }.run()
      }
      #expect(told?.contains("a gateway is connected") == true)
      withExtendedLifetime(gateway) {}
    }
  }

  @Test("a gateway that had lost its connection is not let in again, during a move or after it")
  func reconnecting() async throws {
    try await places { file, address in
      try await useAndClose(PostgreSQLDatabase(address)) { store in
        try await furnished.fill(store)
        let cluster = try TestCluster.shared()
        let source = try await Self.tables(address, afterEnding: cluster)
        func expectShut() async {
          await #expect(throws: DatabaseError.self) { try await store.probe() }
        }
        await expectShut()
        let target = try SQLiteTables(path: file, mustExist: false)
        _ = try StoreMove(from: source, to: target) { _ in }.run()
        await expectShut()
      }
      let source = try SQLiteDatabase(path: file)
      try await useAndClose(source) { try await furnished.expect(in: $0) }
    }
  }

  /// The store's tables, once its gateway's connections are ended and it has not come back first.
  private static func tables(
    _ address: String, afterEnding cluster: TestCluster
  ) async throws -> PostgreSQLTables {
    while true {
      try cluster.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND classid = \(0x5073_726D) AND mode = 'ShareLock'
          AND objid = (hashtext(current_schema())::bigint & 4294967295)::oid
        """, at: address)
      if let tables = try? PostgreSQLTables(address) { return tables }
    }
  }

  @Test("every column of either kind of store is taken along, or is known to be its own")
  func columns() async throws {
    let own: [String: Set<String>] = [
      "payins": ["opening", "opening_checksum"], "jobs": ["lease", "lease_ms"],
    ]
    let ownTables: Set = [
      "gateways", "probes", "older_payins", "writers", "schema_version", "sqlite_sequence",
    ]
    func check(_ found: [(table: String, column: String)]) {
      let listed = Dictionary(
        uniqueKeysWithValues: StoreTable.all.map { ($0.name, Set($0.columns.map(\.name))) })
      for (table, columns) in Dictionary(grouping: found, by: \.table)
      where !ownTables.contains(table) {
        let rest = Set(columns.map(\.column)).subtracting(own[table] ?? [])
        #expect(rest == listed[table], "\(table)")
      }
      #expect(Set(found.map(\.table)).isSuperset(of: listed.keys))
    }
    try await places { file, address in
      await (try SQLiteDatabase(path: file)).close()
      check(
        try SQLiteStatement(
          SQLiteConnection(path: file),
          """
          SELECT tables.name, columns.name FROM sqlite_schema AS tables
          JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'
          """
        ).rows { ($0.text(0), $0.text(1)) })
      await (try PostgreSQLDatabase(address)).close()
      check(
        try PostgreSQLConnection(ConnectionSettings(address)).rows(
          """
          SELECT table_name::text, column_name::text FROM information_schema.columns
          JOIN information_schema.tables USING (table_schema, table_name)
          WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
          """
        ).map { ($0.text(0), $0.text(1)) })
    }
  }
}

/// Tables that fail after so many changes.
private final class CutTables: TableStore {
  private let tables: any TableStore
  private var left: Int

  init(_ tables: any TableStore, after changes: Int) {
    (self.tables, left) = (tables, changes)
  }

  private func count() throws(DatabaseError) {
    guard left > 0 else { throw .failed(function: "cut", code: 0, message: "") }
    left -= 1
  }

  var place: String { tables.place }
  func mark() throws(DatabaseError) -> MoveMark? { try tables.mark() }
  func set(_ mark: MoveMark?) throws(DatabaseError) {
    try count()
    try tables.set(mark)
  }
  func count(_ table: StoreTable) throws(DatabaseError) -> Int { try tables.count(table) }
  func rows(
    of table: StoreTable, behind last: [Cell]?, limit: Int
  ) throws(DatabaseError) -> [[Cell]] {
    try tables.rows(of: table, behind: last, limit: limit)
  }
  func lastKey(of table: StoreTable) throws(DatabaseError) -> [Cell]? {
    try tables.lastKey(of: table)
  }
  func add(_ rows: [[Cell]], to table: StoreTable) throws(DatabaseError) {
    try count()
    // What is begun may have come to its end all the same.
    try tables.add(rows, to: table)
    try count()
  }
  func empty(_ table: StoreTable) throws(DatabaseError) {
    try count()
    try tables.empty(table)
  }
  func prepareToLeave() throws(DatabaseError) { try tables.prepareToLeave() }
  func settle() throws(DatabaseError) {
    try count()
    try tables.settle()
  }
}
