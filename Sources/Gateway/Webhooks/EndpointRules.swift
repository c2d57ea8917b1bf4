public import HTTPCalling
public import JSONText

/// What an endpoint may be, in the configuration and by API alike.
extension ObjectReader {
  /// The member `url`; nil where it is absent or no delivery could ever go there.
  /// - Parameter isRequired: whether its absence is reported.
  public mutating func endpointURL(
    _ addresses: AddressPolicy, isRequired: Bool = true
  ) -> String? {
    guard let url = isRequired ? string("url") : optionalString("url") else { return nil }
    guard let fault = WebhookURL.fault(url, addresses) else { return url }
    report("url", fault)
    return nil
  }

  /// The member `events`: some of the patterns; nil where it is absent.
  public mutating func endpointEvents() -> [String]? {
    guard let items = optionalArray("events") else { return nil }
    let words = WebhookEndpoint.patterns.joined(separator: ", ")
    guard (1...20).contains(items.count) else {
      report("events", "must be some of \(words)")
      return []
    }
    return items.enumerated().compactMap { index, item in
      if let text = item.string, WebhookEndpoint.patterns.contains(text) { return text }
      report("events", index, "must be one of \(words)")
      return nil
    }
  }
}
