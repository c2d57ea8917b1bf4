import Payins
import PostgreSQLClient

/// Changes of jobs, of which none depends on another's.
struct JobRows {
  private static let key = [RowColumn.text("kind"), .text("subject")]
  private static let found = "jobs.kind = new.kind AND jobs.subject = new.subject"
  private static let held = "\(found) AND jobs.lease = new.lease"
  private static let free = "lease = NULL, lease_ms = NULL"

  private static let put = RowStatement.inserting(
    into: "jobs",
    key + [
      .text("payin"), .text("account"), .integer("due_ms"), .integer("tries"), .text("lease"),
      .integer("lease_ms"),
    ],
    conflict: """
      ON CONFLICT (kind, subject) DO UPDATE SET
        due_ms = excluded.due_ms, tries = jobs.tries + excluded.tries, lease = excluded.lease,
        lease_ms = excluded.lease_ms
      """)
  private static let ensure = RowStatement.inserting(
    into: "jobs",
    key + [.text("payin"), .text("account"), .integer("due_ms"), .integer("tries")],
    conflict: """
      ON CONFLICT (kind, subject) DO UPDATE SET due_ms = least(jobs.due_ms, excluded.due_ms)
        WHERE jobs.lease IS NULL
      """)
  private static let finish = RowStatement.expecting(.leaseLost, key + [.text("lease")]) {
    "DELETE FROM jobs USING \($0) WHERE \(held)"
  }
  private static let reschedule = RowStatement.expecting(
    .leaseLost, key + [.text("lease"), .integer("due_ms")]
  ) {
    "UPDATE jobs SET due_ms = new.due_ms, \(free) FROM \($0) WHERE \(held)"
  }
  private static let watch = RowStatement([.text("payin"), .text("attempt")]) {
    """
    UPDATE payins SET watched = new.attempt FROM \($0)
    WHERE payins.id = new.payin AND payins.watched IS DISTINCT FROM new.attempt
    """
  }
  private static let keepSilence = RowStatement.expecting(
    .leaseLost, key + [.text("lease"), .integer("due_ms"), .text("silence")]
  ) {
    """
    UPDATE jobs SET due_ms = new.due_ms, silence = new.silence, \(free)
    FROM \($0) WHERE \(held)
    """
  }
  private static let drop = RowStatement(key) { "DELETE FROM jobs USING \($0) WHERE \(found)" }
  private static let bringForward = RowStatement([
    .text("kind"), .text("prefix"), .integer("due_ms"),
  ]) {
    """
    UPDATE jobs SET due_ms = new.due_ms FROM \($0)
    WHERE jobs.kind = new.kind AND jobs.subject >= new.prefix
      AND jobs.subject < new.prefix || chr(1114111) AND jobs.lease IS NULL
      AND jobs.due_ms > new.due_ms
    """
  }

  private var put = RowSet(Self.put)
  private var ensure = RowSet(Self.ensure)
  private var finish = RowSet(Self.finish)
  private var reschedule = RowSet(Self.reschedule)
  private var watch = RowSet(Self.watch)
  private var keepSilence = RowSet(Self.keepSilence)
  private var drop = RowSet(Self.drop)
  private var bringForward = RowSet(Self.bringForward)

  mutating func add(_ change: JobChange) {
    func named(_ key: JobKey) -> [Cell] { [.text(key.kind.rawValue), .text(key.subject)] }
    func described(_ job: Job) -> [Cell] {
      named(job.key) + [
        .text(job.operation?.text ?? ""), .text(job.account), .milliseconds(job.due),
      ]
    }
    switch change {
    case .put(let job):
      put.add(
        described(job) + [
          .number(job.lease == nil ? 0 : 1), .text(job.lease?.token),
          .integer(job.lease == nil ? nil : job.due.milliseconds),
        ])
    case .finish(let key, let lease):
      finish.add(named(key) + [.text(lease.token)])
    case .reschedule(let key, let lease, let due):
      reschedule.add(named(key) + [.text(lease.token), .milliseconds(due)])
    case .keepSilence(let key, let lease, let silence, let heard):
      watch.add([.text(heard.payin.text), .text(silence.attempt.text)])
      keepSilence.add(
        named(key) + [
          .text(lease.token), .milliseconds(silence.nextCheckAt), .text(silence.stored),
        ])
    case .ensure(let job):
      ensure.add(described(job) + [.number(0)])
    case .bringForward(let kind, let prefix, let due):
      bringForward.add([.text(kind.rawValue), .text(prefix), .milliseconds(due)])
    case .drop(let key):
      drop.add(named(key))
    }
  }

  var queries: [PostgreSQLQuery] {
    [
      put.query(), ensure.query(), finish.query(), reschedule.query(), watch.query(),
      keepSilence.query(), drop.query(), bringForward.query(),
    ].compactMap { $0 }
  }
}
