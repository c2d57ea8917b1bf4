internal import JSONText

/// What Paynet keeps of the payments that chains asked for.
struct PaynetState: ProviderState {
  struct Entry: Sendable {
    let name: PaynetForm.Name
    let transaction: PaynetForm.Transaction
    /// Of `/payment`, for a repeat.
    let answer: JSON
    /// Nil for a declined payment.
    let authorization: String?
    /// Nil where nothing was declined or the standing reference was paid.
    let order: OrderKey?
    /// Of `/reverse`, once it was done.
    var reversal: JSON?
  }

  var payments = RecordTable<PaynetForm.Name, Entry>(capacity: 20_000)

  /// The payments at the counter, oldest first.
  var records: [JSON]? {
    payments.oldestFirst.map { entry in
      [
        "group": .string(entry.name.group), "chain": .string(entry.name.chain),
        "chain_transaction_id": .string(entry.name.transactionID),
        "reference": .string(entry.transaction.reference),
        "amount": JSON(entry.transaction.amount), "authorization": JSON(entry.authorization),
        "reversed": .bool(entry.reversal != nil),
      ]
    }
  }
}

extension SandboxState {
  var paynet: PaynetState {
    get { self[PaynetState.self] }
    _modify { yield &self[PaynetState.self] }
  }
}

extension ProviderName {
  static let paynet = ProviderName(rawValue: "paynet")
}
