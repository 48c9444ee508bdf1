/* SPDX-License-Identifier: MIT */
#include "serve/certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY  86400
#define YEAR (365 * DAY)

/* A key and its certificate under construction. gnutls accepts NULL when freeing. */
struct pair {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
};

static void free_pair(struct pair *pair) {
    if (pair->key)
        gnutls_x509_privkey_deinit(pair->key);
    if (pair->certificate)
        gnutls_x509_crt_deinit(pair->certificate);
}

static bool name_it(gnutls_x509_crt_t certificate, const char *common_name) {
    unsigned char serial[16];
    if (gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial) < 0)
        return false;
    serial[0] &= 0x7F; /* positive, as RFC 5280 requires */
    serial[0] |= 0x40; /* without leading zero bits, so that it keeps its length */
    return gnutls_x509_crt_set_serial(certificate, serial, sizeof serial) >= 0 &&
           gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, common_name,
                                         (unsigned)strlen(common_name)) >= 0;
}

/* Creates a key, and a certificate for it that still lacks its extensions and its signature. */
static bool begin(struct pair *pair, const char *common_name, int64_t now) {
    return gnutls_x509_privkey_init(&pair->key) >= 0 &&
           gnutls_x509_privkey_generate(pair->key, GNUTLS_PK_ECDSA,
                                        GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) >= 0 &&
           gnutls_x509_crt_init(&pair->certificate) >= 0 &&
           gnutls_x509_crt_set_version(pair->certificate, 3) >= 0 &&
           gnutls_x509_crt_set_key(pair->certificate, pair->key) >= 0 &&
           gnutls_x509_crt_set_activation_time(pair->certificate, (time_t)(now - DAY)) >= 0 &&
           gnutls_x509_crt_set_expiration_time(pair->certificate, (time_t)(now + YEAR)) >= 0 &&
           name_it(pair->certificate, common_name);
}

static bool set_key_id(gnutls_x509_crt_t certificate, gnutls_x509_crt_t of, bool authority) {
    unsigned char id[64];
    size_t size = sizeof id;
    if (gnutls_x509_crt_get_key_id(of, GNUTLS_KEYID_USE_SHA1, id, &size) < 0)
        return false;
    return (authority ? gnutls_x509_crt_set_authority_key_id(certificate, id, size)
                      : gnutls_x509_crt_set_subject_key_id(certificate, id, size)) >= 0;
}

static bool add_name(gnutls_x509_crt_t certificate, const char *host) {
    unsigned char address[16];
    unsigned size = inet_pton(AF_INET, host, address) == 1    ? 4
                    : inet_pton(AF_INET6, host, address) == 1 ? 16
                                                              : 0;
    if (size)
        return gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address,
                                                    size, GNUTLS_FSAN_APPEND) >= 0;
    return gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, host,
                                                (unsigned)strlen(host), GNUTLS_FSAN_APPEND) >= 0;
}

static bool sign(struct pair *target, struct pair *issuer) {
    return set_key_id(target->certificate, target->certificate, false) &&
           set_key_id(target->certificate, issuer->certificate, true) &&
           gnutls_x509_crt_sign2(target->certificate, issuer->certificate, issuer->key,
                                 GNUTLS_DIG_SHA256, 0) >= 0;
}

static bool make_authority(struct pair *ca, int64_t now) {
    return begin(ca, "Temporary CA of a sandbox", now) &&
           gnutls_x509_crt_set_basic_constraints(ca->certificate, 1, 0) >= 0 &&
           gnutls_x509_crt_set_key_usage(ca->certificate, GNUTLS_KEY_KEY_CERT_SIGN) >= 0 &&
           sign(ca, ca);
}

