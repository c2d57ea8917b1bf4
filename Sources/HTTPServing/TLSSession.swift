internal import COpenSSL

/// The TLS side of one connection: ciphertext in and out through memory, no socket.
@safe final class TLSSession {
  enum Reading {
    case bytes(Int)
    /// Nothing more until further ciphertext comes.
    case starved
    /// The peer has said that it sends no more.
    case ended
    case failed
  }

  private let session: OpaquePointer
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer
  private var hasFailed = false

  /// Takes ownership of the session.
  init?(_ session: OpaquePointer?) {
    guard let session = unsafe session else { return nil }
    guard let incoming = unsafe BIO_new(BIO_s_mem()), let outgoing = unsafe BIO_new(BIO_s_mem())
    else {
      unsafe SSL_free(session)
      return nil
    }
    unsafe self.session = session
    unsafe self.incoming = incoming
    unsafe self.outgoing = outgoing
    unsafe SSL_set_bio(session, incoming, outgoing)
    unsafe SSL_set_accept_state(session)
  }

  deinit {
    unsafe SSL_free(session)
  }

  var isEstablished: Bool { unsafe SSL_is_init_finished(session) == 1 && !hasFailed }

  /// What the client proved to be; nil where it showed no certificate.
  var clientCertificate: ClientCertificate? {
    guard isEstablished, let certificate = unsafe SSL_get0_peer_certificate(session) else {
      return nil
    }
    return unsafe ClientCertificate(certificate)
  }

  /// Takes what came from the socket; gives false when memory has run out.
  func receive(_ ciphertext: ArraySlice<UInt8>) -> Bool {
    unsafe ciphertext.withUnsafeBytes { bytes in
      let count = Int32(bytes.count)
      return unsafe BIO_write(incoming, bytes.baseAddress, count) == count
    }
  }

  /// Goes on with the handshake, then gives plaintext.
  func read(into buffer: inout [UInt8]) -> Reading {
    ERR_clear_error()
    let capacity = Int32(buffer.count)
    let count = unsafe SSL_read(session, &buffer, capacity)
    guard count <= 0 else { return .bytes(Int(count)) }
    switch unsafe SSL_get_error(session, count) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .starved
    case SSL_ERROR_ZERO_RETURN: return .ended
    default:
      hasFailed = true
      return .failed
    }
  }

  /// Encrypts the start of the queue, at most one record of it.
  /// - Returns: the plaintext bytes taken; nil when the session is unusable.
  func encrypt(_ queue: OutputQueue) -> Int? {
    ERR_clear_error()
    let count = min(queue.first.count - queue.offset, 16_384)
    let written = unsafe queue.first.withUnsafeBytes { bytes in
      unsafe SSL_write(session, bytes.baseAddress.map { unsafe $0 + queue.offset }, Int32(count))
    }
    guard written == Int32(count) else {
      hasFailed = true
      return nil
    }
    return count
  }

  /// What has to go to the socket; empty when there is nothing.
  func takeCiphertext() -> [UInt8] {
    let pending = unsafe BIO_ctrl_pending(outgoing)
    guard pending > 0 else { return [] }
    var ciphertext = [UInt8](repeating: 0, count: pending)
    let count = unsafe BIO_read(outgoing, &ciphertext, Int32(pending))
    return Array(ciphertext.prefix(max(0, Int(count))))
  }

  /// Leaves a close_notify to be taken as ciphertext.
  func close() {
    guard isEstablished else { return }
    ERR_clear_error()
    _ = unsafe SSL_shutdown(session)
  }
}
