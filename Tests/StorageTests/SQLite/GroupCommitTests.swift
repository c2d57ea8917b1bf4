import Foundation
import JSONText
import Payins
import Synchronization
import Testing

@testable import Storage

/// Remembers what callers were told.
private final class Answers: Sendable {
  let told = Mutex<[String]>([])

  func write(
    _ name: String, _ body: @escaping @Sendable (WriteSession) throws(DatabaseError) -> Void
  ) -> PendingWrite {
    PendingWrite(
      apply: { session in
        do throws(DatabaseError) {
          try body(session)
          return PendingWrite.Verdict { self.tell("\(name): done") }
        } catch {
          return PendingWrite.Verdict(fault: error) { self.tell("\(name): \(error)") }
        }
      },
      refuse: { self.tell("\(name) refused: \($0)") })
  }

  private func tell(_ what: String) { told.withLock { $0.append(what) } }
  var all: [String] { told.withLock { $0 } }
}

@Suite("SQLite: group commit")
struct GroupCommitTests {
  let author = Author()
  private let answers = Answers()

  private func insert(_ reference: String) -> PendingWrite {
    let rows = ChangeRows(author.change(author.open(reference)), .plain)
    return answers.write(reference) { session throws(DatabaseError) in try session.apply(rows) }
  }

  /// Commits what waits on a writer made by hand. Returns what was measured.
  private func run(
    _ writes: [PendingWrite], in folder: String,
    preparing prepare: (SQLiteConnection) throws -> Void = { _ in }
  ) throws -> DatabaseStatistics {
    let file = try DatabaseFile(path: folder + "/pasarela.db")
    let connection = try file.openWriter()
    try prepare(connection)
    let session = try WriteSession(
      connection, presence: PresenceLock(path: file.path + ".lock"), damage: DamageRegister(),
      held: HeldJobs(), .plain)
    let queue = WorkQueue<PendingWrite>()
    for write in writes { #expect(queue.put(write)) }
    queue.close()
    let meter = CommitMeter()
    try GroupCommit(session, at: DatabasePlace(connection, path: file.path)).run(queue, meter)
    return meter.statistics
  }

  private func kept(in folder: String) throws -> [String] {
    let connection = try DatabaseFile(path: folder + "/pasarela.db").openReader()
    return try SQLiteStatement(connection, "SELECT reference FROM payins ORDER BY number").rows {
      $0.text(0)
    }
  }

  @Test("changes that wait together become durable in one commit, told in order")
  func together() async throws {
    try await withFolder { folder in
      let statistics = try run((0..<200).map { insert("order-\($0)") }, in: folder)
      #expect(statistics == DatabaseStatistics(changes: 200, commits: 1))
      #expect(answers.all == (0..<200).map { "order-\($0): done" })
      #expect(try kept(in: folder) == (0..<200).map { "order-\($0)" })
    }
  }

  @Test("a very long queue is committed in bounded parts")
  func bounded() async throws {
    try await withFolder { folder in
      let statistics = try run((0..<600).map { insert("order-\($0)") }, in: folder)
      #expect(statistics == DatabaseStatistics(changes: 600, commits: 3))
    }
  }

  @Test("a caller whose change conflicts is told so; its neighbours in the batch stand")
  func conflict() async throws {
    try await withFolder { folder in
      let half = ChangeRows(author.change(author.open("half")), .plain)
      let fails = answers.write("half") { session throws(DatabaseError) in
        try session.apply(half)
        throw .versionConflict
      }
      let statistics = try run([insert("a"), fails, insert("b"), insert("a")], in: folder)
      #expect(statistics == DatabaseStatistics(changes: 2, commits: 1))
      #expect(
        answers.all.prefix(3) == ["a: done", "half: \(DatabaseError.versionConflict)", "b: done"])
      #expect(answers.all[3].hasPrefix("a: the reference belongs to payin_"))
      #expect(try kept(in: folder) == ["a", "b"])
    }
  }

