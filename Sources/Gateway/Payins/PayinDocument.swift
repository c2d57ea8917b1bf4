import JSONText
public import Payins

/// A pay-in as the merchant sees it: in answers and in webhooks alike (`openapi/pasarela.json`).
public struct PayinDocument: Sendable {
  /// The gateway's own address, without a slash at its end.
  public let publicURL: String

  public init(publicURL: String) { self.publicURL = publicURL }

  /// In JSON.
  /// - Parameter now: when it is looked at; nil: as it was committed.
  public func bytes(_ payin: Payin, at now: Instant? = nil) -> [UInt8] {
    JSONWriter.object(capacity: 2048) { write(payin, at: now ?? payin.updatedAt, to: &$0) }
  }

  private func write(_ payin: Payin, at now: Instant, to json: inout JSONWriter) {
    let request = payin.request
    let attempt = payin.currentAttempt
    json.member("id", payin.id.text)
    json.member("object", "payin")
    json.member("status", payin.status.rawValue)
    json.member("merchant_reference", request.merchantReference)
    json.member("amount", request.amount)
    json.member("amount_received", payin.amountReceived)
    json.member("currency", request.currency.rawValue)
    json.member("method", payin.method.rawValue)
    json.member("description", request.description)
    json.member("payer", request.payer.json)
    json.member("metadata", request.metadata.json)
    json.member("instructions", shown(payin)) { $0.write(to: &$1) }
    json.member("hosted_url", "\(publicURL)/pay/\(payin.token)")
    json.member("return_url", request.returnURL)
    json.member("account", attempt.target.account)
    json.member("provider", attempt.candidate.provider)
    json.member("provider_order_id", attempt.providerOrderID)
    json.member("routing", payin.routing) { routing, json in
      json.member("rules_version", routing.rulesVersion)
      json.member("rule", routing.rule)
      json.member("attempts", payin.attempts.count)
    }
    json.member("receipts", each: payin.receipts) { $0.write(to: &$1) }
    json.member("failure", payin.failure) { failure, json in
      json.member("code", failure.code)
      json.member("message", failure.message)
    }
    json.member("late", payin.late)
    json.member("waiting_for", payin.waitingFor(at: now)?.rawValue)
    json.member("last_evidence", payin.lastEvidence) { $0.write(to: &$1) }
    json.member("next_check_at", payin.nextCheckAt?.rfc3339)
    json.member("expires_at", payin.expiresAt.rfc3339)
    json.member("created_at", payin.createdAt.rfc3339)
    json.member("updated_at", payin.updatedAt.rfc3339)
    json.member("succeeded_at", payin.succeededAt?.rfc3339)
  }

  /// A store reference always has a bar code: the provider's, or else ours.
  private func shown(_ payin: Payin) -> Instructions? {
    guard case .store(var store) = payin.instructions else { return payin.instructions }
    store.barcodeURL = store.barcodeURL ?? "\(publicURL)/pay/\(payin.token)/barcode.svg"
    return .store(store)
  }
}

/// The API's own forms; how a database keeps the same stands in PayinCodec.swift.
extension Receipt {
  fileprivate func write(to json: inout JSONWriter) {
    json.member("id", id.text)
    json.member("amount", amount)
    json.member("received_at", receivedAt.rfc3339)
    json.member("provider_reference", providerReference)
    json.member("attempt", attempt.text)
  }
}

extension Instructions {
  fileprivate func write(to json: inout JSONWriter) {
    switch self {
    case .spei(let spei):
      json.member("type", "spei")
      json.member("clabe", spei.clabe)
      json.member("bank", spei.bank)
      json.member("beneficiary", spei.beneficiary)
      json.member("reference", spei.reference)
      json.member("concept", spei.concept)
      json.member("agreement", spei.agreement)
      json.member("payment_url", spei.paymentURL)
    case .store(let store):
      json.member("type", "store")
      json.member("reference", store.reference)
      json.member("barcode_url", store.barcodeURL)
      json.member("networks", each: store.networks)
      json.member("payment_url", store.paymentURL)
    }
  }
}

extension Evidence {
  fileprivate func write(to json: inout JSONWriter) {
    json.member("grade", grade.label)
    json.member("at", at.rfc3339)
  }
}
