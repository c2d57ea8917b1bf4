import Gateway
import HTTPServing
import JSONText
import Payins
import Routing
import Storage

/// Health, metrics, the specification, accounts and rules.
struct OperatorRoutes: Sendable {
  let health: Health
  let metrics: Metrics
  let service: PayinService
  let calls: ProviderClient
  let rules: RuleBook
  let keys: KeyRing
  let time: any TimeSource
  let specification: StaticDocument
  /// Whether details, figures and admin's calls are served.
  let isForOperators: Bool
  let reload: @Sendable () async -> Bool

  func register(on router: inout Router) {
    router.serve(.get, "/health") { _, _ in await report() }
    router.serve(.get, "/health/ready") { _, _ in await report() }
    router.serve(.get, "/health/live") { _, _ in
      Self.health(
        .ok,
        isForOperators
          ? ["status": "pass", "version": "1", "serviceId": "pasarela"] : ["status": "pass"])
    }
    router.serve(.get, "/openapi.json") { request, _ in specification.response(to: request) }
    router.serve(.get, "/v1/providers", to: keys, with: .payinsRead) { call in
      .json(.ok, JSON.object(["data": .array(accounts(for: call))]).bytes)
    }
    router.serve(.get, "/v1/routing/rules", to: keys, with: .payinsRead) { _ in
      .json(.ok, ruleStatus().bytes)
    }
    router.serve(.post, "/v1/routing/evaluate", to: keys, with: .payinsRead) { call in
      try evaluate(call)
    }
    if isForOperators { registerForOperators(on: &router) }
  }

  private func registerForOperators(on router: inout Router) {
    router.serve(.get, "/metrics") { _, _ in
      _ = await health.report()
      return .text(.ok, metrics.exposition, type: "text/plain; version=0.0.4; charset=utf-8")
    }
    router.serve(.post, "/v1/rules/reload", to: keys, with: .admin) { call in
      try call.takeNoMembers()
      let before = rules.version
      let accepted = await reload()
      var body = ruleStatus().object ?? [:]
      body["accepted"] = JSON(accepted)
      body["changed"] = JSON(rules.version != before)
      return .json(accepted ? .ok : .unprocessableContent, JSON.object(body).bytes)
    }
  }

  private func report() async -> Response {
    let report = await health.report()
    return Self.health(
      report.status == .fail ? .serviceUnavailable : .ok,
      isForOperators ? report.json : ["status": JSON(report.status.rawValue)])
  }

  private static func health(_ status: HTTPStatus, _ body: JSON) -> Response {
    Response(
      status, headers: ["Content-Type": "application/health+json", "Cache-Control": "no-store"],
      body: body.bytes)
  }

  /// Those that serve the caller's merchant; for operators all.
  private func accounts(for call: AuthorizedRequest) -> [JSON] {
    let now = time.steady()
    let isOperator = call.caller.scopes.contains(.admin)
    let shown = calls.accounts.values.filter { account in
      isOperator || account.offer.merchants?.contains(call.merchant) ?? true
    }
    return shown.sorted { $0.id < $1.id }.map { account in
      let snapshot = calls.monitors[account.id]?.snapshot(at: now)
      let following = service.following(account.id)
      let methods = account.capabilities.sorted { $0.key.rawValue < $1.key.rawValue }
      return .object([
        "id": JSON(account.id), "object": "provider_account",
        "provider": JSON(account.providerName),
        "methods": .array(methods.map { method($0.key, $0.value) }),
        "breaker": JSON(snapshot?.breaker.rawValue),
        "success_permille": JSON(snapshot?.successPermille.map(Int64.init)),
        "latency_ms": JSON(snapshot?.latencyMilliseconds),
        "open_calls": JSON(snapshot.map { Int64($0.openCalls) }),
        "last_failure": JSON(snapshot?.lastFailure),
        "condition": JSON(snapshot?.condition.status.rawValue),
        "condition_detail": JSON(snapshot?.condition.detail),
        "calls_back": JSON(following.callsBack),
        "questions_late_ms": JSON(following.lateMilliseconds),
        "unclassed_words": .array((snapshot?.unclassedWords ?? []).map { word($0, now) }),
      ])
    }
  }

