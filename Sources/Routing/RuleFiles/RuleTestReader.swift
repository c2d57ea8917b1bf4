import JSONText
import Payins

/// Reads a test of a rule file. What it leaves out has the values that `RuleTestDefaults` names.
struct RuleTestReader {
  let catalog: TargetCatalog

  func read(_ value: JSON, pointer: String) -> (RuleTest?, [JSONProblem]) {
    guard let object = value.object else {
      return (
        nil, [JSONProblem(pointer: pointer, detail: "expected a test, found \(value.kind)")]
      )
    }
    var reader = ObjectReader(object, pointer: pointer)
    let name = reader.string("name")
    let request = request(in: &reader)
    let merchant = reader.optionalString("merchant") ?? RuleTestDefaults.merchant
    let now = now(in: &reader)
    let health = accounts(in: &reader)
    let expectations = expectations(in: &reader)
    let problems = reader.finish()
    guard let name, let request, problems.isEmpty else { return (nil, problems) }
    let question = RoutingQuestion(
      request: request, payin: RuleTestDefaults.payin, merchant: merchant, now: now,
      health: health)
    return (RuleTest(name: name, question: question, expectations: expectations), [])
  }

  // MARK: The question

  private func request(in test: inout ObjectReader) -> PayinRequest? {
    guard let object = test.object("payin") else { return nil }
    var reader = ObjectReader(object, pointer: test.pointer(to: "payin"))
    let amount = reader.int64("amount")
    if let amount, amount < 1 { reader.report("amount", "must be 1 centavo or more") }
    let request = PayinRequest(
      merchantReference: reader.optionalString("merchant_reference")
        ?? RuleTestDefaults.merchantReference,
      amount: amount ?? 0, currency: choice("currency", Currency.self, &reader) ?? .mxn,
      method: choice("method", Payins.Method.self, &reader),
      description: reader.optionalString("description") ?? RuleTestDefaults.description,
      payer: payer(in: &reader), expiresIn: reader.optionalInt64("expires_in"),
      metadata: metadata(in: &reader))
    let problems = reader.finish()
    test.report(problems)
    return problems.isEmpty ? request : nil
  }

  private func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, _: Choice.Type, _ reader: inout ObjectReader
  ) -> Choice? {
    guard let text = reader.optionalString(key) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    reader.report(key, "expected one of \(known), found \"\(text)\"")
    return nil
  }

  private func payer(in payin: inout ObjectReader) -> Payer {
    payin.optionalObject("payer") { reader in
      Payer(
        name: reader.optionalString("name"), email: reader.optionalString("email"),
        phone: reader.optionalString("phone"))
    } ?? Payer()
  }

  private func metadata(in payin: inout ObjectReader) -> [Metadatum] {
    payin.optionalObject("metadata") { reader in
      reader.keys.compactMap { key in
        reader.string(key).map { Metadatum(key: key, value: $0) }
      }
    } ?? []
  }

  private func now(in test: inout ObjectReader) -> Instant {
    guard let text = test.optionalString("now") else { return RuleTestDefaults.now }
    if let instant = Instant(rfc3339: text) { return instant }
    test.report("now", "expected a time such as \"2026-01-05T12:00:00-06:00\"")
    return RuleTestDefaults.now
  }

  /// How accounts fare, under the names of the variable `accounts`.
  private func accounts(in test: inout ObjectReader) -> [String: AccountHealth] {
    guard let object = test.optionalObject("accounts") else { return [:] }
    var reader = ObjectReader(object, pointer: test.pointer(to: "accounts"))
    var health: [String: AccountHealth] = [:]
    for key in object.keys {
      guard let members = reader.object(key) else { continue }
      if !catalog.has(account: key) { reader.report(key, "no account \"\(key)\" is configured") }
      var entry = ObjectReader(members, pointer: reader.pointer(to: key))
      let unknown = AccountHealth.unknown
      health[key] = AccountHealth(
        acceptsCreates: entry.optionalBool("healthy") ?? unknown.acceptsCreates,
        successPermille: successRate(in: &entry) ?? unknown.successPermille,
        latencyMilliseconds: entry.optionalInt64("latency_ms") ?? unknown.latencyMilliseconds)
      reader.report(entry.finish())
    }
    test.report(reader.finish())
    return health
  }

  private func successRate(in entry: inout ObjectReader) -> Int? {
    guard let value = entry.any("success_rate") else { return nil }
    if let permille = value.number?.scaled(by: 3), (0...1000).contains(permille) {
      return Int(permille)
    }
    entry.report("success_rate", "must be a number from 0 to 1 with at most three decimals")
    return nil
  }

  // MARK: What is expected

  private func expectations(in test: inout ObjectReader) -> [RuleTest.Expectation] {
    guard let object = test.object("expect") else { return [] }
    var reader = ObjectReader(object, pointer: test.pointer(to: "expect"))
    let aspects: [(String, RuleTest.Aspect?)] = [
      ("rule", reader.optionalString("rule").map { .rule($0) }),
      ("order", targets("order", &reader).map { .order($0) }),
      ("candidates", targets("candidates", &reader).map { .candidates($0) }),
      ("dropped", dropped(&reader).map { .dropped($0) }),
    ]
    let expectations = aspects.compactMap { key, aspect in
      aspect.map { RuleTest.Expectation(aspect: $0, pointer: reader.pointer(to: key)) }
    }
    let problems = reader.finish()
    test.report(problems)
    if expectations.isEmpty, problems.isEmpty {
      test.report("expect", "expects nothing: name a rule, order, candidates or dropped")
    }
    return expectations
  }

  private func targets(_ key: String, _ reader: inout ObjectReader) -> [Target]? {
    guard let items = reader.optionalArray(key) else { return nil }
    return items.enumerated().compactMap { index, item in
      let pointer = JSONPointer.appending(index, to: reader.pointer(to: key))
      return target(item.string ?? "", at: pointer) { reader.report([$0]) }
    }
  }

  private func dropped(_ reader: inout ObjectReader) -> [Target: String]? {
    reader.optionalObject("dropped") { inner in
      var dropped: [Target: String] = [:]
      for key in inner.keys {
        guard let code = inner.string(key),
          let target = target(key, at: inner.pointer(to: key), orReport: { inner.report([$0]) })
        else { continue }
        dropped[target] = code
      }
      return dropped
    }
  }

  private func target(
    _ text: String, at pointer: String, orReport report: (JSONProblem) -> Void
  ) -> Target? {
    switch catalog.look(up: text) {
    case .found(let serving): return serving.target
    case .unknown(let message):
      report(JSONProblem(pointer: pointer, detail: message))
      return nil
    }
  }
}

/// What a test assumes where it says nothing.
enum RuleTestDefaults {
  static let merchant = "demo"
  static let merchantReference = "order-1"
  static let description = "An order"
  /// Noon on a Monday in Mexico City.
  static let now = Instant(milliseconds: 1_767_636_000_000)
  /// One whose hash does not explore: tests of `healthiest` see the order by health.
  static let payin = PayinID(unchecked: "payin_00000000000000000000000000")
}
