#!/usr/bin/env bash
# Packs, installs, sets up, starts, asks, upgrades, removes and purges the Debian package on this
# machine, and says what held. Root only; refuses where Zhibu is installed.
#   packaging/try.sh [--debug]      with the debug program, for a quick try
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
if [ "$(id -u)" != 0 ]; then
  echo "packaging/try.sh installs a package: root only" >&2
  exit 1
fi
if dpkg -s zhibu >/dev/null 2>&1 || [ -e /var/lib/zhibu ] || [ -e /etc/zhibu ]; then
  echo "Zhibu is installed here (or was): not touched" >&2
  exit 1
fi
work=$(mktemp -d)
server=
clean() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  dpkg --purge zhibu >/dev/null 2>&1 || true
  rm -rf /var/lib/zhibu /var/log/zhibu /etc/zhibu "$work"
  if getent passwd zhibu >/dev/null; then deluser --quiet --system zhibu || true; fi
}
trap clean EXIT
held=0
holds() { # WORDS COMMAND…
  local words=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    held=$((held + 1))
    echo "ok    $words"
  else
    echo "FAILS $words"
    cat "$work/said"
    exit 1
  fi
}
as_zhibu() { setpriv --reuid zhibu --regid zhibu --clear-groups -- "$@"; }
says() { [[ $("${@:2}") == *"$1"* ]]; }
mode_is() { [ "$(stat -c '%a %U' "$1")" = "$2" ]; }

"$root/packaging/deb.sh" "$@" "$work"
package=$(echo "$work"/*.deb)
holds "it installs" dpkg -i "$package"
holds "the settings are readable by the service alone" mode_is /etc/zhibu/zhibu.toml "640 root"
holds "the data folder is the service's alone" mode_is /var/lib/zhibu "700 zhibu"
if command -v systemd-analyze >/dev/null; then
  holds "the unit is well formed" systemd-analyze verify /usr/lib/systemd/system/zhibu.service
fi
cat >>/etc/zhibu/zhibu.toml <<'SETTINGS'
tls = "local"
http_redirect = "127.0.0.1:18080"
SETTINGS
sed -i 's/^listen = .*/listen = "127.0.0.1:18443"/' /etc/zhibu/zhibu.toml
settings=(--config /etc/zhibu/zhibu.toml)
cd /var/lib/zhibu
holds "it is set up" as_zhibu zhibu init "${settings[@]}" --organisation 清禾县教育局机关党委
holds "four passwords were shown" test "$(grep -cE '[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}' "$work/said")" = 4
# Not by the function: the number kept must be the server's own.
setpriv --reuid zhibu --regid zhibu --clear-groups -- zhibu serve "${settings[@]}" >"$work/served" 2>&1 &
server=$!
for _ in $(seq 100); do
  if [ -e tls/ca.pem ] && curl -sf --cacert tls/ca.pem https://127.0.0.1:18443/readyz >/dev/null; then break; fi
  sleep 0.2
done
ask() { curl -sS --fail-with-body --cacert /var/lib/zhibu/tls/ca.pem "$@"; }
holds "it is ready over TLS by its own root" ask https://127.0.0.1:18443/readyz
holds "over HTTP/2" test "$(ask -o /dev/null -w '%{http_version}' https://127.0.0.1:18443/sign-in)" = 2
holds "the sign-in page is there" says 用户名 ask https://127.0.0.1:18443/sign-in
holds "plain HTTP leads over" test "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:18080/)" = 308
holds "metrics are told on the loopback" says zhibu_build_info ask https://127.0.0.1:18443/metrics
holds "check finds nothing wrong" as_zhibu zhibu check "${settings[@]}"
holds "the log is in its file" test -s /var/log/zhibu/zhibu.log
holds "which the public cannot read" test "$(stat -c %a /var/log/zhibu/zhibu.log)" = 640
kill -TERM "$server"
holds "it stops when told" wait "$server"
server=
holds "the same version installs over it" dpkg -i "$package"
holds "and kept the settings" grep -q 18443 /etc/zhibu/zhibu.toml
holds "the data verify" as_zhibu zhibu verify "${settings[@]}"
holds "it is removed" dpkg -r zhibu
holds "the data stay" test -s /var/lib/zhibu/zhibu.db
holds "it is purged" dpkg -P zhibu
holds "settings and logs are gone" test ! -e /etc/zhibu/zhibu.toml -a ! -e /var/log/zhibu
holds "the data and their key still stay" test -s /var/lib/zhibu/zhibu.key
echo "$held held"
