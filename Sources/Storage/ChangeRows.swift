import Crypto
import JSONText
package import Payins

/// A change as rows, encoded by its caller so that the one writer only binds them.
struct ChangeRows: Sendable {
  var operation: OperationRow?
  var attempts: [AttemptWrite]
  var events: [EventRow]
  var jobs: [JobChange]
  var key: KeyWrite?
  var callback: CallbackRow?
  var endpoint: EndpointRow?
  var endpointRevision: EndpointRevision?
  var deliveries: [DeliveryAttempt]
  var forgotten: ForgottenHistory?

  init(_ change: Change, _ sealing: Sealing) {
    operation = change.operation.map { OperationRow($0, sealing) }
    attempts = change.operation?.attemptWrites ?? []
    let merchant = change.operation?.state.merchant
    events = change.events.map { EventRow($0, merchant: merchant) }
    jobs = change.jobs
    key = change.key
    callback = change.callback.map(CallbackRow.init)
    endpoint = change.endpoint.map { EndpointRow($0, sealing.keys) }
    endpointRevision = change.endpointRevision
    deliveries = change.deliveries
    forgotten = change.forgotten
  }
}

/// An operation's documents, and what is looked for and listed.
struct OperationRow: Sendable {
  var kind: OperationKind
  var id: OperationID
  var merchant: String
  var version: Int
  /// JSON, and only where the operation is new or the payer is erased: else it never changes.
  var opening: [UInt8]?
  /// JSON.
  var standing: [UInt8]
  /// Nil where the opening is not written.
  var openingChecksum: Int64?
  var checksum: Int64
  /// The version that must be there; nil: the operation must not.
  var replacedVersion: Int?
  var isWithdrawn: Bool
  var listing: [ListedValue]
  /// Which columns of `listing` changed: the indexes of the others are left alone.
  var relisted: [Int]
  /// Only of pay-ins.
  var secrets: PayinSecrets?
  /// What must be kept with the job that asks about it, and is told by this change.
  var heard: HeardSilence?

