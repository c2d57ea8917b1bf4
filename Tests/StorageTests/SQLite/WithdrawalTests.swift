import Payins
import Testing

@testable import Storage

@Suite("SQLite: what is withdrawn")
struct WithdrawalTests {
  @Test("leaves nothing in any table, and nothing of the payer above all")
  func nothing() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let store = try SQLiteDatabase(path: path)
      let author = Author()
      let opened = author.open(
        "order-1",
        request: PayinRequest(
          merchantReference: "order-1", amount: 15_000, description: "Two tickets",
          payer: Payer(name: "Ana", email: "ana@example.mx")))
      var insert = author.change(opened)
      insert.key = .insert(
        IdempotencyRecord(
          key: .creating(opened.payin), requestHash: [1], operation: opened.payin.operationID,
          createdAt: opened.payin.createdAt))
      try await store.commit(insert)
      let other = try SQLiteConnection(path: path)
      func count(_ table: String) throws -> Int? {
        try SQLiteStatement(other, "SELECT count(*) FROM \(table)").first { $0.integer(0) }
      }
      let tables = [
        "payins", "payin_openings", "payin_secrets", "payer_emails", "events",
        "idempotency_keys",
      ]
      for table in tables { #expect(try count(table) ?? 0 > 0, "\(table)") }
      var withdrawal = Change()
      withdrawal.operation = .withdraw(opened.payin)
      withdrawal.key = .release(.creating(opened.payin))
      try await store.commit(withdrawal)
      for table in tables { #expect(try count(table) == 0, "\(table)") }
      await store.close()
    }
  }
}
