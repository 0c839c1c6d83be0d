/* SPDX-License-Identifier: MIT
 * tls.c - see tls.h. */
#include "node/tls.h"
#include "base/sentence.h"
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

static gnutls_datum_t datum(char *pem)
{
    return (gnutls_datum_t){(unsigned char *)pem, (unsigned)strlen(pem)};
}

enum rc tls_check(const struct webconf *w, struct err *e)
{
    gnutls_certificate_credentials_t credentials;
    gnutls_datum_t cert = datum(w->cert), key = datum(w->key);
    int code = gnutls_certificate_allocate_credentials(&credentials);

    if (code < 0)
        return err_set(e, RC_NOMEM, "TLS", "%s", gnutls_strerror(code));
    code = gnutls_certificate_set_x509_key_mem(credentials, &cert, &key, GNUTLS_X509_FMT_PEM);
    const char *of = w->cert_file, *what = S_("certificate and key");
    if (code >= 0 && w->client_ca != NULL) {
        gnutls_datum_t ca = datum(w->client_ca);
        code = gnutls_certificate_set_x509_trust_mem(credentials, &ca, GNUTLS_X509_FMT_PEM);
        of = w->client_ca_file;
        what = S_("client CA");
        if (code == 0)
            code = GNUTLS_E_NO_CERTIFICATE_FOUND;
    }
    gnutls_certificate_free_credentials(credentials);
    if (code < 0)
        return err_set(e, RC_SCHEMA, of, "%s: %s", what, gnutls_strerror(code));
    return RC_OK;
}

void tls_priorities(const struct webconf *w, char out[TLS_PRIORITIES])
{
    int len = snprintf(out, TLS_PRIORITIES, "NORMAL:-VERS-ALL");

    for (int v = w->min_version; v <= w->max_version; v++)
        len += snprintf(out + len, (size_t)(TLS_PRIORITIES - len), ":+VERS-TLS1.%d", v - 10);
}

/* Where one is required, GnuTLS has seen to it. It must be one for clients: a server's is none. */
static int verify(gnutls_session_t session)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st for_clients = {GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)purpose, 0};
    unsigned status = 0, count = 0;

    if (gnutls_certificate_get_peers(session, &count) == NULL || count == 0)
        return 0;
    if (gnutls_certificate_verify_peers(session, &for_clients, 1, &status) < 0 || status != 0)
        return GNUTLS_E_CERTIFICATE_ERROR;
    return 0;
}

static int accept_any(gnutls_session_t session)
{
    (void)session;
    return 0;
}

void tls_ask_client(void *session, enum client_auth what)
{
    gnutls_certificate_request_t request = GNUTLS_CERT_IGNORE;

    if (what == CLIENT_REQUEST || what == CLIENT_VERIFY_IF_GIVEN)
        request = GNUTLS_CERT_REQUEST;
    else if (what != CLIENT_NONE)
        request = GNUTLS_CERT_REQUIRE;
    gnutls_certificate_server_set_request(session, request);
    gnutls_session_set_verify_function(
        session,
        what == CLIENT_VERIFY_IF_GIVEN || what == CLIENT_REQUIRE_AND_VERIFY ? verify : accept_any);
}

bool tls_random(uint8_t *out, size_t len)
{
    return gnutls_rnd(GNUTLS_RND_KEY, out, len) == 0;
}

bool tls_digest(const uint8_t key[TLS_DIGEST], const void *data, size_t len,
                uint8_t out[TLS_DIGEST])
{
    return gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, TLS_DIGEST, data, len, out) == 0;
}
