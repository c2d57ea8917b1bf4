import JSONText
import Payins
import StorePayments
import Testing

@testable import Storage

@Suite("The store contract: store payments")
struct StorePaymentContractTests {
  let entropy = SeededEntropy(seed: 5)
  let noon = Author.noon

  private func open(_ transaction: String, after seconds: Int64 = 0) -> StorePaymentTransition {
    let now = noon.adding(seconds: seconds)
    return StorePayment.open(
      StorePaymentRequest(
        account: "paynet-main", reference: "R1", amount: 1000, chainTransactionID: transaction,
        operationDate: noon, group: "5", chain: "1", store: "1", pos: "1", employee: "1"),
      id: .make(at: now, entropy: entropy), merchant: "demo", idempotencyKey: transaction,
      Context(now: now, entropy: entropy))
  }

  private func insert(_ payment: StorePayment, _ store: any Store) async throws {
    var change = Change()
    change.storePayment = .insert(payment)
    try await store.commit(change)
  }

  @Test("are kept, changed by version, and named once", arguments: StoreKind.allCases)
  func kept(kind: StoreKind) async throws {
    try await withStore(kind) { store in
      let first = open("1").payment
      try await insert(first, store)
      #expect(try await store.storePayment(first.id) == first)
      await #expect(
        throws: StoreError.duplicateReference(existing: PayinID(unchecked: first.id.text))
      ) {
        try await insert(open("1").payment, store)
      }
      let next = first.apply(.interrupted, Context(now: noon, entropy: entropy)).payment
      var change = Change()
      change.storePayment = .update(next, before: first)
      try await store.commit(change)
      #expect(try await store.storePayment(first.id) == next)
      await #expect(throws: StoreError.versionConflict) { try await store.commit(change) }
      #expect(try await store.storePayment(StorePaymentID(unchecked: "storepay_x")) == nil)
    }
  }

  @Test(
    "are listed newest first, by status, and the unresolved counted", arguments: StoreKind.allCases)
  func listed(kind: StoreKind) async throws {
    try await withStore(kind) { store in
      var all: [StorePayment] = []
      for index in 0..<5 {
        let payment = open("\(index)", after: Int64(index)).payment
        try await insert(payment, store)
        all.append(payment)
      }
      let declined = all[1].apply(
        .sent(.declined(StorePaymentAnswer(code: 12, description: nil))),
        Context(now: noon, entropy: entropy)
      ).payment
      var change = Change()
      change.storePayment = .update(declined, before: all[1])
      try await store.commit(change)
      all[1] = declined
      var query = StorePaymentQuery(merchant: "demo", limit: 2)
      #expect(try await store.storePayments(query) == [all[4], all[3]])
      query.before = all[3].id
      #expect(try await store.storePayments(query) == [all[2], all[1]])
      query = StorePaymentQuery(merchant: "demo", limit: 9)
      query.statuses = [.declined, .reversed]
      #expect(try await store.storePayments(query) == [declined])
      #expect(try await store.storePayments(StorePaymentQuery(merchant: "x", limit: 9)).isEmpty)
      #expect(
        try await store.unresolvedStorePayments() == Backlog(dueCount: 4, oldestDue: noon))
    }
  }
}
