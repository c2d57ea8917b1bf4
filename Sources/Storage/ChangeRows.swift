import JSONText
import Payins
import StorePayments

/// A change as rows, encoded by its caller so that the one writer only binds them.
struct ChangeRows: Sendable {
  var payin: PayinRow?
  var attempts: [AttemptWrite]
  var events: [EventRow]
  var jobs: [JobChange]
  var key: KeyWrite?
  var callback: CallbackRow?
  var endpoint: EndpointWrite?
  var endpointRevision: EndpointRevision?
  var tries: [DeliveryTry]
  var storePayment: StorePaymentWrite?

  init(_ change: Change) {
    payin = change.payin.map(PayinRow.init)
    attempts = change.payin?.attemptWrites ?? []
    let merchant = change.payin?.payin.merchant ?? change.storePayment?.payment.merchant
    events = change.events.map { EventRow($0, merchant: merchant) }
    jobs = change.jobs
    key = change.key
    callback = change.callback.map(CallbackRow.init)
    endpoint = change.endpoint
    endpointRevision = change.endpointRevision
    tries = change.tries
    storePayment = change.storePayment
  }
}

/// A pay-in's documents, and what is looked for and listed.
struct PayinRow: Sendable {
  var id: PayinID
  var merchant: String
  var reference: String
  var status: PayinStatus
  var method: Method
  var account: String
  /// Centavos.
  var amount: Int64
  var createdAt: Instant
  var token: String
  var version: Int
  /// JSON, and only where the pay-in is new: it never changes.
  var opening: [UInt8]?
  /// JSON.
  var standing: [UInt8]
  /// Nil where the opening is not written.
  var openingChecksum: Int64?
  var checksum: Int64
  /// The version that must be there; nil: the pay-in must not.
  var replacedVersion: Int?
  var isDiscrepant: Bool
  var isDisputed: Bool
  /// Whether a list must show it elsewhere: its status, method or account changed, or whether it
  /// is discrepant or disputed.
  var isRelisted: Bool

  init(_ write: PayinWrite) {
    let payin = write.payin
    id = payin.id
    merchant = payin.merchant
    reference = payin.request.merchantReference
    status = payin.status
    method = payin.method
    account = payin.currentAttempt.target.account
    amount = payin.request.amount
    createdAt = payin.createdAt
    token = payin.token
    version = payin.version
    standing = payin.storedStanding.bytes
    checksum = Self.checksum(id.text, standing)
    isDiscrepant = payin.isDiscrepant
    isDisputed = payin.isDisputed
    switch write {
    case .insert:
      let opening = payin.storedOpening.bytes
      self.opening = opening
      openingChecksum = Self.checksum(id.text, opening)
      isRelisted = true
    case .update(_, let before):
      replacedVersion = before.version
      isRelisted =
        before.status != payin.status || before.currentAttempt.target != payin.currentAttempt.target
        || before.isDiscrepant != payin.isDiscrepant || before.isDisputed != payin.isDisputed
    }
  }

  /// Of either document; the other columns are believed by what the documents say.
  static func checksum(_ id: String, _ document: [UInt8]) -> Int64 {
    var sum = Checksum()
    sum.add(id)
    sum.add(document)
    return sum.value
  }
}

struct CallbackRow: Sendable {
  /// Without its notice.
  var record: CallbackRecord
  /// JSON.
  var notice: [UInt8]
  /// Nil where an earlier release wrote it.
  var checksum: Int64?
}

extension CallbackRow {
  init(_ record: CallbackRecord) {
    self.init(record: record, notice: record.notice.bytes)
    self.record.notice = .null
    checksum = expectedChecksum
  }

  /// Of what never changes: not of how often it came, when last, and whose it was found to be.
  var expectedChecksum: Int64 {
    var sum = Checksum()
    sum.add(record.id.text)
    sum.add(record.key.account)
    sum.add(record.key.digest)
    sum.add(record.receivedAt.milliseconds)
    sum.add(record.orderNumber)
    sum.add(record.providerOrderID)
    sum.add(record.amount == nil ? 0 : 1)
    sum.add(record.amount ?? 0)
    sum.add(record.grade)
    sum.add(notice)
    return sum.value
  }
}

struct EventRow: Sendable {
  var id: EventID
  var payin: PayinID
  var sequence: Int
  var type: String
  var at: Instant
  /// JSON.
  var data: [UInt8]
  var announcementSequence: Int?
  /// JSON.
  var announcementBody: [UInt8]?
  /// Only where there is an announcement.
  var merchant: String?
  /// Nil in rows that an earlier release wrote.
  var checksum: Int64?

  /// Of the whole row, which never changes.
  var expectedChecksum: Int64 {
    var sum = Checksum()
    sum.add(id.text)
    sum.add(payin.text)
    sum.add(sequence)
    sum.add(type)
    sum.add(at.milliseconds)
    sum.add(data)
    sum.add(announcementSequence ?? 0)
    sum.add(announcementBody)
    sum.add(merchant)
    return sum.value
  }
}

extension EventRow {
  init(_ event: PayinEvent, merchant: String?) {
    id = event.id
    payin = event.payin
    sequence = event.sequence
    type = event.type
    at = event.at
    data = event.data.bytes
    announcementSequence = event.announcement?.sequence
    announcementBody = event.announcement?.body
    self.merchant = event.announcement == nil ? nil : merchant
    checksum = expectedChecksum
  }
}
