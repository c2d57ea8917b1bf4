public import JSONText

/// How a store keeps a pay-in: two JSON documents, one that never changes and one that does, and
/// apart from them, to be sealed and erased, what is of the payer. Reading tells nil for documents
/// of another shape; a store reports that as damage.
extension Payin {
  /// As it was opened, in JSON: written once, and again where the payer's data is erased.
  public var storedOpening: [UInt8] {
    JSONWriter.object(capacity: 1536) { opening.write(to: &$0) }
  }

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

  /// How it stands, in JSON: written with each change.
  public var storedStanding: [UInt8] {
    JSONWriter.object(capacity: 1024) { json in
      json.member("status", status.rawValue)
      json.member("updated_at", updatedAt.milliseconds)
      json.member("succeeded_at", succeededAt?.milliseconds)
      json.member("expires_at", expiresAt.milliseconds)
      json.member("instructions", instructions) { $0.write(to: &$1) }
      json.member("active", active?.text)
      json.member("attempts", each: attempts) { $0.write(to: &$1) }
      json.member("receipts", each: receipts) { $0.write(to: &$1) }
      json.member("failure", failure) { $0.write(to: &$1) }
      json.member("late", late)
      json.member("last_evidence", lastEvidence) { $0.write(to: &$1) }
      json.member("event_count", eventCount)
      json.member("announced_count", publishedCount)
      json.member("version", version)
    }
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
  fileprivate func write(to json: inout JSONWriter) {
    json.member("id", id.text)
    json.member("merchant", merchant)
    json.member("request", request) { $0.write(to: &$1) }
    json.member("created_at", createdAt.milliseconds)
    json.member("token", token)
    json.member("idempotency_key", idempotencyKey)
    json.member("routing", routing) { $0.write(to: &$1) }
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
  fileprivate func write(to json: inout JSONWriter) {
    json.member("merchant_reference", merchantReference)
    json.member("amount", amount)
    json.member("currency", currency.rawValue)
    json.member("method", method?.rawValue)
    json.member("description", description)
    json.member("payer", payer.mark)
    json.member("expires_in", expiresIn)
    json.member("expires_at", expiresAt?.milliseconds)
    json.member("return_url", returnURL)
    json.member("metadata", metadata.json)
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
  fileprivate func write(to json: inout JSONWriter) {
    json.member("code", code)
    json.member("message", message)
  }

  fileprivate init?(stored json: JSON) {
    guard let code = json["code"]?.string, let message = json["message"]?.string else {
      return nil
    }
    self.init(code: code, message: message)
  }
}

extension Evidence {
  fileprivate func write(to json: inout JSONWriter) {
    json.member("grade", grade.label)
    json.member("at", at.rfc3339)
  }

  fileprivate init?(stored json: JSON) {
    guard let grade = json["grade"]?.string.flatMap(EvidenceGrade.init(label:)),
      let at = json["at"]?.string.flatMap({ Instant(rfc3339: $0) })
    else { return nil }
    self.init(grade: grade, at: at)
  }
}

extension Receipt {
  fileprivate func write(to json: inout JSONWriter) {
    json.member("id", id.text)
    json.member("amount", amount)
    json.member("received_at", receivedAt.milliseconds)
    json.member("provider_reference", providerReference)
    json.member("attempt", attempt.text)
    json.member("identity", identity)
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
  fileprivate func write(to json: inout JSONWriter) {
    json.member("id", id.text)
    json.member("candidate", candidate) { $0.write(to: &$1) }
    json.member("order_number", orderNumber)
    json.member("created_at", createdAt.milliseconds)
    json.member("state", state.rawValue)
    json.member("provider_order_id", providerOrderID)
    json.member("refusal", refusal) { $0.write(to: &$1) }
    json.member("in_doubt_since", inDoubtSince?.milliseconds)
    json.member("absences", absences)
    json.member("polls", polls)
    json.member("next_check_at", nextCheckAt?.milliseconds)
    // What most attempts do not have is left out.
    if unanswered > 0 { json.member("unanswered", unanswered) }
    if isQuestioned { json.member("questioned", true) }
    if let heard { json.member("heard", heard) { $0.write(to: &$1) } }
    if !discrepancies.isEmpty {
      json.member("discrepancies", each: discrepancies) { $0.write(to: &$1) }
    }
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
  fileprivate func write(to json: inout JSONWriter) {
    json.member("grade", grade.label)
    json.member("status", status)
    json.member("at", at.milliseconds)
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
  fileprivate func write(to json: inout JSONWriter) {
    json.member("alert", alert.rawValue)
    json.member("since", since.milliseconds)
    json.member("detail", detail)
    if isTold { json.member("told", true) }
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
  fileprivate func write(to json: inout JSONWriter) {
    json.member("target", target.description)
    json.member("provider", provider)
    json.member("prefix", orderNumberPrefix)
    json.member("instrument_seconds", instrumentSeconds)
    json.member("shows_repeated", showsRepeatedPayments)
    if let renewalSeconds { json.member("renewal_seconds", renewalSeconds) }
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
  fileprivate func write(to json: inout JSONWriter) {
    json.member("rules_version", rulesVersion)
    json.member("rule", rule)
    json.member("candidates", each: candidates) { $0.write(to: &$1) }
    json.member("retry", each: retry.map(\.rawValue))
    json.member("explanation", explanation)
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
  package var stored: [UInt8] { JSONWriter.object { write(to: &$0) } }

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