  @Test("a batch of conflicts alone waits for no disk")
  func onlyConflicts() async throws {
    try await withFolder { folder in
      let fails = answers.write("x") { _ throws(DatabaseError) in throw .leaseLost }
      let statistics = try run([fails, fails], in: folder)
      #expect(statistics == DatabaseStatistics(changes: 0, commits: 0))
    }
  }

  @Test(
    "where the commit itself fails every caller of the batch learns it, and later batches go on")
  func failingCommit() async throws {
    try await withFolder { folder in
      // A deferred foreign key is checked at COMMIT alone.
      let poison = answers.write("poison") { session throws(DatabaseError) in
        try session.connection.execute("INSERT INTO child VALUES (1)")
      }
      let conflict = answers.write("conflict") { _ throws(DatabaseError) in throw .versionConflict }
      let batch = [insert("a"), poison, conflict] + (0..<253).map { insert("b\($0)") }
      let statistics = try run(batch + [insert("later")], in: folder) { connection in
        try connection.execute(
          """
          PRAGMA foreign_keys = ON;
          CREATE TABLE parent (id INTEGER PRIMARY KEY);
          CREATE TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
          """)
      }
      #expect(
        answers.all.prefix(256).allSatisfy { $0.contains(" refused: sqlite3_step: FOREIGN KEY") })
      #expect(answers.all.dropFirst(256) == ["later: done"])
      #expect(statistics == DatabaseStatistics(changes: 1, commits: 1))
      #expect(try kept(in: folder) == ["later"])
    }
  }

  @Test("where the medium ends the transaction by itself nobody is told that all is well")
  func lostTransaction() async throws {
    try await withFolder { folder in
      let fails = answers.write("fails") { session throws(DatabaseError) in
        try session.connection.execute("ROLLBACK")
        throw .failed(function: "sqlite3_step", code: 13, message: "disk full")
      }
      let statistics = try run([insert("a"), fails, insert("b")], in: folder)
      #expect(
        answers.all.map { $0.suffix(36) }
          == Array(repeating: " refused: sqlite3_step: disk full (13)".suffix(36), count: 3))
      #expect(statistics.commits == 0)
      #expect(try kept(in: folder).isEmpty)
    }
  }

  @Test("a full disk fails the changes that need room, leaves nothing of them, and passes")
  func fullDisk() async throws {
    try await withDatabase(.sqlite) { store in
      let sqlite = try #require(store as? SQLiteDatabase)
      let first = author.open("order-1")
      try await store.commit(author.change(first))
      try await sqlite.write { session throws(DatabaseError) in
        try session.connection.execute("PRAGMA max_page_count = 1")
      }
      var large = author.change(author.open("order-2"))
      large.events[0].data = ["filler": JSON(String(repeating: "x", count: 500_000))]
      await #expect(
        throws: DatabaseError.failed(
          function: "sqlite3_step", code: 13, message: "database or disk is full")
      ) {
        try await store.commit(large)
      }
      #expect(try await store.payin(merchant: "demo", reference: "order-2") == nil)
      #expect(try await store.payin(first.payin.id) == first.payin)
      try await sqlite.write { session throws(DatabaseError) in
        try session.connection.execute("PRAGMA max_page_count = 1000000")
      }
      try await store.commit(large)
      let id = try #require(large.operation?.payin?.id)
      #expect(try await store.events(of: OperationID(id)) == large.events)
    }
  }

  @Test("a store counts its changes and commits")
  func statistics() async throws {
    try await withDatabase(.sqlite) { store in
      let sqlite = try #require(store as? SQLiteDatabase)
      #expect(sqlite.statistics == DatabaseStatistics(changes: 0, commits: 0))
      for index in 0..<3 { try await store.commit(author.change(author.open("order-\(index)"))) }
      _ = try? await store.commit(author.change(author.open("order-0")))
      _ = try await store.payins(PayinQuery(merchant: "demo", limit: 1))
      #expect(sqlite.statistics == DatabaseStatistics(changes: 3, commits: 3))
    }
  }
}
