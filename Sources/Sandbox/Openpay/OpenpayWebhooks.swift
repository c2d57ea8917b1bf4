internal import HTTPCalling
internal import HTTPServing
internal import JSONText

/// A webhook that is called before its creation is answered.
struct OpenpayVerification: Sendable {
  let webhook: OpenpayWebhook
  let request: HTTPRequest
}

/// `/webhooks` (S001 "Webhooks", Providers/Openpay/README 3.9).
enum OpenpayWebhooks {
  static func reply(
    to request: Request, _ path: [String], _ sandbox: inout Simulation, at now: Instant
  ) throws(OpenpayError) -> Simulation.Reply {
    switch (request.method, path.count) {
    case (.post, 1): return try create(request, &sandbox, at: now)
    case (.get, 1):
      return .answer(.json(.ok, JSON.array(sandbox.openpay.webhooks.map(json)).bytes))
    case (.get, 2):
      return .answer(response(sandbox.openpay.webhooks[try index(path[1], sandbox)], .ok))
    case (.delete, 2):
      sandbox.openpay.webhooks.remove(at: try index(path[1], sandbox))
      return .answer(Response(.noContent))
    case (.post, 4) where path[2] == "verify":
      let index = try index(path[1], sandbox)
      guard sandbox.openpay.webhooks[index].verificationCode == path[3] else {
        throw .invalid("The verification code is not correct")
      }
      sandbox.openpay.webhooks[index].isVerified = true
      return .answer(Response(.noContent))
    default: throw OpenpayDesk.noResource
    }
  }

  private static func index(
    _ id: String, _ sandbox: Simulation
  ) throws(OpenpayError) -> Int {
    guard let index = sandbox.openpay.webhooks.firstIndex(where: { $0.id == id }) else {
      throw .notFound("The webhook with id '\(id)' does not exist")
    }
    return index
  }

  private static func create(
    _ request: Request, _ sandbox: inout Simulation, at now: Instant
  ) throws(OpenpayError) -> Simulation.Reply {
    let webhook = try webhook(request, &sandbox)
    guard !sandbox.openpay.webhooks.contains(where: { $0.url == webhook.url }) else {
      throw .webhookExists
    }
    let message = OpenpayEvents.message(
      "verification", verification(webhook, now).bytes, to: webhook)
    switch sandbox.settings.openpayVerification {
    case .automatic:
      return .verification(
        OpenpayVerification(
          webhook: webhook,
          request: HTTPRequest(
            method: "POST", url: webhook.url,
            headers: [HTTPHeader("Content-Type", "application/json")] + message.headers,
            body: message.body)))
    case .manual:
      sandbox.openpay.webhooks.append(webhook)
      sandbox.send(message, at: now)
      return .answer(response(webhook, .created))
    }
  }

  private static func verification(_ webhook: OpenpayWebhook, _ now: Instant) -> JSON {
    [
      "type": "verification", "event_date": .string(now.mexico),
      "verification_code": .string(webhook.verificationCode), "id": .string(webhook.id),
    ]
  }

  /// Answers a creation after its webhook was called.
  static func completed(
    _ verification: OpenpayVerification, _ outcome: CallOutcome, _ sandbox: inout Simulation
  ) -> Response {
    guard case .answered(let answer) = outcome else {
      return OpenpayError.webhookUnreachable.response(requestID: sandbox.ids.uuid())
    }
    guard (200..<300).contains(answer.status) else {
      return OpenpayError.webhookAnsweredError.response(requestID: sandbox.ids.uuid())
    }
    var webhook = verification.webhook
    webhook.isVerified = true
    sandbox.openpay.webhooks.append(webhook)
    return response(webhook, .created)
  }

  /// One that needs no verification, for `--callbacks`.
  static func register(_ url: String, _ sandbox: inout Simulation) {
    sandbox.openpay.webhooks.append(
      OpenpayWebhook(
        id: "w\(sandbox.ids.letters(19))", url: url,
        user: SandboxCredentials.openpayCallbackUser,
        password: SandboxCredentials.openpayCallbackPassword, events: OpenpayEvents.all,
        verificationCode: sandbox.ids.letters(8), isVerified: true))
  }

  private static func webhook(
    _ request: Request, _ sandbox: inout Simulation
  ) throws(OpenpayError) -> OpenpayWebhook {
    var form = try OpenpayDesk.form(request)
    let webhook: OpenpayWebhook
    do throws(FormFault) {
      webhook = OpenpayWebhook(
        id: "w\(sandbox.ids.letters(19))",
        url: try form.text("url", 1...250, where: TextForms.isWebAddress),
        user: try form.optionalText("user", 1...100) { !$0.unicodeScalars.contains(":") },
        password: try form.optionalText("password", 1...100),
        events: try form.texts("event_types"), verificationCode: sandbox.ids.letters(8),
        isVerified: false)
      try form.end()
    } catch {
      throw OpenpayError(error)
    }
    guard !webhook.events.isEmpty else { throw .badRequest("event_types must not be empty") }
    if let unknown = webhook.events.first(where: { !OpenpayEvents.all.contains($0) }) {
      throw .badRequest("event_types has the unknown event \(unknown.prefix(100))")
    }
    guard let address = WebAddress(webhook.url), isAllowed(address) else {
      throw .invalid("url must be https, a domain name, on port 443, 8443 or 10443")
    }
    return webhook
  }

  /// Providers/Openpay/README 3.9; the own machine is allowed besides, since this is a sandbox.
  private static func isAllowed(_ address: WebAddress) -> Bool {
    address.isLoopback
      || address.isSecure && !address.isNumeric && [443, 8443, 10443].contains(address.port)
  }

  /// Without the password (S001 "Obtener un Webhook").
  private static func json(_ webhook: OpenpayWebhook) -> JSON {
    var object: JSONObject = ["id": .string(webhook.id), "url": .string(webhook.url)]
    object["user"] = webhook.user.map(JSON.string)
    object["event_types"] = .array(webhook.events.map(JSON.string))
    object["status"] = webhook.isVerified ? "verified" : "unverified"
    return .object(object)
  }

  private static func response(_ webhook: OpenpayWebhook, _ status: HTTPStatus) -> Response {
    .json(status, json(webhook).bytes)
  }
}
