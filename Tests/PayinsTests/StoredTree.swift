import JSONText
import Payins

/// What a store keeps of a pay-in, told once more as trees: how rows have always looked.
extension Payin {
  var openingTree: JSON {
    [
      "id": JSON(id.text), "merchant": JSON(merchant), "request": request.tree,
      "created_at": JSON(createdAt.milliseconds), "token": JSON(token),
      "idempotency_key": JSON(idempotencyKey),
      "routing": [
        "rules_version": JSON(routing.rulesVersion), "rule": JSON(routing.rule),
        "candidates": .array(routing.candidates.map(\.tree)),
        "retry": .array(routing.retry.map { JSON($0.rawValue) }),
        "explanation": routing.explanation,
      ],
    ]
  }

  var standingTree: JSON {
    [
      "status": JSON(status.rawValue), "updated_at": JSON(updatedAt.milliseconds),
      "succeeded_at": JSON(succeededAt?.milliseconds), "expires_at": JSON(expiresAt.milliseconds),
      "instructions": instructions?.tree ?? .null, "active": JSON(active?.text),
      "attempts": .array(attempts.map(\.tree)), "receipts": .array(receipts.map(\.tree)),
      "failure": failure?.tree ?? .null, "late": JSON(late),
      "last_evidence": lastEvidence.map {
        ["grade": JSON($0.grade.label), "at": JSON($0.at.rfc3339)]
      } ?? .null,
      "event_count": JSON(eventCount), "announced_count": JSON(publishedCount),
      "version": JSON(version),
    ]
  }
}

extension PayinRequest {
  fileprivate var tree: JSON {
    [
      "merchant_reference": JSON(merchantReference), "amount": JSON(amount),
      "currency": JSON(currency.rawValue), "method": JSON(method?.rawValue),
      "description": JSON(description),
      "payer": payer.isErased ? "erased" : payer == Payer() ? nil : "kept",
      "expires_in": JSON(expiresIn), "expires_at": JSON(expiresAt?.milliseconds),
      "return_url": JSON(returnURL),
      "metadata": .object(JSONObject(metadata.map { ($0.key, JSON($0.value)) })),
    ]
  }
}

extension Refusal {
  fileprivate var tree: JSON { ["code": JSON(code), "message": JSON(message)] }
}

extension Receipt {
  fileprivate var tree: JSON {
    [
      "id": JSON(id.text), "amount": JSON(amount), "received_at": JSON(receivedAt.milliseconds),
      "provider_reference": JSON(providerReference), "attempt": JSON(attempt.text),
      "identity": JSON(identity),
    ]
  }
}

extension Attempt {
  fileprivate var tree: JSON {
    var tree: JSONObject = [
      "id": JSON(id.text), "candidate": candidate.tree, "order_number": JSON(orderNumber),
      "created_at": JSON(createdAt.milliseconds), "state": JSON(state.rawValue),
      "provider_order_id": JSON(providerOrderID), "refusal": refusal?.tree ?? .null,
      "in_doubt_since": JSON(inDoubtSince?.milliseconds), "absences": JSON(absences),
      "polls": JSON(polls), "next_check_at": JSON(nextCheckAt?.milliseconds),
    ]
    if unanswered > 0 { tree["unanswered"] = JSON(unanswered) }
    if isQuestioned { tree["questioned"] = true }
    tree["heard"] = heard.map {
      ["grade": JSON($0.grade.label), "status": JSON($0.status), "at": JSON($0.at.milliseconds)]
    }
    if !discrepancies.isEmpty { tree["discrepancies"] = .array(discrepancies.map(\.tree)) }
    return .object(tree)
  }
}

extension Discrepancy {
  fileprivate var tree: JSON {
    var tree: JSONObject = [
      "alert": JSON(alert.rawValue), "since": JSON(since.milliseconds), "detail": JSON(detail),
    ]
    if isTold { tree["told"] = true }
    return .object(tree)
  }
}

extension Candidate {
  fileprivate var tree: JSON {
    var tree: JSONObject = [
      "target": JSON("\(target.account)/\(target.method.rawValue)"), "provider": JSON(provider),
      "prefix": JSON(orderNumberPrefix), "instrument_seconds": JSON(instrumentSeconds),
      "shows_repeated": JSON(showsRepeatedPayments),
    ]
    tree["renewal_seconds"] = renewalSeconds.map { JSON($0) }
    return .object(tree)
  }
}

extension Instructions {
  fileprivate var tree: JSON {
    switch self {
    case .spei(let spei):
      [
        "type": "spei", "clabe": JSON(spei.clabe), "bank": JSON(spei.bank),
        "beneficiary": JSON(spei.beneficiary), "reference": JSON(spei.reference),
        "concept": JSON(spei.concept), "agreement": JSON(spei.agreement),
        "payment_url": JSON(spei.paymentURL),
      ]
    case .store(let store):
      [
        "type": "store", "reference": JSON(store.reference), "barcode_url": JSON(store.barcodeURL),
        "networks": .array(store.networks.map { JSON($0) }), "payment_url": JSON(store.paymentURL),
      ]
    }
  }
}
