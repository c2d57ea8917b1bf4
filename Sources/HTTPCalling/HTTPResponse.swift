/// A whole answer: every byte of its body was received.
public struct HTTPResponse: Sendable, Equatable, Redacted {
  /// 200–599, or whatever else of three digits the peer sent.
  public var status: Int
  /// In the order in which they came. Trailers are left out.
  public var headers: [HTTPHeader]
  /// As it came; never decompressed.
  public var body: [UInt8]

  public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The value of the first header of that name, in whatever case; nil where there is none.
  public func header(_ name: String) -> String? {
    headers.first { $0.isNamed(name) }?.value
  }

  /// Without header values and body.
  public var description: String {
    "\(status) (\(headers.count) headers, \(body.count) bytes)"
  }
}
