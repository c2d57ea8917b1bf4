import JSONText
import Payins
import StorePayments

/// Writes store payments.
struct StorePaymentTable {
  private let insertPayment: SQLiteStatement
  private let updatePayment: SQLiteStatement
  private let selectByKey: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(StoreError) {
    insertPayment = try SQLiteStatement(
      connection,
      """
      INSERT INTO store_payments
        (id, merchant, transaction_key, status, created_ms, version, body)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
    updatePayment = try SQLiteStatement(
      connection,
      """
      UPDATE store_payments SET version = ?3, body = ?4, status = ?5
      WHERE id = ?1 AND version = ?2
      """)
    selectByKey = try SQLiteStatement(
      connection, "SELECT id FROM store_payments WHERE transaction_key = ?")
  }

  func write(_ write: StorePaymentWrite) throws(StoreError) {
    let payment = write.payment
    let body = payment.stored.bytes
    switch write {
    case .update(_, let before):
      let changed = try updatePayment.run(
        .text(payment.id.text), .integer(before.version), .integer(payment.version),
        .utf8(body), .text(payment.status.rawValue))
      guard changed == 1 else { throw .versionConflict }
    case .insert:
      let key = payment.request.transactionKey
      do throws(StoreError) {
        try insertPayment.run(
          .text(payment.id.text), .text(payment.merchant), .text(key),
          .text(payment.status.rawValue), .milliseconds(payment.createdAt),
          .integer(payment.version), .utf8(body))
      } catch {
        guard error.isTaken,
          let existing = try selectByKey.first(.text(key), read: { row in row.text(0) })
        else { throw error }
        throw .duplicateReference(existing: PayinID(unchecked: existing))
      }
    }
  }
}
