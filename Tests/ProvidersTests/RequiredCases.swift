import HTTPCalling
import JSONText
import Payins

@testable import Providers

/// What a registered provider must show by golden cases, and how a case shows it. Capabilities
/// and status words come from the provider itself.
enum RequiredCases {
  typealias Check = @Sendable (GoldenCase) -> Bool

  static func of(_ provider: any Provider) -> [(String, Check)] {
    var required: [(String, Check)] = []
    if let creator = provider as? any CreatesPayins { required += creates(creator) }
    if let queryable = provider as? any Queryable { required += queries(type(of: queryable)) }
    if provider is any ListsOrders { required += lists }
    if provider is any ReceivesCallbacks { required += callbacks }
    if provider is any AuthorizesCounterPayments { required += counterPayments }
    return required
  }

  private static func creates(_ provider: any CreatesPayins) -> [(String, Check)] {
    let created = provider.capabilities.keys.map { method -> (String, Check) in
      (
        "created/\(method.rawValue)",
        { outcome("create", "accepted")($0) && $0.order.method == method }
      )
    }
    return created + [
      ("declined", outcome("create", "declined")),
      ("refused", outcome("create", "refused")),
      ("unauthorized", outcome("create", "unauthorized")),
      ("duplicate", outcome("create", "in_doubt")),
      ("server_error", { outcome("create", "in_doubt")($0) && isServerError($0) }),
      ("unreadable", outcome("create", "in_doubt")),
    ]
  }

  private static func queries(_ type: any Queryable.Type) -> [(String, Check)] {
    let statuses = type.statuses.map { word, status -> (String, Check) in
      ("status/\(word)", { shows(word, as: status.label)($0) })
    }
    return statuses + [
      ("status/unknown", { $0.expected.at(pointer: "/report/status") == "unrecognised" }),
      ("absent", outcome("query", "absent")),
      ("mismatch", outcome("query", "mismatch")),
      ("query_refused", outcome("query", "refused")),
      ("query_unauthorized", outcome("query", "unauthorized")),
      ("query_server_error", { outcome("query", "undetermined")($0) && isServerError($0) }),
      ("query_unreadable", outcome("query", "undetermined")),
    ]
  }

  private static let lists: [(String, Check)] = [
    ("list_page", outcome("list", "page")),
    ("list_unauthorized", outcome("list", "unauthorized")),
    ("list_server_error", { outcome("list", "undetermined")($0) && isServerError($0) }),
    ("list_unreadable", outcome("list", "undetermined")),
  ]

  private static let callbacks: [(String, Check)] = [
    ("callback_valid", { $0.operation == "callback" && $0.expected["reading"] == "notice" }),
    ("callback_forged", { $0.operation == "callback" && $0.expected["reading"] == "forged" }),
    ("callback_replayed", { $0.operation == "callback" && $0.json["same_deposits_as"] != nil }),
  ]

  private static func outcome(_ operation: String, _ outcome: JSON) -> Check {
    { $0.operation == operation && $0.expected["outcome"] == outcome }
  }

  private static func isServerError(_ golden: GoldenCase) -> Bool {
    ((try? golden.response().status) ?? 0) >= 500
  }

  private static func shows(_ word: String, as label: String) -> Check {
    { golden in
      let body = (try? golden.response().body).map { String(decoding: $0, as: UTF8.self) } ?? ""
      return body.contains("\"\(word)\"") && golden.operation == "query"
        && golden.expected.at(pointer: "/report/status")?.string == label
    }
  }
}
