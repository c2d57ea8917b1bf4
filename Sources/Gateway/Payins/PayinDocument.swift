public import JSONText
public import Payins

/// A pay-in as the merchant sees it: in answers and in webhooks alike (`openapi/pasarela.json`).
public struct PayinDocument: Sendable {
  /// The gateway's own address, without a slash at its end.
  public let publicURL: String

  public init(publicURL: String) { self.publicURL = publicURL }

  /// - Parameter now: when it is looked at; nil: as it was committed.
  public func json(_ payin: Payin, at now: Instant? = nil) -> JSON {
    let request = payin.request
    let attempt = payin.currentAttempt
    return .object([
      "id": JSON(payin.id.text), "object": "payin", "status": JSON(payin.status.rawValue),
      "merchant_reference": JSON(request.merchantReference), "amount": JSON(request.amount),
      "amount_received": JSON(payin.amountReceived),
      "currency": JSON(request.currency.rawValue), "method": JSON(payin.method.rawValue),
      "description": JSON(request.description), "payer": request.payer.json,
      "metadata": .object(JSONObject(request.metadata.map { ($0.key, JSON($0.value)) })),
      "instructions": instructions(payin),
      "hosted_url": JSON("\(publicURL)/pay/\(payin.token)"),
      "return_url": JSON(request.returnURL), "account": JSON(attempt.target.account),
      "provider": JSON(attempt.candidate.provider),
      "provider_order_id": JSON(attempt.providerOrderID),
      "routing": [
        "rules_version": JSON(payin.routing.rulesVersion), "rule": JSON(payin.routing.rule),
        "attempts": JSON(payin.attempts.count),
      ],
      "receipts": .array(payin.receipts.map(receipt)),
      "failure": payin.failure.map {
        ["code": JSON($0.code), "message": JSON($0.message)]
      } ?? .null,
      "late": JSON(payin.late),
      "waiting_for": JSON(payin.waitingFor(at: now ?? payin.updatedAt)?.rawValue),
      "last_evidence": payin.lastEvidence?.json ?? .null,
      "next_check_at": JSON(payin.nextCheckAt?.rfc3339),
      "expires_at": JSON(payin.expiresAt.rfc3339),
      "created_at": JSON(payin.createdAt.rfc3339),
      "updated_at": JSON(payin.updatedAt.rfc3339),
      "succeeded_at": JSON(payin.succeededAt?.rfc3339),
    ])
  }

  /// A store reference always has a bar code: the provider's, or else ours.
  private func instructions(_ payin: Payin) -> JSON {
    switch payin.instructions {
    case nil: return .null
    case .spei(let spei): return Instructions.spei(spei).json
    case .store(var store):
      store.barcodeURL = store.barcodeURL ?? "\(publicURL)/pay/\(payin.token)/barcode.svg"
      return Instructions.store(store).json
    }
  }

  private func receipt(_ receipt: Receipt) -> JSON {
    [
      "id": JSON(receipt.id.text), "amount": JSON(receipt.amount),
      "received_at": JSON(receipt.receivedAt.rfc3339),
      "provider_reference": JSON(receipt.providerReference),
      "attempt": JSON(receipt.attempt.text),
    ]
  }
}

/// The API's own forms; how a database keeps the same stands in PayinCodec.swift.
extension Instructions {
  public var json: JSON {
    switch self {
    case .spei(let spei):
      .object([
        "type": "spei", "clabe": JSON(spei.clabe), "bank": JSON(spei.bank),
        "beneficiary": JSON(spei.beneficiary), "reference": JSON(spei.reference),
        "concept": JSON(spei.concept), "agreement": JSON(spei.agreement),
        "payment_url": JSON(spei.paymentURL),
      ])
    case .store(let store):
      .object([
        "type": "store", "reference": JSON(store.reference),
        "barcode_url": JSON(store.barcodeURL),
        "networks": .array(store.networks.map { JSON($0) }),
        "payment_url": JSON(store.paymentURL),
      ])
    }
  }
}

extension Evidence {
  public var json: JSON { ["grade": JSON(grade.label), "at": JSON(at.rfc3339)] }
}
