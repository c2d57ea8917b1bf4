package import Payins

/// What a pay-in's change means for finding its attempts by order number.
package struct AttemptWrite: Sendable {
  package var payin: PayinID
  package var attempt: AttemptID
  package var account: String
  package var orderNumber: String
  package var providerOrderID: String?
  /// Else only the provider's order id changed.
  package var isNew: Bool
}

extension OperationWrite {
  /// One for each attempt that is new or whose provider's order id changed.
  package var attemptWrites: [AttemptWrite] {
    guard let payin else { return [] }
    let known = (before as? Payin)?.attempts ?? []
    return payin.attempts.compactMap { attempt in
      let before = known.first { $0.id == attempt.id }
      guard before == nil || before?.providerOrderID != attempt.providerOrderID else { return nil }
      return AttemptWrite(
        payin: payin.id, attempt: attempt.id, account: attempt.target.account,
        orderNumber: attempt.orderNumber, providerOrderID: attempt.providerOrderID,
        isNew: before == nil)
    }
  }
}