static bool make_server(struct pair *server, struct pair *ca, const char *host, int64_t now) {
    return begin(server, "localhost", now) &&
           gnutls_x509_crt_set_basic_constraints(server->certificate, 0, -1) >= 0 &&
           gnutls_x509_crt_set_key_usage(server->certificate, GNUTLS_KEY_DIGITAL_SIGNATURE) >= 0 &&
           gnutls_x509_crt_set_key_purpose_oid(server->certificate, GNUTLS_KP_TLS_WWW_SERVER, 0) >=
               0 &&
           add_name(server->certificate, "localhost") &&
           add_name(server->certificate, "127.0.0.1") && add_name(server->certificate, "::1") &&
           (!*host || add_name(server->certificate, host)) && sign(server, ca);
}

/* Returns the PEM of one or two certificates (second may be NULL), or NULL. */
static char *export_certificates(gnutls_x509_crt_t first, gnutls_x509_crt_t second) {
    gnutls_datum_t a = {NULL, 0}, b = {NULL, 0};
    char *text = NULL;
    if (gnutls_x509_crt_export2(first, GNUTLS_X509_FMT_PEM, &a) >= 0 &&
        (!second || gnutls_x509_crt_export2(second, GNUTLS_X509_FMT_PEM, &b) >= 0) &&
        asprintf(&text, "%.*s%.*s", (int)a.size, (const char *)a.data, (int)b.size,
                 b.data ? (const char *)b.data : "") < 0)
        text = NULL;
    gnutls_free(a.data);
    gnutls_free(b.data);
    return text;
}

static char *export_key(gnutls_x509_privkey_t key) {
    gnutls_datum_t pem = {NULL, 0};
    if (gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem) < 0)
        return NULL;
    char *text = strndup((const char *)pem.data, pem.size);
    gnutls_memset(pem.data, 0, pem.size);
    gnutls_free(pem.data);
    return text;
}

static bool write_all(int fd, const char *text) {
    for (size_t left = strlen(text); left;) {
        ssize_t written = write(fd, text, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text += written;
        left -= (size_t)written;
    }
    return true;
}

/* Writes the certificate of the authority to a new file that only its owner can read; returns its
 * path, or NULL. */
static char *write_ca(const char *directory, const char *pem) {
    char *path = NULL;
    if (!directory)
        directory = getenv("TMPDIR");
    if (!directory || !*directory)
        directory = "/tmp";
    if (asprintf(&path, "%s/klaviyo-sandbox-ca-XXXXXX.pem", directory) < 0)
        return NULL;
    int fd = mkstemps(path, 4);
    if (fd < 0) {
        free(path);
        return NULL;
    }
    bool written = write_all(fd, pem);
    if (close(fd) != 0 || !written) {
        unlink(path);
        free(path);
        return NULL;
    }
    return path;
}

static const char *fill(sbx_certificate *out, struct pair *ca, struct pair *server,
                        const char *directory) {
    char *pem = export_certificates(ca->certificate, NULL);
    out->key = export_key(server->key);
    out->chain = export_certificates(server->certificate, ca->certificate);
    if (pem && out->key && out->chain)
        out->ca_file = write_ca(directory, pem);
    bool exported = pem && out->key && out->chain;
    free(pem);
    if (out->ca_file)
        return NULL;
    sbx_certificate_free(out);
    return exported ? "the file of the certificate authority could not be written"
                    : "out of memory";
}

const char *sbx_certificate_make(const char *host, int64_t now, const char *directory,
                                 sbx_certificate *out) {
    struct pair ca = {NULL, NULL}, server = {NULL, NULL};
    const char *wrong = "the certificate could not be created";
    *out = (sbx_certificate){NULL, NULL, NULL};
    if (make_authority(&ca, now) && make_server(&server, &ca, host, now))
        wrong = fill(out, &ca, &server, directory);
    free_pair(&ca);
    free_pair(&server);
    return wrong;
}

void sbx_certificate_free(sbx_certificate *certificate) {
    if (certificate->key)
        gnutls_memset(certificate->key, 0, strlen(certificate->key));
    if (certificate->ca_file)
        unlink(certificate->ca_file);
    free(certificate->key);
    free(certificate->chain);
    free(certificate->ca_file);
    *certificate = (sbx_certificate){NULL, NULL, NULL};
}
