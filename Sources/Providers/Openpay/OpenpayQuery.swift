public import HTTPCalling
import JSONText
public import Payins

/// GET /charges/{id} once the charge's id is known (S001 "Obtener un cargo"), GET
/// /charges?order_id=… before (S001 "Listado de cargos"; the filter is slate's, README 3.6).
extension Openpay {
  public func queryRequest(_ order: Order, at now: Instant) -> HTTPRequest {
    get(knownID(of: order) ?? "?order_id=\(order.number)")
  }

  func get(_ rest: String) -> HTTPRequest {
    let separator = rest.utf8.starts(with: "?".utf8) ? "" : "/"
    return HTTPRequest(
      method: "GET", url: "\(root)/charges\(separator)\(rest)", headers: [authorization])
  }

  /// Nil also where the id cannot stand in a path.
  private func knownID(of order: Order) -> String? {
    order.providerOrderID.flatMap { id in
      let isPlain = id.utf8.allSatisfy { $0.isAlphanumeric || "_-".utf8.contains($0) }
      return isPlain && !id.isEmpty ? id : nil
    }
  }

  public func queryOutcome(_ response: HTTPResponse, _ order: Order) -> QueryOutcome {
    guard let id = knownID(of: order) else { return listOutcome(response, order) }
    if let outcome = refused(response, whole: true) { return outcome }
    guard let json = JSON(wire: response.body), let charge = OpenpayCharge(json) else {
      return .undetermined(.unreadable)
    }
    // The sandbox is said to give several charges one id (README 3.6).
    if charge.id != id || charge.orderNumber != order.number { return .mismatch(Self.anothers) }
    return outcome([charge], order)
  }

  private static let anothers = Refusal.contradiction("order number")

  /// Nil for 2xx, where the body decides.
  /// - Parameter whole: whether one charge was asked for, so that "there is no such resource" is
  ///   about it.
  func refused(_ response: HTTPResponse, whole: Bool = false) -> QueryOutcome? {
    let byStatus = QueryOutcome.ofStatus(response.status)
    guard byStatus != nil, response.status < 500, let error = OpenpayError(response.body) else {
      return byStatus
    }
    if whole, response.status == 404, error.code == OpenpayError.notFound { return .absent }
    return .refusal(
      words.meaning(error.code), word: error.code, detail: error.detail, status: response.status)
  }

  // MARK: Lists

  private func listOutcome(_ response: HTTPResponse, _ order: Order) -> QueryOutcome {
    if let outcome = refused(response) { return outcome }
    guard let entries = JSON(wire: response.body)?.array else {
      return .undetermined(.unreadable)
    }
    if entries.isEmpty { return .absent }
    let ours = entries.filter { DecidingFields.id("order_id", of: $0) == order.number }
    // The filter was not heeded: what was asked for may stand on another page.
    if ours.isEmpty { return .mismatch(Self.anothers) }
    let charges = ours.compactMap(OpenpayCharge.init)
    guard charges.count == ours.count else { return .undetermined(.unreadable) }
    return outcome(charges, order)
  }

  /// Failed charges may share an order number with one that did not fail (README 3.6). Newest
  /// first; never empty.
  func outcome(_ charges: [OpenpayCharge], _ order: Order) -> QueryOutcome {
    if let contradiction = charges.lazy.compactMap({ $0.contradiction(of: order) }).first {
      return .mismatch(contradiction)
    }
    let standing = charges.filter { $0.reportedStatus != .failed }
    guard standing.count > 1 else {
      let charge = standing.first ?? charges[0]
      return .found(
        StatusReport(
          status: charge.reportedStatus, deposits: charge.deposits, providerOrderID: charge.id,
          instructions: charge.instructions(order.method, anyCLABE: identity.isSandbox)))
    }
    // Not foreseen: no telling which of them the payer holds, but what is paid is paid.
    let deposits = standing.flatMap(\.deposits)
    guard !deposits.isEmpty else { return .mismatch(.contradiction("number of charges")) }
    return .found(
      StatusReport(
        status: .paid, deposits: deposits, note: "several charges have one order number"))
  }

  // MARK: Further questions

  /// A charge that is not found by its id, or failed, is looked for by the order's number; where
  /// that filter is not heeded, on the pages of what was made since with that amount.
  public func followUp(_ outcome: QueryOutcome, _ order: Order, at now: Instant) -> FollowUp? {
    guard knownID(of: order) != nil else {
      return outcome == .mismatch(Self.anothers)
        ? page(from: 0, of: order, beside: outcome) : nil
    }
    switch outcome {
    case .absent, .mismatch(Self.anothers): break
    case .found(let report) where report.status == .failed: break
    case .found, .undetermined, .refused, .unauthorized, .mismatch: return nil
    }
    let request = get("?order_id=\(order.number)")
    return FollowUp(isDecisive: true, request: request) { [self] response in
      let answer = listOutcome(response, order)
      let isHeeded = answer != .mismatch(Self.anothers)
      return FollowUp.Reading(
        answer: answer, together: answer.orFailed(outcome),
        next: isHeeded ? nil : page(from: 0, of: order, beside: outcome))
    }
  }

  /// Pages of a hundred (S001), as many as are read in one go.
  static let pageSize = 100
  private static let mostPages = 20

  /// As filters name a date (S001): a day aside, whatever zone it is taken to be in.
  static func date(_ instant: Instant, addingDays days: Int64) -> Substring {
    Substring(
      instant.adding(seconds: days * 86_400)
        .localText(offsetMinutes: Instant.mexicoCityOffset).utf8.prefix(10))
  }

  /// - Parameters:
  ///   - offset: how many charges of the list were read before.
  ///   - first: the id that the page before began with.
  ///   - known: what the question by id found.
  private func page(
    from offset: Int, after first: String? = nil, pages: Int = 1, of order: Order,
    beside known: QueryOutcome
  ) -> FollowUp {
    let date = Self.date(order.createdAt, addingDays: -1)
    let amount = JSONNumber.decimal(order.amount, places: 2).text
    let request = get(
      "?creation%5Bgte%5D=\(date)&amount=\(amount)"
        + "&limit=\(Self.pageSize)&offset=\(offset)")
    return FollowUp(isDecisive: true, request: request) { [self] response in
      // An empty page ends the list, in which the order then does not stand.
      let answer = listOutcome(response, order)
      let entries = JSON(wire: response.body)?.array ?? []
      let begin = DecidingFields.id("id", of: entries.first)
      guard answer == .mismatch(Self.anothers), begin != first, pages < Self.mostPages else {
        return FollowUp.Reading(answer: answer, together: answer.orFailed(known), next: nil)
      }
      return FollowUp.Reading(
        answer: answer, together: answer,
        next: page(
          from: offset + entries.count, after: begin, pages: pages + 1, of: order, beside: known))
    }
  }
}

extension QueryOutcome {
  /// A failed charge stays what is known where the list, read to its end, shows none besides.
  fileprivate func orFailed(_ known: QueryOutcome) -> QueryOutcome {
    guard self == .absent, case .found = known else { return self }
    return known
  }
}
