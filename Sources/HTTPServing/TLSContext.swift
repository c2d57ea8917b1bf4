internal import COpenSSL
internal import Synchronization

/// The certificate and key in force; sessions keep the one that they began with.
final class TLSKeeper: Sendable {
  private let files: TLSFiles
  private let context: Mutex<TLSContext>

  init(_ files: TLSFiles) throws(HTTPServerFault) {
    self.files = files
    context = Mutex(try TLSContext(files))
  }

  var current: TLSContext { context.withLock(\.self) }

  /// Reads the files anew; what cannot be used changes nothing.
  func reload() throws(HTTPServerFault) {
    let fresh = try TLSContext(files)
    context.withLock { $0 = fresh }
  }
}

/// What every TLS session of a server shares: certificate, key, what is spoken, who is believed.
@safe final class TLSContext: @unchecked Sendable {  // OpenSSL locks it; set up once in init
  private let context: OpaquePointer

  init(_ files: TLSFiles) throws(HTTPServerFault) {
    ERR_clear_error()
    guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
      throw Self.fault(files.certificate)
    }
    unsafe self.context = context
    guard unsafe pasarela_tls_prepare(context) == 1,
      unsafe SSL_CTX_use_certificate_chain_file(context, files.certificate) == 1
    else { throw Self.fault(files.certificate) }
    guard unsafe SSL_CTX_use_PrivateKey_file(context, files.key, SSL_FILETYPE_PEM) == 1,
      unsafe SSL_CTX_check_private_key(context) == 1
    else { throw Self.fault(files.key) }
    if let authorities = files.clientAuthorities {
      guard unsafe pasarela_tls_ask_clients(context, authorities) == 1 else {
        throw Self.fault(authorities)
      }
    }
  }

  deinit {
    unsafe SSL_CTX_free(context)
  }

  /// Nil when memory has run out.
  func session() -> TLSSession? {
    unsafe TLSSession(SSL_new(context))
  }

  /// The first reason that OpenSSL left; later ones only say who passed it on.
  private static func fault(_ file: String) -> HTTPServerFault {
    defer { ERR_clear_error() }
    let code = ERR_get_error()
    if ERR_GET_LIB(code) == ERR_LIB_SYS {
      return .tls(file: file, reason: SystemCall.text(of: ERR_GET_REASON(code)))
    }
    guard let reason = unsafe ERR_reason_error_string(code) else {
      return .tls(file: file, reason: "OpenSSL gives no reason")
    }
    return .tls(file: file, reason: unsafe String(cString: reason))
  }
}
