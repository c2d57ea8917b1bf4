import Glibc
import Payins
import PostgreSQLClient
import Synchronization

/// A write that waits for the writer.
struct PostgreSQLWrite: Sendable {
  enum Work: Sendable {
    case change(ChangeRows)
    /// Statements of a transaction of their own, and what is told of their answers.
    case statements(
      @Sendable (WriterIdentity) -> [PostgreSQLQuery],
      @Sendable ([PostgreSQLRows]) throws(DatabaseError) -> Void)
    /// Several round trips.
    case session(@Sendable (PostgreSQLConnection, SealRenewal) throws(DatabaseError) -> Void)
  }

  let work: Work
  /// Tells its caller; nil: it is durable.
  let tell: @Sendable (DatabaseError?) -> Void
}

/// The one that writes: all changes that wait and touch different things are one transaction, sent
/// in one round trip. Of one that is refused each half is tried by itself, down to the change that
/// is in conflict.
final class PostgreSQLWriter {
  /// How many changes of the last commit let more be expected.
  private static let company = 8
  /// One of several gateways waits for longer: each has less company, and each commit costs the
  /// server and the other gateways about as much whatever is in it.
  private static let lingerMicroseconds: (alone: UInt32, beside: UInt32) = (500, 2000)
  /// How long a connection that is being made is waited for before callers are told, and between
  /// looks at new callers.
  private static let stepMilliseconds: Int64 = 200
  /// How long it is tried to find out what became of a commit.
  private static let doubtMilliseconds: Int64 = 15_000
  /// How often a change is tried again that others were in the way of.
  private static let passes = 5

  private struct Change {
    var rows: ChangeRows
    var tell: @Sendable (DatabaseError?) -> Void

    var place: String { rows.operation?.id.text ?? "" }
  }

  private let link: PostgreSQLLink
  private let identity: WriterIdentity
  private let sharing: PostgreSQLSharing
  private let queue: WorkQueue<PostgreSQLWrite>
  private let meter: CommitMeter
  private let renewal: SealRenewal
  private var lastCommit: Int64 = 0
  /// How long a connection is waited for; not again for each of those that are told that there is
  /// none.
  private var patience = stepMilliseconds

  init(
    _ link: PostgreSQLLink, _ identity: WriterIdentity, _ sharing: PostgreSQLSharing,
    _ queue: WorkQueue<PostgreSQLWrite>, _ meter: CommitMeter, _ keys: DataKeys
  ) {
    self.sharing = sharing
    renewal = SealRenewal(keys)
    self.link = link
    self.identity = identity
    self.queue = queue
    self.meter = meter
  }

  /// Works until the queue is closed and empty.
  func run() {
    var last = 0
    while true {
      var batch = queue.take(upTo: ChangeBatch.limit)
      if batch.isEmpty { break }
      if last >= Self.company, batch.count < 4 * Self.company {
        let linger = Self.lingerMicroseconds
        usleep(sharing.hasOthers.load(ordering: .relaxed) ? linger.beside : linger.alone)
        batch += queue.takeWaiting(upTo: ChangeBatch.limit - batch.count)
      }
      perform(batch)
      last = batch.count
    }
  }

  private func connection() throws(PostgreSQLFault) -> PostgreSQLConnection {
    do throws(PostgreSQLFault) {
      return try link.current(waiting: patience)
    } catch {
      patience = 0
      throw error
    }
  }

  private func perform(_ batch: [PostgreSQLWrite]) {
    patience = Self.stepMilliseconds
    var changes: [Change] = []
    for write in batch {
      if case .change(let rows) = write.work {
        changes.append(Change(rows: rows, tell: write.tell))
      }
    }
    while !changes.isEmpty {
      var together = ChangeBatch()
      var first: [Change] = []
      var rest: [Change] = []
      for change in changes {
        if together.take(change.rows) { first.append(change) } else { rest.append(change) }
      }
      // In one order, so that no two gateways wait for each other's rows.
      commit(first.sorted { $0.place < $1.place })
      changes = rest
    }
    for write in batch {
      switch write.work {
      case .change: break
      case .statements(let make, let read): perform(make(identity), read, write.tell)
      case .session(let body): perform(body, write.tell)
      }
    }
  }

  // MARK: Changes

