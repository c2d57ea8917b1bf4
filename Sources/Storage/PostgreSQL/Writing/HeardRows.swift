import Payins
import PostgreSQLClient

/// What changes know of pay-ins' questions in vain, compared with what is kept before anything is
/// changed. That it is another is told after lost leases are.
struct HeardRows {
  /// For a row of `payins`; as `Silence.init(stored:)` reads it.
  static let silence = """
    (SELECT jobs.subject || ' ' || jobs.due_ms || ' ' || jobs.silence FROM jobs
      WHERE jobs.kind = '\(JobKind.queryAttempt.rawValue)' AND jobs.subject = payins.watched
        AND jobs.payin = payins.id)
    """

  /// In one order, so that no two writers wait for each other. The next statement sees what those
  /// committed who held one of them. As an array each is searched in the index, in its order; as
  /// rows the index would be read from end to end, so as not to sort.
  private static let lock = RowStatement([.text("payin")]) { _ in
    """
    SELECT 1 FROM payins WHERE payins.id = ANY ($1::text[])
    ORDER BY payins.id FOR NO KEY UPDATE
    """
  }
  /// One that cannot be read is none.
  private static let compare = RowStatement([
    .text("payin"), .integer("version"), .text("silence"),
  ]) {
    """
    SELECT set_config('pasarela.heard', (count(*) = cardinality($1))::text, true)
    FROM \($0) JOIN payins ON payins.id = new.payin
    WHERE payins.version = new.version AND new.silence IS NOT DISTINCT FROM substring(
      \(silence) FROM '^[^ ]+ -?[0-9]+ [1-9][0-9]{0,6} -?[0-9]+ -?[0-9]+ .*$')
    """
  }
  private static let expect = PostgreSQLStatement(
    """
    SELECT pasarela_expect(
      current_setting('pasarela.heard') = 'true', '\(WriteConflict.version.rawValue)')
    """)
  /// Of pay-ins as their rows are before they are written.
  private static let forget = RowStatement([.text("payin")]) {
    """
    UPDATE jobs SET silence = NULL FROM \($0) JOIN payins ON payins.id = new.payin
    WHERE jobs.kind = '\(JobKind.queryAttempt.rawValue)' AND jobs.subject = payins.watched
    """
  }

  private var lock = RowSet(Self.lock)
  private var compare = RowSet(Self.compare)
  private var forget = RowSet(Self.forget)

  mutating func add(_ change: ChangeRows) {
    for case .keepSilence(_, _, _, let heard) in change.jobs { add(heard) }
    guard let told = change.operation?.heard else { return }
    add(told)
    if told.silence != nil { forget.add([.text(told.payin.text)]) }
  }

  private mutating func add(_ heard: HeardSilence) {
    lock.add([.text(heard.payin.text)])
    compare.add([
      .text(heard.payin.text), .number(heard.version),
      .text(
        heard.silence.map { "\($0.attempt.text) \($0.nextCheckAt.milliseconds) \($0.stored)" }),
    ])
  }

  /// Before the jobs' own changes.
  var comparing: [PostgreSQLQuery] { [lock.query(), compare.query()].compactMap { $0 } }

  /// Before the operations' own.
  var forgetting: [PostgreSQLQuery] { [forget.query()].compactMap { $0 } }

  /// After them.
  var expecting: [PostgreSQLQuery] { compare.count == 0 ? [] : [PostgreSQLQuery(Self.expect)] }
}
