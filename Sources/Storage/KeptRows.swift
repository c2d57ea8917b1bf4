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
