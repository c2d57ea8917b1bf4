import Payins

/// An operation as stored.
struct StoredOperation: Sendable {
  var id: String
  var merchant: String
  var version: Int
  var standing: [UInt8]
  /// Nil where it was written by an earlier release.
  var checksum: Int64?
  /// Nil where it stands in the other document, too.
  var opening: [UInt8]?
  var openingChecksum: Int64?
  /// What stands apart.
  var payer: [UInt8]?
  var answers: [UInt8]?
  /// As `Silence` is kept.
  var silence: String?
  var listing: [ListedValue]
}

/// An idempotency key as stored.
struct KeyRow: Sendable {
  var record: IdempotencyRecord
  /// Nil where an earlier release wrote it.
  var checksum: Int64?
  var answerChecksum: Int64?
}

/// A job as stored.
struct DueJob: Sendable {
  var kind: String
  var subject: String
  /// Nil for a kind that nobody knows.
  var job: Job?

  /// - Parameter operation: its id; another text where the job is about none.
  init(
    kind: String, subject: String, about operation: String, account: String, due: Instant,
    tries: Int
  ) {
    self.kind = kind
    self.subject = subject
    job = JobKind(rawValue: kind).map { kind in
      Job(
        key: JobKey(kind: kind, subject: subject),
        operation: OperationID(stored: operation), account: account, due: due, tries: tries)
    }
  }

  var damage: DamagedRow {
    DamagedRow(kind: .job, id: subject, reason: "nobody knows its kind")
  }
}

extension OperationID {
  /// What a job is about; nil where that is no operation.
  init?(stored text: String) {
    self.init(unchecked: text)
    if kind == nil { return nil }
  }
}

extension IdempotencyRecord {
  /// Of what stands from the beginning; the answer, which comes later, has its own.
  var checksum: Int64 {
    var sum = Checksum()
    sum.add(key)
    sum.add(requestHash)
    sum.add(operation.text)
    sum.add(createdAt.milliseconds)
    return sum.value
  }
}

extension KeptAnswer {
  func checksum(of key: IdempotencyKey) -> Int64 {
    var sum = Checksum()
    sum.add(key)
    sum.add(status)
    sum.add(body)
    return sum.value
  }
}

extension Checksum {
  fileprivate mutating func add(_ key: IdempotencyKey) {
    add(key.merchant)
    add(key.operation)
    add(key.key)
  }
}
