public import JSONText

/// What a callback reported, as a store keeps it. Callbacks carry no instructions, and none are
/// kept.
extension StatusReport {
  public var stored: JSON {
    var json: JSONObject = ["status": JSON(status.label)]
    if case .unrecognised(let word) = status { json["word"] = JSON(word) }
    if !deposits.isEmpty { json["deposits"] = .array(deposits.map(\.stored)) }
    json["provider_order_id"] = providerOrderID.map(JSON.string)
    json["note"] = note.map(JSON.string)
    json["order_amount"] = orderAmount.map { JSON($0) }
    json["covered"] = coveredIdentities.map { .array($0.map(JSON.string)) }
    return .object(json)
  }

  /// Nil for a document of another shape.
  public init?(stored json: JSON) {
    guard let status = json["status"]?.string,
      let reported = ReportedStatus(label: status, word: json["word"]?.string)
    else { return nil }
    let given = json["deposits"]?.array ?? []
    let deposits = given.compactMap(Deposit.init(stored:))
    guard deposits.count == given.count else { return nil }
    self.init(
      status: reported, deposits: deposits,
      providerOrderID: json["provider_order_id"]?.string, note: json["note"]?.string,
      orderAmount: json["order_amount"]?.int64,
      coveredIdentities: json["covered"]?.array?.compactMap(\.string))
  }
}

extension ReportedStatus {
  fileprivate init?(label: String, word: String?) {
    let all: [ReportedStatus] = [
      .pending, .paid, .failed, .expired, .cancelled, .unrecognised(word ?? ""),
    ]
    guard let status = all.first(where: { $0.label == label }) else { return nil }
    self = status
  }
}

extension Deposit {
  fileprivate var stored: JSON {
    var json: JSONObject = ["identity": JSON(identity), "amount": JSON(amount)]
    json["received_at"] = receivedAt.map { JSON($0.milliseconds) }
    json["provider_reference"] = providerReference.map(JSON.string)
    json["unreadable_time"] = unreadableTime.map(JSON.string)
    return .object(json)
  }

  fileprivate init?(stored json: JSON) {
    guard let identity = json["identity"]?.string, let amount = json["amount"]?.int64 else {
      return nil
    }
    self.init(
      identity: identity, amount: amount,
      receivedAt: json["received_at"]?.int64.map(Instant.init(milliseconds:)),
      providerReference: json["provider_reference"]?.string,
      unreadableTime: json["unreadable_time"]?.string)
  }
}
