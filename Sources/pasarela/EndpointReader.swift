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
      let url = reader.endpointURL(addresses)
      let secret = secret("secret", &reader)
      let events = reader.endpointEvents() ?? ["*"]
      outer.report(reader.finish())
      guard let id, let url, let secret else { return nil }
      return WebhookEndpoint(
        id: id, merchant: merchant, url: url, events: events, secret: secret,
        source: .configuration)
    }
  }

  private func secret(_ key: String, _ reader: inout ObjectReader) -> WebhookSecret? {
    guard let text = reader.string(key) else { return nil }
    guard let secret = WebhookSecret(text) else {
      reader.report(key, "must be whsec_ and the Base64 of 24 to 64 bytes")
      return nil
    }
    return secret
  }
}
