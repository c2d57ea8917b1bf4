import Gateway
import HTTPCalling
import JSONText

/// Reads a merchant's `webhooks`.
struct EndpointReader {
  let merchant: String
  /// Where deliveries may go.
  let addresses: AddressPolicy

  func read(_ outer: inout ObjectReader) -> [WebhookEndpoint] {
    var ids: Set<String> = []
    return outer.items("webhooks").compactMap { item in
      var reader = ObjectReader(item.object, pointer: item.pointer)
      let id = reader.identifier("id", &ids)
      let url = url(&reader)
      let secret = secret("secret", &reader)
      let events = events(&reader)
      outer.report(reader.finish())
      guard let id, let url, let secret else { return nil }
      return WebhookEndpoint(
        id: id, merchant: merchant, url: url, events: events, secret: secret,
        source: .configuration)
    }
  }

  private func url(_ reader: inout ObjectReader) -> String? {
    guard let url = reader.string("url") else { return nil }
    guard let fault = WebhookURL.fault(url, addresses) else { return url }
    reader.report("url", fault)
    return nil
  }

  private func secret(_ key: String, _ reader: inout ObjectReader) -> WebhookSecret? {
    guard let text = reader.string(key) else { return nil }
    guard let secret = WebhookSecret(text) else {
      reader.report(key, "must be whsec_ and the Base64 of 24 to 64 bytes")
      return nil
    }
    return secret
  }

  /// All where none are named.
  private func events(_ reader: inout ObjectReader) -> [String] {
    guard let items = reader.optionalArray("events") else { return ["*"] }
    var out: [String] = []
    for (index, item) in items.enumerated() {
      if let text = item.string, WebhookEndpoint.patterns.contains(text) {
        out.append(text)
      } else {
        reader.report([
          JSONProblem(
            pointer: JSONPointer.appending(index, to: reader.pointer(to: "events")),
            detail: "must be one of \(WebhookEndpoint.patterns.joined(separator: ", "))")
        ])
      }
    }
    return out
  }
}
