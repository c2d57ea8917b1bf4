internal import HTTPCalling
internal import HTTPServing
internal import JSONText

/// `/webhooks` (S001 "Webhooks", Providers/Openpay/README 3.9).
enum OpenpayWebhooks {
  static func reply(
    to request: Request, _ path: [String], _ sandbox: inout SandboxState
  ) throws(OpenpayError) -> ProviderReply {
    switch (request.method, path.count) {
    case (.post, 1): return try create(request, &sandbox)
    case (.get, 1):
      return .answer(.json(.array(sandbox.openpay.webhooks.map(json))))
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
    default: throw .noResource
    }
  }

  private static func index(_ id: String, _ sandbox: SandboxState) throws(OpenpayError) -> Int {
    guard let index = sandbox.openpay.webhooks.firstIndex(where: { $0.id == id }) else {
      throw .notFound("The webhook with id '\(id)' does not exist")
    }
    return index
  }

  private static func create(
    _ request: Request, _ sandbox: inout SandboxState
  ) throws(OpenpayError) -> ProviderReply {
    let webhook = try webhook(request, &sandbox)
    guard !sandbox.openpay.webhooks.contains(where: { $0.url == webhook.url }) else {
      throw .webhookExists
    }
    let message = OpenpayEvents.message(
      "verification", verification(webhook, sandbox.now).bytes, to: webhook)
    switch sandbox.openpay.verification {
    case .automatic:
      let request = HTTPRequest(
        method: "POST", url: webhook.url,
        headers: [HTTPHeader("Content-Type", "application/json")] + message.headers,
        body: message.body)
      return .call(request) { completed(webhook, $0, &$1) }
    case .manual:
      sandbox.openpay.webhooks.append(webhook)
      sandbox.send(message)
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
  private static func completed(
    _ webhook: OpenpayWebhook, _ outcome: CallOutcome, _ sandbox: inout SandboxState
  ) -> Response {
    guard case .answered(let answer) = outcome else {
      return OpenpayError.webhookUnreachable.response(requestID: sandbox.ids.uuid())
    }
    guard (200..<300).contains(answer.status) else {
      return OpenpayError.webhookAnsweredError.response(requestID: sandbox.ids.uuid())
    }
    var webhook = webhook
    webhook.isVerified = true
    sandbox.openpay.webhooks.append(webhook)
    return response(webhook, .created)
  }

  /// One that needs no verification, for `--callbacks`.
  static func register(_ url: String, _ sandbox: inout SandboxState) {
    sandbox.openpay.webhooks.append(
      OpenpayWebhook(
        id: "w\(sandbox.ids.letters(19))", url: url,
        user: SandboxCredentials.openpayCallbackUser,
        password: SandboxCredentials.openpayCallbackPassword, events: OpenpayEvents.all,
        verificationCode: sandbox.ids.letters(8), isVerified: true))
  }

  private static func webhook(
    _ request: Request, _ sandbox: inout SandboxState
  ) throws(OpenpayError) -> OpenpayWebhook {
    let webhook = try request.openpayForm().read(OpenpayError.init) { form throws(FormFault) in
      OpenpayWebhook(
        id: "w\(sandbox.ids.letters(19))",
        url: try form.text("url", 1...250, where: TextForms.isWebAddress),
        user: try form.optionalText("user", 1...100) { !$0.unicodeScalars.contains(":") },
        password: try form.optionalText("password", 1...100),
        events: try form.texts("event_types"), verificationCode: sandbox.ids.letters(8),
        isVerified: false)
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
