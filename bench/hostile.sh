#!/usr/bin/env bash
# Measures what fifty people at work wait for while one account with no space of its own sends a server as much,
# valid and not, as sixteen sessions can; and whether the server's memory grows. Fails if the server does.
#
#   hostile.sh WORKDIR        MINUTES=20
set -euo pipefail
work=${1:?usage: hostile.sh WORKDIR}
MINUTES=${MINUTES:-20}
root=$(cd "$(dirname "$0")/.." && pwd -P)
mkdir -p "$work"; work=$(cd "$work" && pwd -P)
jdk=${JAVA_HOME:-$(for home in /usr/lib/jvm/*; do grep -qs '^JAVA_VERSION="25[."]' "$home/release" && echo "$home" && break; done)}

(cd "$root" && mvn -B -q -Pbench -DskipTests -pl bench,client -am package)
"$root/anoncloud" --version >/dev/null
rm -rf "$work/data" "$work/accounts" "$work/home" "$work/server.log" "$work/begin"
export ANONCLOUD_HOME=$work/home
"$root/anoncloud" server --data "$work/data" --listen 127.0.0.1:0 >"$work/server.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || :; tail -n 3 "$work/server.log"' EXIT
until grep -qs "anoncloud://" "$work/server.log"; do sleep 0.1; done
address=$(grep -o -m 1 'anoncloud://[^ ]*' "$work/server.log")

# Between the registrations and the beginning the account is left without space.
mkfifo "$work/begin"
"$jdk/bin/java" -Xmx1g -cp "$root/bench/target/bench.jar:$root/bench/target/lib/*" \
  org.anonymouscloud.bench.Hostile "$address" "$work/accounts" "$server" mallory "$MINUTES" <"$work/begin" >"$work/report" 2>&1 &
driver=$!
exec 3>"$work/begin"
until grep -qs '^registered' "$work/report"; do kill -0 "$driver"; sleep 0.1; done
"$root/anoncloud" admin quota --data "$work/data" mallory 0
echo >&3
tail -n +2 -f --pid="$driver" "$work/report"
wait "$driver"
kill -0 "$server"
