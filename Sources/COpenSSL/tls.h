// libssl for HTTPServing: inbound TLS over memory BIOs.
#ifndef PASARELA_COPENSSL_TLS_H
#define PASARELA_COPENSSL_TLS_H
#include <openssl/ssl.h>
#include <openssl/bio.h>
#include <openssl/err.h>

// An encrypted key is refused: the default would ask for its password on the terminal.
static inline int pasarela_tls_no_password(char *buffer, int size, int writing, void *context) {
  (void)buffer; (void)size; (void)writing; (void)context;
  return -1;
}

// TLS 1.3, and 1.2 with forward secrecy and authenticated encryption only; no renegotiation, no
// buffers held by idle sessions. Macros with casts and 64-bit flags that Swift cannot call. Answers
// 1, or 0 as OpenSSL does.
static inline int pasarela_tls_prepare(SSL_CTX *context) {
  SSL_CTX_set_default_passwd_cb(context, pasarela_tls_no_password);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) return 0;
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}
#endif
