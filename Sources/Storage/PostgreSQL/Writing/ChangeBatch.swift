import Payins
import PostgreSQLClient

/// Changes that are written as one transaction, a statement for all rows of a kind. None of them
/// touches what another one does, so that they need no order among themselves.
struct ChangeBatch {
  private enum Thing: Hashable {
    case operation(OperationID)
    case job(JobKey)
    case key(IdempotencyKey)
    case callback(CallbackKey)
  }

  /// The most that are written together.
  static let limit = 256

  private static let forgetEvents = PostgreSQLStatement(
    "DELETE FROM events WHERE payin = $1 AND sequence <= $2")
  private static let forgetTries = PostgreSQLStatement(
    """
    DELETE FROM delivery_tries
    WHERE payin = $1 AND event NOT IN (SELECT id FROM events WHERE payin = $1)
    """)

  private var touched: Set<Thing> = []
  private var isClosed = false
  private var count = 0

  /// Whether the change may be written with those that were taken, and is one of them then.
  mutating func take(_ change: ChangeRows) -> Bool {
    guard !isClosed, count < Self.limit else { return false }
    if Self.standsAlone(change) {
      guard count == 0 else { return false }
      isClosed = true
    }
    let things = Self.things(change)
    guard touched.isDisjoint(with: things) else { return false }
    touched.formUnion(things)
    count += 1
    return true
  }

  /// Whether what it does depends on the order in which it does it, or on nobody else's doing the
  /// like.
  private static func standsAlone(_ change: ChangeRows) -> Bool {
    change.endpoint != nil || change.forgotten != nil || isOrdered(change.jobs)
  }

  /// Whether one of the changes depends on what another one did.
  private static func isOrdered(_ jobs: [JobChange]) -> Bool {
    var seen: Set<JobKey> = []
    var hasRange = false
    for change in jobs {
      guard let key = change.key else {
        hasRange = true
        continue
      }
      if hasRange || !seen.insert(key).inserted { return true }
    }
    return false
  }

  private static func things(_ change: ChangeRows) -> Set<Thing> {
    var things: Set<Thing> = []
    if let operation = change.operation { things.insert(.operation(operation.id)) }
    for event in change.events { things.insert(.operation(event.operation)) }
    for job in change.jobs {
      if let key = job.key { things.insert(.job(key)) }
      if case .keepSilence(_, _, _, let heard) = job { things.insert(.operation(heard.payin)) }
    }
    switch change.key {
    case .insert(let record): things.insert(.key(record.key))
    case .answer(let key, _), .release(let key): things.insert(.key(key))
    case nil: break
    }
    if let callback = change.callback { things.insert(.callback(callback.record.key)) }
    return things
  }

  static func queries(_ changes: [ChangeRows]) -> [PostgreSQLQuery] {
    var evidence = EvidenceRows()
    var heard = HeardRows()
    var endpoints = EndpointRows()
    var operations: [OperationKind: OperationRows] = [:]
    var jobs = [JobRows()]
    for change in changes {
      evidence.add(change)
      heard.add(change)
      endpoints.add(change)
      if let row = change.operation {
        operations[row.kind, default: OperationRows(row.kind)].add(row)
      }
      let isOrdered = isOrdered(change.jobs)
      for job in change.jobs {
        if isOrdered { jobs.append(JobRows()) }
        jobs[jobs.count - 1].add(job)
      }
    }
    var queries = evidence.keyQueries + heard.comparing
    queries += jobs.flatMap(\.queries) + heard.forgetting
    queries += OperationKind.allCases.flatMap { operations[$0]?.queries ?? [] }
    queries += heard.expecting + evidence.queries + endpoints.queries
    for history in changes.compactMap(\.forgotten) {
      let operation = PostgreSQLValue.kept(history.operation.text)
      queries.append(
        PostgreSQLQuery(forgetEvents, [operation, .integer(history.through)]))
      queries.append(PostgreSQLQuery(forgetTries, [operation]))
    }
    return queries
  }
}

extension JobChange {
  /// Nil where it is about several.
  fileprivate var key: JobKey? {
    switch self {
    case .put(let job), .ensure(let job): job.key
    case .finish(let key, _), .reschedule(let key, _, _), .keepSilence(let key, _, _, _),
      .drop(let key):
      key
    case .bringForward: nil
    }
  }
}
