import JSONText
import Payins

/// Both sides of the counter: a merchant's pay-in at a store, and the store chain that takes the
/// customer's cash for it through Paynet.
struct DemoCounter {
  private let account: String
  private let gateway: DemoClient

  init(_ setup: DemoSetup, _ account: String) {
    self.account = account
    gateway = DemoClient(baseURL: setup.configuration.publicURL, apiKey: DemoSetup.apiKey)
  }

  func show() async throws -> Bool {
    let payin = try await gateway.post(
      "/v1/payins",
      DemoRequests.payin(
        Target(account: "openpay-main", method: .store), reference: "demo-counter"),
      idempotencyKey: "demo-counter")
    let reference = payin["instructions"]?["reference"]?.string ?? ""
    let payment = try await gateway.post(
      "/v1/store_payments", payment(reference, payin["amount"] ?? 0),
      idempotencyKey: "demo-counter-payment")
    Output.line(
      "\(account): the till asks for \(reference): \(payment["status"]?.string ?? "unknown"),"
        + " authorization \(payment["authorization"]?.string ?? "none")")
    return try await DemoCommand.arrival(
      of: payin["id"]?.string ?? "", "the same pay-in at the merchant's", gateway)
  }

  private func payment(_ reference: String, _ amount: JSON) -> JSON {
    [
      "account": JSON(account), "reference": JSON(reference), "amount": amount,
      "chain_transaction_id": "170911001", "operation_date": "2026-01-02T12:00:00-06:00",
      "group": "555", "chain": "1", "store": "1292", "pos": "1", "employee": "2",
      "payment_type": 1,
    ]
  }
}
