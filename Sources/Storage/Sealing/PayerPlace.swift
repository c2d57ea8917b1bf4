/// Where the payer stands in a pay-in's document as merchants are told it. What is kept of it has
/// `null` there; when it is read the payer's data is put back, byte for byte.
///
/// The first `,"payer":` is the member's: those before it are texts and numbers, and a quotation
/// mark within a text stands behind a backslash.
package enum PayerPlace {
  private static let member = Array(#","payer":"#.utf8)
  private static let next = Array(#","metadata":"#.utf8)
  private static let none = Array("null".utf8)
  /// As a payer is shown of whom nothing is known.
  private static let nobody = Array(#"{"name":null,"email":null,"phone":null}"#.utf8)

  /// The document without its payer; another document as it is.
  static func without(_ body: [UInt8]) -> [UInt8] {
    guard let start = body.end(of: member, from: 0), start < body.count,
      body[start] == UInt8(ascii: "{"), let after = body.end(of: next, from: start)
    else { return body }
    return Array(body[..<start]) + none + body[(after - next.count)...]
  }

  /// The document with the payer's data; one that has its payer, or is another, as it is.
  /// - Parameter payer: JSON; nil where it was erased or there never was any.
  static func with(_ payer: [UInt8]?, in body: [UInt8]) -> [UInt8] {
    guard let start = body.end(of: member, from: 0),
      body[start...].starts(with: none + next)
    else { return body }
    return Array(body[..<start]) + (payer ?? nobody) + body[(start + none.count)...]
  }

  /// The document with what is shown of a payer of whom nothing is known.
  package static func erased(_ body: [UInt8]) -> [UInt8] { with(nil, in: without(body)) }
}

extension [UInt8] {
  /// Behind the first place where these bytes stand.
  fileprivate func end(of part: [UInt8], from start: Int) -> Int? {
    guard let first = part.first, count >= part.count else { return nil }
    var place = start
    while place <= count - part.count {
      if self[place] == first, self[place..<(place + part.count)].elementsEqual(part) {
        return place + part.count
      }
      place += 1
    }
    return nil
  }
}
