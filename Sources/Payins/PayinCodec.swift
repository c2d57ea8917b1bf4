public import JSONText

/// How a store keeps a pay-in: two JSON documents, one that never changes and one that does, and
/// apart from them, to be sealed and erased, what is of the payer. Reading tells nil for documents
/// of another shape; a store reports that as damage.
extension Payin {
  /// As it was opened: written once, and again where the payer's data is erased.
  public var storedOpening: JSON { opening.stored }

  /// The payer's data, as merchants see it; nil where there is none.
  public var storedPayer: JSON? {
    let payer = request.payer
    // A null literal would be a document.
    if payer.name == nil && payer.email == nil && payer.phone == nil { return .none }
    return payer.json
  }

  /// Providers' answers that are kept as evidence, which may hold anything; nil for none.
  public var storedAnswers: JSON? {
    let answers = attempts.flatMap { attempt in
      attempt.discrepancies.compactMap { $0.storedAnswer(of: attempt.id) }
    }
    return answers.isEmpty ? .none : .array(answers)
  }

  /// Whether a pay-in that was opened so has a payer whose data stands apart.
  public static func keepsPayer(_ opening: JSON) -> Bool {
    opening["request"]?["payer"]?.string == Payer.kept
  }

  /// How it stands: written with each change.
  public var storedStanding: JSON {
    .object([
      "status": JSON(status.rawValue), "updated_at": updatedAt.stored,
      "succeeded_at": succeededAt?.stored ?? .null,
      "expires_at": expiresAt.stored, "instructions": instructions?.stored ?? .null,
      "active": JSON(active?.text), "attempts": .array(attempts.map(\.stored)),
      "receipts": .array(receipts.map(\.stored)), "failure": failure?.stored ?? .null,
      "late": JSON(late),
      "last_evidence": lastEvidence?.stored ?? .null, "event_count": JSON(eventCount),
      "announced_count": JSON(publishedCount), "version": JSON(version),
    ])
  }

  /// - Parameters:
  ///   - payer: `storedPayer`.
  ///   - answers: `storedAnswers`.
  public init?(opening: JSON, standing json: JSON, payer: JSON? = nil, answers: JSON? = nil) {
    guard let opening = PayinOpening(stored: opening, payer: payer),
      let status = json["status"]?.string.flatMap(PayinStatus.init(rawValue:)),
      let updatedAt = Instant(stored: json["updated_at"]),
      let expiresAt = Instant(stored: json["expires_at"]),
      let attempts = json["attempts"]?.array?.all(Attempt.init(stored:)),
      let receipts = json["receipts"]?.array?.all(Receipt.init(stored:)),
      let late = json["late"]?.bool,
      let eventCount = json["event_count"]?.int64, let version = json["version"]?.int64,
      let publishedCount = json["announced_count"]?.int64
    else { return nil }
    self.init(
      opening: opening, status: status, updatedAt: updatedAt,
      succeededAt: Instant(stored: json["succeeded_at"]),
      expiresAt: expiresAt, instructions: json["instructions"].flatMap(Instructions.init(stored:)),
      active: json["active"]?.string.map(AttemptID.init(unchecked:)), attempts: attempts,
      receipts: receipts, failure: json["failure"].flatMap(Refusal.init(stored:)), late: late,
      lastEvidence: json["last_evidence"].flatMap(Evidence.init(stored:)),
      eventCount: Int(eventCount), publishedCount: Int(publishedCount), version: Int(version))
    for answer in answers?.array ?? [] { take(answer) }
  }

  private mutating func take(_ stored: JSON) {
    guard let index = attempts.firstIndex(where: { $0.id.text == stored["attempt"]?.string }),
      let place = attempts[index].discrepancies.firstIndex(where: {
        $0.alert.rawValue == stored["alert"]?.string
      }), let status = stored["status"]?.int64, let body = stored["body"]?.string
    else { return }
    attempts[index].discrepancies[place].answer = RawAnswer(status: Int(status), text: body)
  }
}

extension PayinOpening {
  fileprivate var stored: JSON {
    .object([
      "id": JSON(id.text), "merchant": JSON(merchant), "request": request.stored,
      "created_at": createdAt.stored, "token": JSON(token),
      "idempotency_key": JSON(idempotencyKey), "routing": routing.stored,
    ])
  }

  fileprivate convenience init?(stored json: JSON, payer: JSON?) {
    guard let id = json["id"]?.string.map(PayinID.init(unchecked:)),
      let merchant = json["merchant"]?.string,
      let request = json["request"].flatMap({ PayinRequest(stored: $0, payer: payer) }),
      let createdAt = Instant(stored: json["created_at"]), let token = json["token"]?.string,
      let key = json["idempotency_key"]?.string,
      let routing = json["routing"].flatMap(RoutingRecord.init(stored:))
    else { return nil }
    self.init(
      id: id, merchant: merchant, request: request, createdAt: createdAt, token: token,
      idempotencyKey: key, routing: routing)
  }
}

extension Instant {
  fileprivate var stored: JSON { JSON(milliseconds) }

