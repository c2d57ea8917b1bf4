internal import HTTPServing

/// Where providers show a payer how to pay. The sandbox shows the order itself.
enum OrderPage {
  static func url(of id: String, for request: Request) -> String {
    "\(base(of: request))/_sandbox/orders/\(id)"
  }

  /// The sandbox as its caller reaches it.
  static func base(of request: Request) -> String {
    "http://\(request.headers["Host"] ?? "localhost")"
  }
}
