#!/bin/sh
# What tests need from the system: Chromium and a Chinese font for pages, Java for Spark, PostgreSQL for the store.
# As root through apt; otherwise says what to install and lets those tests fail with the same words.
set -eu
need=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || need="$need chromium"
[ -n "$(fc-list :lang=zh 2>/dev/null | head -1)" ] || need="$need fontconfig fonts-noto-cjk"
command -v java >/dev/null 2>&1 || need="$need default-jre-headless"
command -v pg_ctl >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || need="$need postgresql"
[ -z "$need" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing$need"
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $need >/dev/null
else
    echo "Some tests need these system packages: $need. Install them (as root: apt-get install$need)." >&2
fi
