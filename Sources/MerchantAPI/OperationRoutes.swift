import Gateway
import HTTPServing
import JSONText
import Payins

/// What routes of every kind of operation answer alike.
extension Creation {
  /// 201, or 202 while its outcome is not known.
  /// - Parameter path: of the kind's list.
  func response(at path: String) -> Response {
    var response = Response.json(isSettled ? .created : .accepted, body)
    response.headers["Location"] = "\(path)/\(id.text)"
    if isReplay { response.headers["Idempotent-Replayed"] = "true" }
    return response
  }
}

extension AuthorizedRequest {
  /// The most events of one page of a timeline, and as many as are given unasked: most operations'
  /// whole ones.
  private static let timelinePage = 1000

  /// A page of a timeline.
  /// - Parameter read: is given the event behind which the page begins, and how many it has.
  func timeline(
    _ read: (_ after: Int, _ limit: Int) async throws -> TimelinePage
  ) async throws -> Response {
    let limit = try parameter("limit") { Int($0) } ?? Self.timelinePage
    guard (1...Self.timelinePage).contains(limit) else {
      throw Problem.invalidRequest("limit must be 1 to \(Self.timelinePage)")
    }
    let page = try await read(try parameter("cursor") { Int($0) } ?? 0, limit)
    let data = page.entries.map(EventDocument.timeline)
    return .json(
      .ok,
      JSON.object(["data": .array(data), "next_cursor": JSON(page.next.map { String($0) })]).bytes)
  }
}
