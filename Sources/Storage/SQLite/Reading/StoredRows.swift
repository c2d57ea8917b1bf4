import Payins

/// How rows are read, column by column.
extension StoredPayin {
  static let columns = """
    opening, body, opening_checksum, checksum, id, merchant, reference, status, method, account,
    amount, created_ms, token, version,
    (SELECT content FROM payin_secrets
      WHERE payin_secrets.number = payins.number AND kind = 1),
    (SELECT content FROM payin_secrets
      WHERE payin_secrets.number = payins.number AND kind = 2)
    """

  init(_ row: SQLiteRow) {
    self.init(
      opening: row.optional(0, row.bytes), standing: row.bytes(1),
      openingChecksum: row.optional(2, row.integer64), checksum: row.optional(3, row.integer64),
      id: row.text(4), merchant: row.text(5), reference: row.text(6), status: row.text(7),
      method: row.text(8), account: row.text(9), amount: row.integer64(10),
      createdAt: row.instant(11), token: row.text(12), version: row.integer(13),
      payer: row.optional(14, row.bytes), answers: row.optional(15, row.bytes))
  }
}

extension StoredStorePayment {
  static let columns = """
    id, merchant, transaction_key, status, unresolved_ms, version, body, checksum
    """

  init(_ row: SQLiteRow) {
    self.init(
      id: row.text(0), merchant: row.text(1), transactionKey: row.text(2), status: row.text(3),
      unresolvedSince: row.optional(4, row.instant), version: row.integer(5), body: row.bytes(6),
      checksum: row.optional(7, row.integer64))
  }
}

extension StoredEndpoint {
  static let columns = "merchant, id, body, checksum"

  init(_ row: SQLiteRow) {
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

  init(_ row: SQLiteRow) {
    self.init(
      id: EventID(unchecked: row.text(2)), payin: PayinID(unchecked: row.text(0)),
      sequence: row.integer(1), type: row.text(3), at: row.instant(4), data: row.bytes(5),
      announcementSequence: row.optional(6, row.integer),
      announcementBody: row.optional(7, row.bytes), merchant: row.optional(8, row.text),
      checksum: row.optional(9, row.integer64), payer: row.optional(10, row.bytes))
  }
}

extension CallbackRow {
  static let columns = """
    id, account, digest, received_ms, last_ms, count, payin, order_number, provider_order_id,
    amount, grade, notice, checksum
    """

  init(_ row: SQLiteRow) {
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

struct KeyRow: Sendable {
  var record: IdempotencyRecord
  /// Nil where an earlier release wrote it.
  var checksum: Int64?
  var answerChecksum: Int64?
}

extension KeyRow {
  static let columns = """
    merchant, operation, key, request_hash, subject, created_ms, answer_status, answer_body,
    checksum, answer_checksum
    """

  init(_ row: SQLiteRow) {
    self.init(
      record: IdempotencyRecord(
        key: IdempotencyKey(merchant: row.text(0), operation: row.text(1), key: row.text(2)),
        requestHash: row.bytes(3), subject: row.text(4), createdAt: row.instant(5),
        answer: row.optional(6, row.integer).map { status in
          KeptAnswer(status: status, body: row.bytes(7))
        }),
      checksum: row.optional(8, row.integer64), answerChecksum: row.optional(9, row.integer64))
  }
}