  fileprivate init?(stored json: JSON?) {
    guard let milliseconds = json?.int64 else { return nil }
    self.init(milliseconds: milliseconds)
  }
}

extension [JSON] {
  /// Nil if one of them cannot be read.
  fileprivate func all<Value>(_ read: (JSON) -> Value?) -> [Value]? {
    let values = compactMap(read)
    return values.count == count ? values : nil
  }
}

extension PayinRequest {
  fileprivate var stored: JSON {
    .object([
      "merchant_reference": JSON(merchantReference), "amount": JSON(amount),
      "currency": JSON(currency.rawValue), "method": JSON(method?.rawValue),
      "description": JSON(description), "payer": payer.mark, "expires_in": JSON(expiresIn),
      "expires_at": JSON(expiresAt?.milliseconds), "return_url": JSON(returnURL),
      "metadata": .object(JSONObject(metadata.map { ($0.key, JSON($0.value)) })),
    ])
  }

  fileprivate init?(stored json: JSON, payer apart: JSON?) {
    guard let reference = json["merchant_reference"]?.string, let amount = json["amount"]?.int64,
      let payer = Payer(stored: json, apart: apart),
      let currency = json["currency"]?.string.flatMap(Currency.init(rawValue:)),
      let description = json["description"]?.string, let metadata = json["metadata"]?.object
    else { return nil }
    self.init(
      merchantReference: reference, amount: amount, currency: currency,
      method: json["method"]?.string.flatMap(Method.init(rawValue:)), description: description,
      payer: payer, expiresIn: json["expires_in"]?.int64,
      expiresAt: json["expires_at"]?.int64.map(Instant.init(milliseconds:)),
      returnURL: json["return_url"]?.string,
      metadata: metadata.members.map { Metadatum(key: $0.key, value: $0.value.string ?? "") })
  }
}

extension Refusal {
  fileprivate var stored: JSON { ["code": JSON(code), "message": JSON(message)] }

  fileprivate init?(stored json: JSON) {
    guard let code = json["code"]?.string, let message = json["message"]?.string else {
      return nil
    }
    self.init(code: code, message: message)
  }
}

extension Evidence {
  fileprivate var stored: JSON { ["grade": JSON(grade.label), "at": JSON(at.rfc3339)] }

  fileprivate init?(stored json: JSON) {
    guard let grade = json["grade"]?.string.flatMap(EvidenceGrade.init(label:)),
      let at = json["at"]?.string.flatMap({ Instant(rfc3339: $0) })
    else { return nil }
    self.init(grade: grade, at: at)
  }
}

extension Receipt {
  fileprivate var stored: JSON {
    .object([
      "id": JSON(id.text), "amount": JSON(amount), "received_at": receivedAt.stored,
      "provider_reference": JSON(providerReference), "attempt": JSON(attempt.text),
      "identity": JSON(identity),
    ])
  }

  fileprivate init?(stored json: JSON) {
    guard let id = json["id"]?.string, let amount = json["amount"]?.int64,
      let receivedAt = Instant(stored: json["received_at"]),
      let attempt = json["attempt"]?.string, let identity = json["identity"]?.string
    else { return nil }
    self.init(
      id: ReceiptID(unchecked: id), amount: amount, receivedAt: receivedAt,
      providerReference: json["provider_reference"]?.string,
      attempt: AttemptID(unchecked: attempt), identity: identity)
  }
}

extension Attempt {
  fileprivate var stored: JSON {
    // What most attempts do not have is left out.
    var json: JSONObject = [
      "id": JSON(id.text), "candidate": candidate.stored, "order_number": JSON(orderNumber),
      "created_at": createdAt.stored, "state": JSON(state.rawValue),
      "provider_order_id": JSON(providerOrderID), "refusal": refusal?.stored ?? .null,
      "in_doubt_since": inDoubtSince?.stored ?? .null, "absences": JSON(absences),
      "polls": JSON(polls), "next_check_at": nextCheckAt?.stored ?? .null,
    ]
    if unanswered > 0 { json["unanswered"] = JSON(unanswered) }
    if isQuestioned { json["questioned"] = true }
    if let heard { json["heard"] = heard.stored }
    if !discrepancies.isEmpty { json["discrepancies"] = .array(discrepancies.map(\.stored)) }
    return .object(json)
  }

  fileprivate init?(stored json: JSON) {
    guard let id = json["id"]?.string.map(AttemptID.init(unchecked:)),
      let candidate = json["candidate"].flatMap(Candidate.init(stored:)),
      let orderNumber = json["order_number"]?.string,
      let createdAt = Instant(stored: json["created_at"]),
      let state = json["state"]?.string.flatMap(AttemptState.init(rawValue:)),
      let absences = json["absences"]?.int64, let polls = json["polls"]?.int64,
      let discrepancies = Self.discrepancies(json)
    else { return nil }
    self.init(
      id: id, candidate: candidate, orderNumber: orderNumber, createdAt: createdAt, state: state,
      providerOrderID: json["provider_order_id"]?.string,
      refusal: json["refusal"].flatMap(Refusal.init(stored:)),
      inDoubtSince: Instant(stored: json["in_doubt_since"]), absences: Int(absences),
      polls: Int(polls), unanswered: Int(json["unanswered"]?.int64 ?? 0),
      isQuestioned: json["questioned"]?.bool ?? false, discrepancies: discrepancies,
      heard: json["heard"].flatMap(Heard.init(stored:)),
      nextCheckAt: Instant(stored: json["next_check_at"]))
  }
}

