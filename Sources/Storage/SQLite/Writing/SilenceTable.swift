import Payins

/// What questions in vain left with the jobs that ask them.
struct SilenceTable {
  private let select: SQLiteStatement
  private let remove: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    select = try SQLiteStatement(connection, "SELECT \(Self.stored(subject: "?1"))")
    remove = try SQLiteStatement(
      connection, "UPDATE jobs SET silence = NULL WHERE kind = '\(Self.kind)' AND subject = ?")
  }

  private static let kind = JobKind.queryAttempt.rawValue

  /// As `Silence.init(stored:)` reads it.
  /// - Parameter subject: SQL for the attempt's id.
  static func stored(subject: String) -> String {
    """
    (SELECT jobs.subject || ' ' || jobs.due_ms || ' ' || jobs.silence FROM jobs
      WHERE jobs.kind = '\(kind)' AND jobs.subject = \(subject))
    """
  }

  /// Whether what a change knows is what is kept.
  func isKept(_ heard: HeardSilence) throws(DatabaseError) -> Bool {
    let stored =
      try select.first(.text(heard.attempt.text)) { row in
        row.optional(0, row.text)
      } ?? nil
    do throws(RowFault) {
      return try stored.map { text throws(RowFault) in try Silence(stored: text) } == heard.silence
    } catch {
      throw .damaged("a job's silence")
    }
  }

  func forget(of attempt: AttemptID) throws(DatabaseError) {
    try remove.run(.text(attempt.text))
  }
}