  init(_ write: OperationWrite, _ sealing: Sealing) {
    let state = write.state
    kind = type(of: state).kind
    id = state.operationID
    merchant = state.merchant
    version = state.version
    standing = state.keptStanding
    checksum = Self.checksum(id.text, standing)
    isWithdrawn = write.isWithdrawn
    replacedVersion = write.before?.version
    let listing = state.listing
    self.listing = listing
    relisted =
      write.before.map { before in
        let watched = type(of: state).layout.watched
        return zip(before.listing, listing).enumerated().filter { place, pair in
          // Nothing vouches for that one, and no index has it.
          pair.0 != pair.1 || type(of: state).layout.columns[place].name == watched
        }.map(\.offset)
      } ?? []
    heard = (write.before as? Payin).flatMap { before in
      before.onlyWatched == nil && before.silence == nil
        ? nil : HeardSilence(of: before, before: before.silence)
    }
    secrets = (state as? Payin).map {
      PayinSecrets($0, before: write.before as? Payin, isWithdrawn: write.isWithdrawn, sealing)
    }
    if write.before == nil || secrets?.isErasing == true, let opening = state.keptOpening {
      self.opening = opening
      openingChecksum = Self.checksum(id.text, opening)
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

/// What of a pay-in's change is kept apart.
struct PayinSecrets: Sendable {
  /// Only where the pay-in is new.
  var payer: SealedContent?
  /// Nil where there are none.
  var answers: SealedContent?
  /// Whether there were answers before, or may have been.
  var hadAnswers = false
  /// The digest of the payer's e-mail address: of the pay-in as it is new, or before it is erased.
  var email: [UInt8]?
  /// Whether what is of the payer is erased.
  var isErasing = false
  /// Of the call that made the pay-in, where it is erased.
  var key: IdempotencyKey?

  init(_ payin: Payin, before: Payin?, isWithdrawn: Bool = false, _ sealing: Sealing) {
    let id = payin.id.text
    var known = payin.request.payer
    if isWithdrawn {
      email = sealing.fingerprints.email(known.email, merchant: payin.merchant)
      return
    }
    answers = payin.storedAnswers.map { sealing.seal($0.bytes, .answers, of: id) }
    if let before {
      hadAnswers = before.storedAnswers != nil
      isErasing = payin.request.payer.isErased && !before.request.payer.isErased
      known = before.request.payer
      guard isErasing else { return }
      key = .creating(payin)
    } else {
      payer = payin.storedPayer.map { sealing.seal($0.bytes, .payer, of: id) }
    }
    email = sealing.fingerprints.email(known.email, merchant: payin.merchant)
  }
}

extension IdempotencyKey {
  /// Of the call that made the pay-in.
  package static func creating(_ payin: Payin) -> IdempotencyKey {
    IdempotencyKey(
      merchant: payin.merchant, operation: createPayin, key: payin.idempotencyKey)
  }
}

/// A change of an endpoint, its document encoded.
struct EndpointRow: Sendable {
  var merchant: String
  var id: String
  /// JSON; nil removes it.
  var body: [UInt8]?
  var checksum: Int64?
  /// The key that seals the document.
  var key: Int64?

  init(_ write: EndpointWrite, _ keys: DataKeys) {
    switch write {
    case .remove(let merchant, let id): self.init(merchant: merchant, id: id)
    case .put(let record): self.init(record.merchant, record.id, record.document.bytes, keys)
    }
  }

  private init(merchant: String, id: String) { (self.merchant, self.id) = (merchant, id) }

  /// - Parameter document: JSON.
  init(_ merchant: String, _ id: String, _ document: [UInt8], _ keys: DataKeys) {
    (self.merchant, self.id, key) = (merchant, id, keys.currentID)
    var body = document
    if keys.current != nil {
      let sealed = SealedContent(document, at: Self.place(merchant, id), under: keys)
      body = JSON.object(["sealed": .string(Base64.encode(sealed.bytes))]).bytes
    }
    self.body = body
    checksum = Self.checksum(merchant, id, body)
  }

  /// The document of a row whose body is this one.
  static func document(
    _ body: JSON, _ merchant: String, _ id: String, _ keys: DataKeys
  ) throws(RowFault) -> JSON {
    guard let text = body["sealed"]?.string else { return body }
    guard let bytes = Base64.decode(text) else { throw .shape }
    let place = place(merchant, id)
    return try RowFault.json(
      SealedContent(stored: bytes, at: place).open(at: place, under: keys))
  }

  static func checksum(_ merchant: String, _ id: String, _ body: [UInt8]) -> Int64 {
    var sum = Checksum()
    sum.add(merchant)
    sum.add(id)
    sum.add(body)
    return sum.value
  }

  static func place(_ merchant: String, _ id: String) -> String { "endpoint/\(merchant)/\(id)" }
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
  var operation: OperationID
  var sequence: Int
  var type: String
  var at: Instant
  /// JSON.
  var data: [UInt8]
  var notificationSequence: Int?
  /// JSON.
  var notificationBody: [UInt8]?
  /// Only where there is a notification.
  var merchant: String?
  /// Nil in rows that an earlier release wrote.
  var checksum: Int64?
  /// Where merchants are told: the payer, as it stands beside the pay-in.
  var payer: [UInt8]?

  /// Of the whole row, which never changes, save that an earlier release's loses its payer.
  var expectedChecksum: Int64 {
    var sum = Checksum()
    sum.add(id.text)
    sum.add(operation.text)
    sum.add(sequence)
    sum.add(type)
    sum.add(at.milliseconds)
    sum.add(data)
    sum.add(notificationSequence ?? 0)
    sum.add(notificationBody)
    sum.add(merchant)
    return sum.value
  }
}

extension EventRow {
  init(_ event: OperationEvent, merchant: String?) {
    id = event.id
    operation = event.operation
    sequence = event.sequence
    type = event.type
    at = event.at
    data = event.data.bytes
    notificationSequence = event.notification?.sequence
    notificationBody = (event.notification?.body).map(PayerPlace.without)
    self.merchant = event.notification == nil ? nil : merchant
    checksum = expectedChecksum
  }
}
