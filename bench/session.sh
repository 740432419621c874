#!/usr/bin/env bash
# Measures the session: records and handshakes on one core (JMH), then both ends over loopback, then idle
# sessions of a server process. Prints what each round says; medians are the reader's.
#
#   session.sh WORKDIR          ROUNDS=5 IDLE="1000 10000"
set -euo pipefail
work=${1:?usage: session.sh WORKDIR}
ROUNDS=${ROUNDS:-5} IDLE=${IDLE:-"1000 10000"}
root=$(cd "$(dirname "$0")/.." && pwd -P)
mkdir -p "$work"; work=$(cd "$work" && pwd -P)
jdk=${JAVA_HOME:-$(for home in /usr/lib/jvm/*; do grep -qs '^JAVA_VERSION="25[."]' "$home/release" && echo "$home" && break; done)}

(cd "$root" && mvn -B -q -Pbench -DskipTests -pl bench,client -am package)
run() { "$jdk/bin/java" -Xmx1g -cp "$root/bench/target/bench.jar:$root/bench/target/lib/*" "$@"; }

run org.openjdk.jmh.Main -f 1 -wi 3 -i 5 -w 2 -r 2 -foe true
run org.anonymouscloud.bench.Loopback stream 4096 "$ROUNDS"
for _ in $(seq "$ROUNDS"); do run org.anonymouscloud.bench.Loopback ping 2000; done
run org.anonymouscloud.bench.Loopback handshakes 4000
run org.anonymouscloud.bench.Loopback flood 60
run org.anonymouscloud.bench.Loopback slow 5000

# 10,000 sessions are 10,000 file descriptors, on either side.
ulimit -n "$(ulimit -Hn)"
rm -rf "$work/data" "$work/account" "$work/home" "$work/server.log"
ANONCLOUD_HOME=$work/home "$root/anoncloud" server --data "$work/data" --listen 127.0.0.1:0 >"$work/server.log" 2>&1 &
server=$!
trap 'kill "$server"' EXIT
until grep -qs "anoncloud://" "$work/server.log"; do sleep 0.1; done
address=$(grep -o -m 1 'anoncloud://[^ ]*' "$work/server.log")
# shellcheck disable=SC2086 # several counts
run org.anonymouscloud.bench.Loopback idle "$address" "$work/account" "$server" $IDLE
