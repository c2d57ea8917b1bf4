import HTTPServing
import JSONText

/// One page of a list that goes from the newest to the oldest.
struct Page {
  static let parameters: Set<String> = ["limit", "cursor"]

  private let limit: Int

  init(_ call: AuthorizedRequest) throws(Problem) {
    limit = try call.parameter("limit") { Int($0) } ?? 20
    guard (1...100).contains(limit) else { throw .invalidRequest("limit must be 1 to 100") }
  }

  /// How many items to look for: one more than is shown tells whether another page follows.
  var lookup: Int { limit + 1 }

  func shown<Item>(_ found: [Item]) -> ArraySlice<Item> { found.prefix(limit) }

  func response<Item>(
    _ data: [JSON], of found: [Item], cursor: (Item) -> String
  ) -> Response {
    response(data, next: next(of: found, cursor))
  }

  /// Where the next page begins; nil where there is none.
  func next<Item>(of found: [Item], _ cursor: (Item) -> String) -> String? {
    found.count > limit ? cursor(found[limit - 1]) : nil
  }

  func response(_ data: [JSON], next: String?) -> Response {
    response(data.map(\.bytes), next: next)
  }

  /// - Parameter data: each in JSON.
  func response(_ data: [[UInt8]], next: String?) -> Response {
    .json(
      .ok,
      JSONWriter.object { json in
        json.key("data")
        json.beginArray()
        for item in data { json.encoded(item) }
        json.endArray()
        json.member("next_cursor", next)
      })
  }
}
