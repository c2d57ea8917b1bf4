import Payins
import PostgreSQLClient

/// Keys, attempts' numbers, timelines, callbacks, and what merchants are told.
struct EvidenceRows {
  private static let key = [RowColumn.text("merchant"), .text("operation"), .text("key")]
  private static let found =
    "kept.merchant = new.merchant AND kept.operation = new.operation AND kept.key = new.key"

  private static let insertKey = RowStatement.inserting(
    into: "idempotency_keys",
    key + [
      .bytes("request_hash"), .text("subject"), .integer("created_ms"), .integer("answer_status"),
      .bytes("answer_body"), .integer("checksum"), .integer("answer_checksum"),
    ])
  private static let keepAnswer = RowStatement(
    key + [.integer("status"), .bytes("body"), .integer("checksum")]
  ) {
    """
    UPDATE idempotency_keys AS kept SET
      answer_status = new.status, answer_body = new.body, answer_checksum = new.checksum
    FROM \($0) WHERE \(found) AND kept.answer_status IS NULL
    """
  }
  private static let releaseKey = RowStatement(key) {
    """
    DELETE FROM idempotency_keys AS kept USING \($0) WHERE \(found) AND kept.answer_status IS NULL
    """
  }
  /// Of a pay-in whose payer is erased.
  private static let eraseAnswer = RowStatement(key + [.text("subject")]) {
    """
    UPDATE idempotency_keys AS kept SET
      answer_status = NULL, answer_body = NULL, answer_checksum = NULL
    FROM \($0) WHERE \(found) AND kept.subject = new.subject
    """
  }
  private static let insertAttempt = RowStatement.inserting(
    into: "attempts",
    [
      .text("account"), .text("order_number"), .text("payin"), .text("attempt"),
      .text("provider_order_id"),
    ])
  private static let updateAttempt = RowStatement([
    .text("account"), .text("order_number"), .text("provider_order_id"),
  ]) {
    """
    UPDATE attempts SET provider_order_id = new.provider_order_id FROM \($0)
    WHERE attempts.account = new.account AND attempts.order_number = new.order_number
    """
  }
  private static let insertEvent = RowStatement.inserting(
    into: "events",
    [
      .text("payin"), .integer("sequence"), .text("id"), .text("type"), .integer("at_ms"),
      .bytes("data"), .integer("announcement_sequence"), .bytes("announcement_body"),
      .text("merchant"), .integer("checksum"),
    ])
  private static let keepCallback = RowStatement.inserting(
    into: "callback_notices",
    [
      .text("id"), .text("account"), .bytes("digest"), .integer("received_ms"),
      .integer("last_ms"), .integer("count"), .text("payin"), .text("order_number"),
      .text("provider_order_id"), .integer("amount"), .text("grade"), .bytes("notice"),
      .integer("checksum"),
    ],
    conflict: """
      ON CONFLICT (account, digest) DO UPDATE SET
        count = callback_notices.count + excluded.count,
        last_ms = greatest(callback_notices.last_ms, excluded.last_ms),
        payin = coalesce(callback_notices.payin, excluded.payin)
      """)
  private static let addDelivery = RowStatement.inserting(
    into: "delivery_tries",
    [
      .text("payin"), .text("event"), .text("endpoint"), .integer("at_ms"), .integer("status"),
      .text("failure"), .integer("took_ms"),
    ])

  private var keys = RowSet(Self.insertKey)
  private var answers = RowSet(Self.keepAnswer)
  private var released = RowSet(Self.releaseKey)
  private var erased = RowSet(Self.eraseAnswer)
  private var attempts = RowSet(Self.insertAttempt)
  private var changedAttempts = RowSet(Self.updateAttempt)
  private var events = RowSet(Self.insertEvent)
  private var callbacks = RowSet(Self.keepCallback)
  private var deliveries = RowSet(Self.addDelivery)

  mutating func add(_ change: ChangeRows) {
    if let key = change.key { add(key) }
    for attempt in change.attempts { add(attempt) }
    for event in change.events { add(event) }
    if let callback = change.callback { add(callback) }
    for delivery in change.deliveries { add(delivery) }
    if let operation = change.operation, let secrets = operation.secrets, secrets.isErasing,
      let key = secrets.key
    {
      erased.add(Self.cells(key) + [.text(operation.id.text)])
    }
  }

  private static func cells(_ key: IdempotencyKey) -> [Cell] {
    [.text(key.merchant), .text(key.operation), .text(key.key)]
  }

  private mutating func add(_ write: KeyWrite) {
    switch write {
    case .insert(let record):
      keys.add(
        Self.cells(record.key) + [
          .bytes(record.requestHash), .text(record.operation.text),
          .milliseconds(record.createdAt), .number(record.answer?.status),
          .bytes(record.answer?.body), .integer(record.checksum),
          .integer(record.answer?.checksum(of: record.key)),
        ])
    case .answer(let key, let answer):
      answers.add(
        Self.cells(key) + [
          .number(answer.status), .bytes(answer.body), .integer(answer.checksum(of: key)),
        ])
    case .release(let key): released.add(Self.cells(key))
    }
  }

  private mutating func add(_ attempt: AttemptWrite) {
    let number: [Cell] = [.text(attempt.account), .text(attempt.orderNumber)]
    if attempt.isNew {
      attempts.add(
        number + [
          .text(attempt.payin.text), .text(attempt.attempt.text), .text(attempt.providerOrderID),
        ])
    } else {
      changedAttempts.add(number + [.text(attempt.providerOrderID)])
    }
  }

  private mutating func add(_ event: EventRow) {
    events.add([
      .text(event.operation.text), .number(event.sequence), .text(event.id.text),
      .text(event.type), .milliseconds(event.at), .bytes(event.data),
      .number(event.notificationSequence), .bytes(event.notificationBody), .text(event.merchant),
      .integer(event.checksum),
    ])
  }

  private mutating func add(_ callback: CallbackRow) {
    let record = callback.record
    callbacks.add([
      .text(record.id.text), .text(record.key.account), .bytes(record.key.digest),
      .milliseconds(record.receivedAt), .milliseconds(record.lastAt), .number(record.count),
      .text(record.payin?.text), .text(record.orderNumber), .text(record.providerOrderID),
      .integer(record.amount), .text(record.grade), .bytes(callback.notice),
      .integer(callback.checksum),
    ])
  }

  private mutating func add(_ delivery: DeliveryAttempt) {
    deliveries.add([
      .text(delivery.operation.text), .text(delivery.event.text), .text(delivery.endpoint),
      .milliseconds(delivery.at), .number(delivery.status), .text(delivery.failure),
      .integer(delivery.milliseconds),
    ])
  }

  /// Before all else: a key that is taken is the first of all conflicts.
  var keyQueries: [PostgreSQLQuery] { [keys, answers, released].compactMap { $0.query() } }

  /// After operations.
  var queries: [PostgreSQLQuery] {
    [erased, attempts, changedAttempts, events, callbacks, deliveries].compactMap { $0.query() }
  }
}
