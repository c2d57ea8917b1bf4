internal import COpenSSL

/// The one owner of an EVP_PKEY.
@safe final class RSAKeyHandle: @unchecked Sendable {  // a made EVP_PKEY is only read
  private let pointer: OpaquePointer

  /// - Parameter der: PKCS#8 or PKCS#1 for a private key, SubjectPublicKeyInfo or PKCS#1 for a
  ///   public one.
  init(der: [UInt8], part: RSAKeyPart) throws(RSAKeyError) {
    // A failed reading leaves its reasons in this thread's queue, where the next caller of
    // libcrypto on this thread would take them for its own.
    defer { ERR_clear_error() }
    guard let key = unsafe Self.parse(der, part) else {
      let other: RSAKeyPart = part == .privateKey ? .publicKey : .privateKey
      guard let otherHalf = unsafe Self.parse(der, other) else { throw .unreadable }
      unsafe EVP_PKEY_free(otherHalf)
      throw .wrongHalf(expected: part)
    }
    unsafe pointer = key  // from here on deinit frees it, whatever is thrown
    guard unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else { throw .notRSA }
    guard bits >= 2048 else { throw .tooShort(bits: bits) }
    let check = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil)
    defer { unsafe EVP_PKEY_CTX_free(check) }
    guard unsafe EVP_PKEY_public_check(check) == 1 else { throw .inconsistent }
  }

  deinit {
    unsafe EVP_PKEY_free(pointer)
  }

  /// The length of the modulus.
  var bits: Int { Int(unsafe EVP_PKEY_get_bits(pointer)) }

  func sign(_ message: [UInt8]) -> [UInt8] {
    let context = unsafe EVP_MD_CTX_new()
    defer { unsafe EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: Int(unsafe EVP_PKEY_get_size(pointer)))
    var count = signature.count
    let signed =
      unsafe EVP_DigestSignInit_ex(context, nil, "SHA256", nil, nil, pointer, nil) == 1
      && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
    // The key was proved when it was read; only exhausted memory or randomness remains.
    precondition(signed && count == signature.count, "libcrypto cannot sign")
    return signature
  }

  func verify(signature: [UInt8], message: [UInt8]) -> Bool {
    let context = unsafe EVP_MD_CTX_new()
    defer {
      unsafe EVP_MD_CTX_free(context)
      ERR_clear_error()
    }
    return unsafe EVP_DigestVerifyInit_ex(context, nil, "SHA256", nil, nil, pointer, nil) == 1
      && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }

  /// The key in `der`, where it holds this half and nothing after it.
  private static func parse(_ der: [UInt8], _ part: RSAKeyPart) -> OpaquePointer? {
    unsafe der.withUnsafeBufferPointer { bytes in
      var next = bytes.baseAddress
      var key =
        unsafe part == .privateKey
        ? d2i_AutoPrivateKey(nil, &next, bytes.count) : d2i_PUBKEY(nil, &next, bytes.count)
      if unsafe part == .publicKey && key == nil {
        unsafe next = bytes.baseAddress
        unsafe key = d2i_PublicKey(EVP_PKEY_RSA, nil, &next, bytes.count)
      }
      guard let key = unsafe key else { return nil }
      guard unsafe next == bytes.baseAddress.map({ unsafe $0 + bytes.count }) else {
        unsafe EVP_PKEY_free(key)
        return nil
      }
      return unsafe key
    }
  }
}
