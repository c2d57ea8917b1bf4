internal import COpenSSL

/// AES-256-GCM, NIST SP 800-38D, with nonces of 12 bytes and tags of 16.
enum AuthenticatedCipher {
  static let nonceCount = 12
  static let tagCount = 16

  /// The cipher text and its tag behind it.
  /// - Parameters:
  ///   - nonce: never twice with one key.
  ///   - bound: what must be the same when it is opened; it is not kept.
  static func seal(
    _ plain: [UInt8], key: [UInt8], nonce: [UInt8], bound: [UInt8]
  ) -> [UInt8] {
    precondition(key.count == 32 && nonce.count == nonceCount, "the key's or nonce's size")
    var out = [UInt8](repeating: 0, count: plain.count + tagCount)
    var tag = [UInt8](repeating: 0, count: tagCount)
    var count: Int32 = 0
    let context = unsafe EVP_CIPHER_CTX_new()
    defer { unsafe EVP_CIPHER_CTX_free(context) }
    let done =
      unsafe EVP_EncryptInit_ex2(context, CipherAlgorithm.aes256GCM.pointer, key, nonce, nil) == 1
      && EVP_EncryptUpdate(context, nil, &count, bound, Int32(bound.count)) == 1
      && EVP_EncryptUpdate(context, &out, &count, plain, Int32(plain.count)) == 1
      && EVP_EncryptFinal_ex(context, &tag, &count) == 1
      && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagCount), &tag) == 1
    // Neither sizes nor bytes can make it fail; only exhausted memory remains.
    precondition(done, "libcrypto cannot encrypt")
    out.replaceSubrange(plain.count..., with: tag)
    return out
  }

  /// The plain text; nil where key, nonce, text or what it is bound to is another.
  static func open(
    _ sealed: [UInt8], key: [UInt8], nonce: [UInt8], bound: [UInt8]
  ) -> [UInt8]? {
    guard sealed.count >= tagCount, nonce.count == nonceCount, key.count == 32 else { return nil }
    let cipher = Array(sealed.dropLast(tagCount))
    var tag = Array(sealed.suffix(tagCount))
    var out = [UInt8](repeating: 0, count: cipher.count + tagCount)
    var count: Int32 = 0
    let context = unsafe EVP_CIPHER_CTX_new()
    defer {
      unsafe EVP_CIPHER_CTX_free(context)
      ERR_clear_error()
    }
    let done =
      unsafe EVP_DecryptInit_ex2(context, CipherAlgorithm.aes256GCM.pointer, key, nonce, nil) == 1
      && EVP_DecryptUpdate(context, nil, &count, bound, Int32(bound.count)) == 1
      && EVP_DecryptUpdate(context, &out, &count, cipher, Int32(cipher.count)) == 1
      && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagCount), &tag) == 1
      && EVP_DecryptFinal_ex(context, &tag, &count) == 1
    guard done else { return nil }
    out.removeLast(tagCount)
    return out
  }
}

/// A cipher fetched once from libcrypto and kept for the life of the process.
///
/// `@unchecked` because a C pointer is not `Sendable` by itself. This one may be shared: it is made
/// once, never freed, and libcrypto takes it as `const` wherever it is given: a fetched EVP_CIPHER
/// is only read, its reference count apart, which is atomic (EVP_EncryptInit(3), life cycle).
@safe struct CipherAlgorithm: @unchecked Sendable {  // libcrypto never changes a fetched one
  static let aes256GCM = CipherAlgorithm("AES-256-GCM")

  let pointer: OpaquePointer

  private init(_ name: String) {
    guard let fetched = unsafe EVP_CIPHER_fetch(nil, name, nil) else {
      preconditionFailure("this libcrypto has no \(name)")
    }
    unsafe pointer = fetched
  }
}
