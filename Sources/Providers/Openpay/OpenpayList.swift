public import HTTPCalling
import JSONText
public import Payins

/// GET /charges?creation[gte]=…&creation[lte]=… (S001 "Listado de cargos"): pages of a hundred,
/// newest first (README 3.6).
extension Openpay: ListsOrders {
  public func listRequest(created: ClosedRange<Instant>, offset: Int) -> HTTPRequest {
    get(
      "?creation%5Bgte%5D=\(Self.date(created.lowerBound, addingDays: -1))"
        + "&creation%5Blte%5D=\(Self.date(created.upperBound, addingDays: 1))"
        + "&limit=\(Self.pageSize)&offset=\(offset)")
  }

  public func listOutcome(_ response: HTTPResponse) -> ListOutcome {
    if let refusal = refused(response) { return .noPage(refusal) }
    guard let entries = JSON(wire: response.body)?.array else {
      return .noPage(.undetermined(.unreadable))
    }
    return .page(entries.map(listed))
  }

  private func listed(_ entry: JSON) -> ListedOrder {
    ListedOrder(
      number: DecidingFields.id("order_id", of: entry),
      providerOrderID: DecidingFields.id("id", of: entry),
      createdAt: WireDate(entry["creation_date"]).instant
    ) { [self] order in
      guard let charge = OpenpayCharge(entry), charge.orderNumber == order.number,
        charge.id == order.providerOrderID
      else { return nil }
      return outcome([charge], order)
    }
  }
}
