internal import JSONText

/// What `GET /_sandbox/` says: the controls, and what was chosen where providers' pages are silent.
enum ControlGuide {
  /// - Parameter controls: the routes, with what they do.
  static func json(_ controls: [(String, String)]) -> JSON {
    [
      "about": .string(
        """
        Simulated \(enumerated(guides.map(\.title))). Amounts are centavos. An order is addressed \
        by the merchant's number, the provider's id, its own CLABE, the concept of a shared one, \
        or a store's reference; ?provider= tells equal numbers apart.
        """),
      "providers": .array(providers.map { .string("\($0.name.rawValue): \($0.guide.paths)") }),
      "controls": texts(controls), "faults": texts(faults + spellings),
      "settings": texts(providers.flatMap { $0.settingsGuide }),
      "choices": .object(
        JSONObject(
          providers.map { ($0.name.rawValue, .array($0.guide.choices.map(JSON.string))) })),
    ]
  }

  private static let providers = SandboxRegistry.all
  private static let guides = providers.map { $0.guide }

  private static func texts(_ texts: [(String, String)]) -> JSON {
    .object(JSONObject(texts.map { ($0.0, .string($0.1)) }))
  }

  /// `a, b and c`.
  static func enumerated(_ texts: [String], _ last: String = "and") -> String {
    guard let end = texts.last, texts.count > 1 else { return texts.first ?? "" }
    return "\(texts.dropLast().joined(separator: ", ")) \(last) \(end)"
  }

  private static let faults = [
    ("timeout_before", "does nothing, never answers"),
    ("timeout_after", "does the work, never answers"),
    ("reset_before, reset_after", "the same, and resets the connection"),
    ("error_500, error_500_after", "the same, and answers HTTP 500"),
    ("garbage, garbage_after", "the same, and answers HTTP 200 with a broken page of HTML"),
    (
      "system_error",
      "does nothing and answers as the provider does in trouble: "
        + guides.map { "\($0.title) \($0.systemError)" }.joined(separator: ", ")
    ),
    ("slow", "answers after milliseconds"),
    ("not_found", "a query finds nothing"),
    (
      "refused",
      "create, reverse: does nothing and refuses with word ("
        + guides.map { "\($0.title)'s \($0.refusal.field)" }.joined(separator: ", ")
        + "), status? ("
        + guides.compactMap { guide in guide.refusal.status.map { "\(guide.title)'s \($0.name)" } }
        .joined(separator: ", ") + "), message?"
    ),
    (
      "unauthorized",
      "answers as to wrong credentials: "
        + guides.map { "\($0.title) \($0.unauthorized)" }.joined(separator: ", ")
        + "; or with word, as for refused"
    ),
  ]

  private static let spellings =
    providers.flatMap { $0.ownFaults.map { ($0.rawValue, $1) } } + [
      ("latin1", "answers and webhooks: written in ISO 8859-1, a payer's ñ as one byte"),
      ("byte_order_mark", "answers and webhooks: EF BB BF stands in front of the body"),
      ("gzip", "answers: gzip-encoded, whatever was asked for"),
      (
        "odd_dates",
        "answers and webhooks: dates in form no_colon (-0600), lower_case (t and z), fraction"
          + " (digits?: 3, of 1 to 9), date_only or unreadable"
      ),
      (
        "float_noise",
        "answers and webhooks: 152.10 as 152.09999999999999, or 152.10000000000002 in form above"
      ),
      ("other_amount", "answers and webhooks: tell amount (centavos), whatever the order's own"),
      ("bad_signature", "webhook: the first try has a wrong signature or password"),
      ("webhook_lost", "webhook: is never sent; without count, none is"),
      ("webhook_doubled", "webhook: is sent twice"),
      ("webhook_delayed", "webhook: the first try is sent after seconds"),
      ("operations", "create, query, reverse (Paynet's), webhook, other"),
    ]
}
