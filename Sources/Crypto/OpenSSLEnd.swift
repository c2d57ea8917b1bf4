internal import COpenSSL

/// When OpenSSL's own tables go.
public enum OpenSSLEnd {
  /// With the process, and not before: else `exit` tears them down while another thread may still
  /// be hashing, and the process ends with a signal. To be called before anything else is done with
  /// OpenSSL.
  public static func comesWithProcess() {
    _ = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
  }
}