  private func commit(_ changes: [Change], passes: Int = passes) {
    do throws(PostgreSQLFault) {
      let connection = try self.connection()
      lastCommit += 1
      let rows = changes.map(\.rows)
      var transactions = [[identity.note(lastCommit)] + ChangeBatch.queries(rows)]
      if sharing.hasOthers.load(ordering: .relaxed),
        let told = PostgreSQLNotices.telling(rows, identity)
      {
        transactions.append(told)
      }
      let outcome: Result<[PostgreSQLRows], ServerRefusal>
      do throws(PostgreSQLFault) {
        outcome = try connection.run(transactions, within: PostgreSQLSession.answerMilliseconds)[0]
      } catch {
        return resolve(changes, lastCommit, error, passes: passes)
      }
      switch outcome {
      case .success:
        meter.count(changes: changes.count)
        for change in changes { change.tell(nil) }
      case .failure(let refusal):
        try refused(changes, refusal, connection, passes: passes)
      }
    } catch {
      for change in changes { change.tell(error.error) }
    }
  }

  /// Nothing of them is there.
  private func refused(
    _ changes: [Change], _ refusal: ServerRefusal, _ connection: PostgreSQLConnection, passes: Int
  ) throws(PostgreSQLFault) {
    if refusal.isPassing, passes > 0 { return commit(changes, passes: passes - 1) }
    guard refusal.isOfChange || refusal.isPassing else { throw .refused(refusal) }
    guard changes.count == 1 else {
      // Each that waits costs its time, so that no half is made to wait for the same again.
      if refusal.isOfLock { return changes.forEach { commit([$0]) } }
      let middle = changes.count / 2
      commit(Array(changes[..<middle]))
      commit(Array(changes[middle...]))
      return
    }
    let conflict = try refusal.conflict(of: changes[0].rows, connection)
    changes[0].tell(conflict)
  }

  /// Finds out what became of changes whose connection broke before they were answered.
  private func resolve(
    _ changes: [Change], _ number: Int64, _ fault: PostgreSQLFault, passes: Int
  ) {
    let end = Deadline(in: Self.doubtMilliseconds)
    while !end.isOver {
      do throws(PostgreSQLFault) {
        let connection = try link.current(waiting: Self.stepMilliseconds)
        guard try identity.hasMade(number, connection, within: max(end.millisecondsLeft, 1)) else {
          guard passes > 0 else { throw fault }
          return commit(changes, passes: passes - 1)
        }
        meter.count(changes: changes.count)
        for change in changes { change.tell(nil) }
        return
      } catch {
        usleep(UInt32(Self.stepMilliseconds) * 100)
        refuseNewcomers(error)
      }
    }
    let error = DatabaseError.failed(
      function: "commit", code: 0,
      message: "\(fault): the connection broke before the answer came, and the store could not be "
        + "asked: whether the change is there is not known")
    for change in changes { change.tell(error) }
  }

  /// Nobody waits for a store that is away.
  private func refuseNewcomers(_ fault: PostgreSQLFault) {
    for write in queue.takeWaiting(upTo: .max) { write.tell(fault.error) }
  }

  // MARK: Everything else

  private func perform(
    _ queries: [PostgreSQLQuery],
    _ read: @Sendable ([PostgreSQLRows]) throws(DatabaseError) -> Void,
    _ tell: @Sendable (DatabaseError?) -> Void
  ) {
    do throws(PostgreSQLFault) {
      let connection = try self.connection()
      for pass in 0...Self.passes {
        let outcome: Result<[PostgreSQLRows], ServerRefusal>
        do throws(PostgreSQLFault) {
          outcome = try connection.run([queries], within: PostgreSQLSession.answerMilliseconds)[0]
        } catch {
          return tell(.failed(function: "commit", code: 0, message: error.description))
        }
        switch outcome {
        case .success(let rows):
          meter.count(changes: 1)
          do throws(DatabaseError) {
            try read(rows)
            return tell(nil)
          } catch {
            return tell(error)
          }
        case .failure(let refusal):
          guard refusal.isPassing, pass < Self.passes else { throw .refused(refusal) }
        }
      }
    } catch {
      tell(error.error)
    }
  }

  private func perform(
    _ body: @Sendable (PostgreSQLConnection, SealRenewal) throws(DatabaseError) -> Void,
    _ tell: @Sendable (DatabaseError?) -> Void
  ) {
    let connection: PostgreSQLConnection
    do throws(PostgreSQLFault) {
      connection = try self.connection()
    } catch {
      return tell(error.error)
    }
    do throws(DatabaseError) {
      try body(connection, renewal)
      meter.count(changes: 1)
      tell(nil)
    } catch {
      tell(error)
    }
  }
}
