import JSONText
import Payins
import StorePayments

/// Reads back what `ChangeRows` wrote.
enum StoredDocument {
  static func payin(_ body: [UInt8]) throws(StoreError) -> Payin {
    let json = try json(body, "a pay-in")
    guard let payin = Payin(stored: json) else {
      throw .damaged("the pay-in \(json["id"]?.string ?? "without id") has another shape")
    }
    return payin
  }

  static func storePayment(_ body: [UInt8]) throws(StoreError) -> StorePayment {
    let json = try json(body, "a store payment")
    guard let payment = StorePayment(stored: json) else {
      throw .damaged("the store payment \(json["id"]?.string ?? "without id") has another shape")
    }
    return payment
  }

  static func event(_ row: EventRow) throws(StoreError) -> PayinEvent {
    var announcement: Announcement?
    if let sequence = row.announcementSequence, let body = row.announcementBody {
      announcement = Announcement(
        sequence: sequence, body: try json(body, "what \(row.id) announced"))
    }
    return PayinEvent(
      id: row.id, payin: row.payin, sequence: row.sequence, type: row.type, at: row.at,
      data: try json(row.data, "the data of \(row.id)"), announcement: announcement)
  }

  /// - Parameter what: names the document in the error.
  static func json(_ bytes: [UInt8], _ what: @autoclosure () -> String) throws(StoreError) -> JSON {
    do throws(JSONFault) {
      return try JSON(parsing: bytes, options: JSONOptions(maximumDepth: 256))
    } catch {
      // The fault's own message would quote the document.
      throw .damaged("\(what()) is not JSON from byte \(error.offset)")
    }
  }
}
