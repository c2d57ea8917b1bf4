internal import COpenSSL

/// A certificate by an authority that the server believes, of a client that has proved to hold its
/// key.
public struct ClientCertificate: Sendable, Equatable {
  private let der: [UInt8]

  init?(_ certificate: OpaquePointer) {
    let count = unsafe i2d_X509(certificate, nil)
    guard count > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(count))
    let written = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      var start = buffer.baseAddress
      return unsafe i2d_X509(certificate, &start)
    }
    guard written == count else { return nil }
    der = bytes
  }

  /// Whether it is made out to the name: its alternative names decide, or its common name where it
  /// has none (RFC 6125).
  public func isMadeOut(to name: String) -> Bool {
    unsafe der.withUnsafeBufferPointer { buffer in
      var start = buffer.baseAddress
      guard let certificate = unsafe d2i_X509(nil, &start, buffer.count) else { return false }
      defer { unsafe X509_free(certificate) }
      let flags = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
      return unsafe X509_check_host(certificate, name, name.utf8.count, flags, nil) == 1
    }
  }
}
