public import JSONText

extension Payer {
  /// How an opening says that the payer's data stands apart, or did.
  static let kept = "kept"
  private static let gone = "erased"

  /// As the API shows it.
  public var json: JSON { ["name": JSON(name), "email": JSON(email), "phone": JSON(phone)] }

  var mark: JSON {
    isErased ? JSON(Self.gone) : self == Payer() ? .null : JSON(Self.kept)
  }

  /// - Parameters:
  ///   - request: in which earlier releases kept it.
  ///   - apart: where it stands else.
  init?(stored request: JSON, apart: JSON?) {
    switch request["payer"]?.string {
    case Self.gone: self = .erased
    case Self.kept:
      guard let apart else { return nil }
      self.init(fields: apart)
    default: self.init(fields: request)
    }
  }

  private init(fields: JSON) {
    self.init(
      name: fields["name"]?.string, email: fields["email"]?.string,
      phone: fields["phone"]?.string)
  }
}
