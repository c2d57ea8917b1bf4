import Payins

/// How rows are read, column by column, from either store.
extension StoredEndpoint {
  static let columns = "merchant, id, body, checksum"

  init(_ row: some StoreRow) {
    self.init(
      merchant: row.text(0), id: row.text(1), body: row.bytes(2),
      checksum: row.optional(3, row.integer64))
  }
}

extension EventRow {
  static let columns = """
    payin, sequence, id, type, at_ms, data, announcement_sequence, announcement_body, merchant,
    checksum,
    CASE WHEN announcement_sequence IS NOT NULL THEN
      (SELECT content FROM payin_secrets WHERE kind = 1 AND payin_secrets.number =
        (SELECT payins.number FROM payins WHERE payins.id = events.payin)) END
    """

  init(_ row: some StoreRow) {
    self.init(
      id: EventID(unchecked: row.text(2)), operation: OperationID(unchecked: row.text(0)),
      sequence: row.integer(1), type: row.text(3), at: row.instant(4), data: row.bytes(5),
      notificationSequence: row.optional(6, row.integer),
      notificationBody: row.optional(7, row.bytes), merchant: row.optional(8, row.text),
      checksum: row.optional(9, row.integer64), payer: row.optional(10, row.bytes))
  }
}

extension CallbackRow {
  static let columns = """
    id, account, digest, received_ms, last_ms, count, payin, order_number, provider_order_id,
    amount, grade, notice, checksum
    """

  init(_ row: some StoreRow) {
    self.init(
      record: CallbackRecord(
        id: EventID(unchecked: row.text(0)),
        key: CallbackKey(account: row.text(1), digest: row.bytes(2)), receivedAt: row.instant(3),
        lastAt: row.instant(4), count: row.integer(5),
        payin: row.optional(6) { PayinID(unchecked: row.text($0)) },
        orderNumber: row.optional(7, row.text), providerOrderID: row.optional(8, row.text),
        amount: row.optional(9, row.integer64), grade: row.text(10)),
      notice: row.bytes(11), checksum: row.optional(12, row.integer64))
  }
}

extension KeyRow {
  static let columns = """
    merchant, operation, key, request_hash, subject, created_ms, answer_status, answer_body,
    checksum, answer_checksum
    """

  init(_ row: some StoreRow) {
    self.init(
      record: IdempotencyRecord(
        key: IdempotencyKey(merchant: row.text(0), operation: row.text(1), key: row.text(2)),
        requestHash: row.bytes(3), operation: OperationID(unchecked: row.text(4)),
        createdAt: row.instant(5),
        answer: row.optional(6, row.integer).map { status in
          KeptAnswer(status: status, body: row.bytes(7))
        }),
      checksum: row.optional(8, row.integer64), answerChecksum: row.optional(9, row.integer64))
  }
}

extension StoredOperation {
  /// How many columns there are before those that list it.
  static let fixedColumns = 10

  init(_ row: some StoreRow, _ layout: OperationLayout) {
    self.init(
      id: row.text(0), merchant: row.text(1), version: row.integer(2), standing: row.bytes(3),
      checksum: row.optional(4, row.integer64), opening: row.optional(5, row.bytes),
      openingChecksum: row.optional(6, row.integer64), payer: row.optional(7, row.bytes),
      answers: row.optional(8, row.bytes), silence: row.optional(9, row.text),
      listing: layout.columns.enumerated().map { index, column in
        row.listed(Self.fixedColumns + index, isNumber: column.isNumeric)
      })
  }
}

extension DueJob {
  static let columns = "kind, subject, payin, account, due_ms, tries"

  init(_ row: some StoreRow) {
    self.init(
      kind: row.text(0), subject: row.text(1), about: row.text(2), account: row.text(3),
      due: row.instant(4), tries: row.integer(5))
  }
}

extension Job {
  /// Without its kind, which is asked for.
  static let columns = "subject, payin, account, due_ms, tries, lease"

  init(_ row: some StoreRow, of kind: JobKind) {
    self.init(
      key: JobKey(kind: kind, subject: row.text(0)), operation: row.operation(1),
      account: row.text(2), due: row.instant(3), tries: row.integer(4),
      lease: row.optional(5) { Lease(token: row.text($0)) })
  }
}

extension DeliveryAttempt {
  static let columns = "event, endpoint, at_ms, status, failure, took_ms"

  init(_ row: some StoreRow, of operation: OperationID) {
    self.init(
      operation: operation, event: EventID(unchecked: row.text(0)), endpoint: row.text(1),
      at: row.instant(2), status: row.optional(3, row.integer),
      failure: row.optional(4, row.text), milliseconds: row.integer64(5))
  }
}
