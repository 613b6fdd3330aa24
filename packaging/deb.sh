#!/usr/bin/env bash
# Packs a built program as a Debian package; needs dpkg-deb and nothing else.
#   packaging/deb.sh [--debug] [OUT]     OUT: folder for the package, default target/package
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
profile=release
if [ "${1:-}" = --debug ]; then
  profile=debug
  shift
fi
target=$(cd "$root" && realpath -m "${CARGO_TARGET_DIR:-target}")
out=${1:-$target/package}
program=$target/$profile/zhibu
if [ ! -x "$program" ]; then
  echo "no program at $program: cargo build --locked --package zhibu${profile:+ (--release)}" >&2
  exit 1
fi
version=$("$program" --version | cut -d' ' -f2)
architecture=$(dpkg --print-architecture)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"

install -D -m 755 "$program" "$tree/usr/bin/zhibu"
if command -v strip >/dev/null; then strip --strip-debug "$tree/usr/bin/zhibu"; fi
install -D -m 644 "$root/packaging/zhibu.service" "$tree/usr/lib/systemd/system/zhibu.service"
install -D -m 640 "$root/packaging/zhibu.toml" "$tree/etc/zhibu/zhibu.toml"
documents=$tree/usr/share/doc/zhibu
install -d -m 755 "$documents" "$tree/usr/share/man/man1"
install -m 644 "$root/docs/zhibu.toml" "$root/packaging/grafana.json" "$root/packaging/alerts.yml" \
  "$root/packaging/nginx.conf" "$root"/docs/admin/*.md "$documents"
install -m 644 "$root/LICENSE" "$documents/copyright"
gzip -9nc "$root/packaging/zhibu.1" >"$tree/usr/share/man/man1/zhibu.1.gz"
chmod 644 "$tree/usr/share/man/man1/zhibu.1.gz"

install -d -m 755 "$tree/DEBIAN"
install -m 755 "$root"/packaging/debian/{postinst,prerm,postrm} "$tree/DEBIAN"
install -m 644 "$root/packaging/debian/conffiles" "$tree/DEBIAN"
size=$(du -sk --exclude=DEBIAN "$tree" | cut -f1)
# The program needs no library but libc and libgcc; its own database is inside.
cat >"$tree/DEBIAN/control" <<CONTROL
Package: zhibu
Version: $version
Architecture: $architecture
Maintainer: Zhibu
Installed-Size: $size
Depends: libc6 (>= 2.36), libgcc-s1, adduser, ca-certificates
Recommends: systemd
Suggests: postgresql (>= 15), chrony
Section: web
Priority: optional
Description: Party work of a county's schools
 Task sheets read from official documents, duties with their evidence, review,
 records, rosters and reports. One program with its own database.
CONTROL
mkdir -p "$out"
# xz keeps old dpkg of domestic systems able to read it.
dpkg-deb --root-owner-group -Zxz --build "$tree" "$out/zhibu_${version}_$architecture.deb"