extension Attempt.Heard {
  fileprivate var stored: JSON {
    ["grade": JSON(grade.label), "status": JSON(status), "at": at.stored]
  }

  fileprivate init?(stored json: JSON) {
    guard let grade = json["grade"]?.string.flatMap(EvidenceGrade.init(label:)),
      let status = json["status"]?.string, let at = Instant(stored: json["at"])
    else { return nil }
    self.init(grade: grade, status: status, at: at)
  }
}

extension Attempt {
  /// Earlier releases kept one, under another name.
  private static func discrepancies(_ json: JSON) -> [Discrepancy]? {
    if let one = json["discrepancy"], !one.isNull {
      return Discrepancy(stored: one).map { [$0] }
    }
    return (json["discrepancies"]?.array ?? []).all(Discrepancy.init(stored:))
  }
}

extension Discrepancy {
  fileprivate var stored: JSON {
    var json: JSONObject = [
      "alert": JSON(alert.rawValue), "since": since.stored, "detail": JSON(detail),
    ]
    if isTold { json["told"] = true }
    return .object(json)
  }

  fileprivate func storedAnswer(of attempt: AttemptID) -> JSON? {
    guard let answer else { return nil }
    return [
      "attempt": JSON(attempt.text), "alert": JSON(alert.rawValue),
      "status": JSON(answer.status), "body": JSON(answer.body),
    ]
  }

  fileprivate init?(stored json: JSON) {
    guard let alert = json["alert"]?.string.flatMap(Alert.init(rawValue:)),
      let since = Instant(stored: json["since"]), let detail = json["detail"]?.string
    else { return nil }
    // An earlier release kept the answer here.
    let status = json["answer_status"]?.int64
    let answer = json["answer"]?.string
    self.init(
      alert: alert, since: since, detail: detail,
      answer: status.flatMap { status in
        answer.map { RawAnswer(status: Int(status), text: $0) }
      })
    isTold = json["told"]?.bool ?? false
  }
}

extension Candidate {
  fileprivate var stored: JSON {
    var json: JSONObject = [
      "target": JSON(target.description), "provider": JSON(provider),
      "prefix": JSON(orderNumberPrefix), "instrument_seconds": JSON(instrumentSeconds),
      "shows_repeated": JSON(showsRepeatedPayments),
    ]
    if let renewalSeconds { json["renewal_seconds"] = JSON(renewalSeconds) }
    return .object(json)
  }

  fileprivate init?(stored json: JSON) {
    guard let target = json["target"]?.string.flatMap({ Target($0) }),
      let provider = json["provider"]?.string, let prefix = json["prefix"]?.string,
      let seconds = json["instrument_seconds"]?.int64,
      let repeated = json["shows_repeated"]?.bool
    else { return nil }
    self.init(
      target: target, provider: provider, orderNumberPrefix: prefix, instrumentSeconds: seconds,
      showsRepeatedPayments: repeated, renewalSeconds: json["renewal_seconds"]?.int64)
  }
}

extension RoutingRecord {
  fileprivate var stored: JSON {
    .object([
      "rules_version": JSON(rulesVersion), "rule": JSON(rule),
      "candidates": .array(candidates.map(\.stored)),
      "retry": .array(retry.map { JSON($0.rawValue) }), "explanation": explanation,
    ])
  }

  fileprivate init?(stored json: JSON) {
    guard let version = json["rules_version"]?.string, let rule = json["rule"]?.string,
      let candidates = json["candidates"]?.array?.all(Candidate.init(stored:)),
      let retry = json["retry"]?.array?
        .all({ $0.string.flatMap(RetryOutcome.init(rawValue:)) }),
      let explanation = json["explanation"]
    else { return nil }
    self.init(
      rulesVersion: version, rule: rule, candidates: candidates, retry: retry,
      explanation: explanation)
  }
}

extension Instructions {
  package var stored: JSON {
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

  fileprivate init?(stored json: JSON) {
    switch json["type"]?.string {
    case "spei":
      guard let clabe = json["clabe"]?.string else { return nil }
      self = .spei(
        SPEIInstructions(
          clabe: clabe, bank: json["bank"]?.string, beneficiary: json["beneficiary"]?.string,
          reference: json["reference"]?.string, concept: json["concept"]?.string,
          agreement: json["agreement"]?.string, paymentURL: json["payment_url"]?.string))
    case "store":
      guard let reference = json["reference"]?.string else { return nil }
      self = .store(
        StoreInstructions(
          reference: reference, barcodeURL: json["barcode_url"]?.string,
          networks: json["networks"]?.array?.compactMap(\.string) ?? [],
          paymentURL: json["payment_url"]?.string))
    default: return nil
    }
  }
}
