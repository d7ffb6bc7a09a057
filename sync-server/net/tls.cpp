#include "tls.h"

namespace sejawat::net {
namespace {

// What we speak, for clients that ask; whoever offers only other things gets HTTP/1.1 all the same.
int choose_http(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
                unsigned in_size, void*) {
  static constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  const int result = SSL_select_next_proto(&chosen, size, kHttp11, sizeof(kHttp11), in, in_size);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

base::Status configure_tls(asio::ssl::context& context, const std::string& certificate,
                           const std::string& key) {
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE |
                                  SSL_OP_PRIORITIZE_CHACHA);  // phones without AES instructions
  // Forward secrecy and authenticated encryption only; TLS 1.3 knows nothing else.
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // an idle connection keeps no record buffers
  // A read ends with each record: as long as records came that are TLS's own (changes of the key), it would
  // go on, and nothing else of the loop would, deadlines included.
  SSL_CTX_clear_mode(native, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_alpn_select_cb(native, choose_http, nullptr);
  beast::error_code code;
  context.use_certificate_chain_file(certificate, code);
  if (code) return base::error(base::Code::not_found, "TLS certificate: " + code.message());
  context.use_private_key_file(key, asio::ssl::context::pem, code);
  if (code) return base::error(base::Code::not_found, "TLS key: " + code.message());
  if (SSL_CTX_check_private_key(native) != 1) {
    return base::error(base::Code::not_found, "TLS key and certificate do not belong together");
  }
  return {};
}

}  // namespace sejawat::net