  private func word(_ met: AccountMonitor.UnclassedWord, _ now: Instant) -> JSON {
    let at = time.now().adding(milliseconds: met.lastAt.milliseconds(since: now))
    return ["word": JSON(met.word), "count": JSON(met.count), "last_at": JSON(at.rfc3339)]
  }

  private func method(_ method: Payins.Method, _ capability: Capability) -> JSON {
    [
      "method": JSON(method.rawValue),
      "currencies": .array(capability.currencies.map { JSON($0.rawValue) }),
      "amount_min": JSON(capability.amounts.lowerBound),
      "amount_max": JSON(capability.amounts.upperBound),
      "amount_multiple_of": JSON(capability.granularity),
      "required_payer_fields": .array(
        capability.requiredPayerFields.map { JSON($0.rawValue) }),
      "expires_in_min": JSON(capability.expirySeconds.lowerBound),
      "expires_in_max": JSON(capability.expirySeconds.upperBound),
    ]
  }

  private func ruleStatus() -> JSON {
    let status = rules.status
    return .object([
      "version": JSON(status.version), "files": .array(status.files.map { JSON($0) }),
      "rules": .array(status.rules.map { JSON($0) }),
      "warnings": .array(status.warnings.map { JSON($0) }),
      "loaded_at": JSON(status.loadedAt.rfc3339),
      "rejected": status.rejection.map {
        ["at": JSON($0.at.rfc3339), "faults": .array($0.faults.map { JSON($0) })]
      } ?? .null,
      "shadow": [
        "files": .array(status.shadowFiles.map { JSON($0) }),
        "decisions": JSON(status.shadow.decisions), "differing": JSON(status.shadow.differing),
      ],
    ])
  }

  /// A dry run: by the set in force, or by the rule file that the body holds as `rules`.
  private func evaluate(_ call: AuthorizedRequest) throws -> Response {
    var object = try call.body()
    var posted: RuleSet?
    if let rules = object["rules"] {
      guard call.caller.scopes.contains(.admin) else {
        throw Problem(
          .forbidden, code: "forbidden", detail: "trying other rules needs the scope admin")
      }
      posted = try candidate(rules)
      object["rules"] = nil
    }
    let now = time.now()
    let payin = try PayinRequestReader.read(object, now: now)
    let decision = rules.evaluate(
      payin, merchant: call.merchant, now: now, calls: calls, with: posted)
    return .json(.ok, decision.explanation(.full).bytes)
  }

  private func candidate(_ json: JSON) throws -> RuleSet {
    do throws(RuleSetFaults) {
      return try RuleSet(
        files: [RuleFile(name: "rules", text: json.text)],
        offers: calls.accounts.values.sorted { $0.id < $1.id }.map(\.offer), version: "candidate")
    } catch {
      throw Problem.invalidRequest(
        "the rules are not valid",
        errors: error.faults.map { Problem.Entry(pointer: "/rules", detail: "\($0)") })
    }
  }
}

extension Health.Report {
  /// In the form of `application/health+json` (draft-inadarei-api-health-check).
  fileprivate var json: JSON {
    var names: [String] = []
    for check in checks where !names.contains(check.name) { names.append(check.name) }
    let members = names.map { name in
      (name, JSON.array(checks.filter { $0.name == name }.map { $0.json(at: at) }))
    }
    return .object([
      "status": JSON(status.rawValue), "version": "1", "releaseId": JSON(version),
      "serviceId": "pasarela", "checks": .object(JSONObject(members)),
    ])
  }
}

extension Health.Check {
  fileprivate func json(at time: Instant) -> JSON {
    var entry: JSONObject = [
      "componentType": JSON(component), "status": JSON(status.rawValue),
      "time": JSON(time.rfc3339),
    ]
    switch value {
    case .number(let number): entry["observedValue"] = JSON(number)
    case .word(let word): entry["observedValue"] = JSON(word)
    case nil: break
    }
    if let gateway {
      entry["componentId"] = JSON(gateway.name)
      entry["version"] = JSON(gateway.version)
      entry["since"] = JSON(gateway.since.rfc3339)
      entry["rules_version"] = JSON(gateway.rules)
    }
    if let output { entry["output"] = JSON(output) }
    return .object(entry)
  }
}
