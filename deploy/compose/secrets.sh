#!/bin/sh
# Makes the secrets that compose.yaml names, once: what is there stays. Run it where compose.yaml stands; as root, so that the
# files can be given to the user of the containers. Keep a copy of vault_key and secrets_key apart from every backup.
set -eu
umask 077
mkdir -p secrets
made() {  # made NAME: takes standard input, unless the file is there
    if [ -e "secrets/$1" ]; then cat >/dev/null; else cat >"secrets/$1.part" && mv "secrets/$1.part" "secrets/$1"; fi
}
openssl rand -hex 24 | made database_password
printf 'postgresql://windchime:%s@database:5432/windchime\n' "$(cat secrets/database_password)" | made database_url
openssl rand -hex 32 | made vault_key
openssl rand -hex 32 | made secrets_key
[ -e secrets/tls_certificate ] || echo "put the certificate with its chain into secrets/tls_certificate and its key into secrets/tls_key" >&2
if [ "$(id -u)" = 0 ]; then
    chown 10001:10001 secrets/vault_key secrets/secrets_key secrets/database_url
    if [ -e secrets/tls_key ]; then chown 10001:10001 secrets/tls_key secrets/tls_certificate; fi
fi
