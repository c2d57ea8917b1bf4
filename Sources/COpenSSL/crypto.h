// libcrypto for Crypto: digests, HMAC, RSA signatures, random bytes.
#ifndef PASARELA_COPENSSL_CRYPTO_H
#define PASARELA_COPENSSL_CRYPTO_H
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#endif
