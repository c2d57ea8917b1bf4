import JSONText
import Payins
import StorePayments

/// A pay-in as stored, in JSON.
struct PayinDocuments: Sendable {
  /// Nil where it stands in the other, too.
  var opening: [UInt8]?
  var standing: [UInt8]
}

/// Reads back what `ChangeRows` wrote.
enum StoredDocument {
  static func payin(_ documents: PayinDocuments) throws(StoreError) -> Payin {
    let standing = try json(documents.standing, "a pay-in")
    let opening = try documents.opening.map { bytes throws(StoreError) in
      try json(bytes, "a pay-in's opening")
    }
    guard let payin = Payin(opening: opening ?? standing, standing: standing) else {
      let id = (opening ?? standing)["id"]?.string ?? "without id"
      throw .damaged("the pay-in \(id) has another shape")
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

  static func callback(_ row: CallbackRow) throws(StoreError) -> CallbackRecord {
    var record = row.record
    record.notice = try json(row.notice, "the callback \(record.id)")
    return record
  }

  static func event(_ row: EventRow) throws(StoreError) -> PayinEvent {
    var announcement: Announcement?
    if let sequence = row.announcementSequence, let body = row.announcementBody {
      announcement = Announcement(sequence: sequence, body: body)
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
