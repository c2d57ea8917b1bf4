import Payins

/// What questions in vain left with the jobs that ask them.
struct SilenceTable {
  private let select: SQLiteStatement
  private let watch: SQLiteStatement
  private let remove: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    select = try SQLiteStatement(
      connection,
      "SELECT version, \(Self.stored(subject: "payins.watched")) FROM payins WHERE id = ?")
    watch = try SQLiteStatement(
      connection, "UPDATE payins SET watched = ?2 WHERE id = ?1 AND watched IS NOT ?2")
    remove = try SQLiteStatement(
      connection,
      """
      UPDATE jobs SET silence = NULL
      WHERE kind = '\(Self.kind)' AND subject = (SELECT watched FROM payins WHERE id = ?)
      """)
  }

  private static let kind = JobKind.queryAttempt.rawValue

  /// As `Silence.init(stored:)` reads it; for a row of `payins`.
  /// - Parameter subject: SQL for the attempt's id.
  static func stored(subject: String) -> String {
    """
    (SELECT jobs.subject || ' ' || jobs.due_ms || ' ' || jobs.silence FROM jobs
      WHERE jobs.kind = '\(kind)' AND jobs.subject = \(subject) AND jobs.payin = payins.id)
    """
  }

  /// Whether what a change knows is what whoever reads the pay-in now is told.
  func isKept(_ heard: HeardSilence) throws(DatabaseError) -> Bool {
    let found = try select.first(.text(heard.payin.text)) { row in
      (version: row.integer(0), silence: row.optional(1, row.text).flatMap(Silence.init(stored:)))
    }
    return found?.version == heard.version && found?.silence == heard.silence
  }

  /// Has the pay-in's readers look at the attempt's job.
  func watch(_ attempt: AttemptID, of payin: OperationID) throws(DatabaseError) {
    try watch.run(.text(payin.text), .text(attempt.text))
  }

  /// Of the pay-in as its row is before it is written.
  func forget(of payin: OperationID) throws(DatabaseError) { try remove.run(.text(payin.text)) }
}
