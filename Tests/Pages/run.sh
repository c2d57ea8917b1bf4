#!/usr/bin/env bash
# Looks at the payer's page and the operator's in a real browser, and installs what that needs.
# Pictures of every state are left in .build/pages for a person to look at.
# Usage: run.sh PASARELA [short], the path of the executable and the form.
set -euo pipefail
pasarela=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pages=$(realpath -m "$here/../../.build/pages")
export DEBIAN_FRONTEND=noninteractive PYTHONDONTWRITEBYTECODE=1 no_proxy=127.0.0.1 NO_PROXY=127.0.0.1

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

missing=()
command -v chromium chromium-browser google-chrome >/dev/null || missing+=(chromium)
for package in zbar-tools poppler-utils fonts-liberation python3 python3-venv; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${missing[*]}"
  as_root apt-get -qq update
  as_root apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
fi

# The accessibility checker is a file in a package for Python; the package's own code is not run.
version=0.1.8
axe=$pages/python/axe-$version.min.js
if [ ! -s "$axe" ]; then
  python3 -m venv "$pages/python"
  "$pages/python/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps \
    -d "$pages/python" axe-playwright-python==$version
  python3 -m zipfile -e "$pages/python/axe_playwright_python-$version"-*.whl "$pages/python/package"
  mv "$pages/python/package/axe_playwright_python/axe.min.js" "$axe"
fi

exec python3 "$here/pages.py" "$pasarela" "$axe" "$pages" "${@:2}"
