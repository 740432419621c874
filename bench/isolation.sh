#!/usr/bin/env bash
# Measures what sessions cost when threads and when processes serve them: memory, logins, pings, a put.
#
#   isolation.sh WORKDIR        USERS="1 10 50" MIB=256
set -euo pipefail
work=${1:?usage: isolation.sh WORKDIR}
USERS=${USERS:-"1 10 50"} MIB=${MIB:-256}
root=$(cd "$(dirname "$0")/.." && pwd -P)
mkdir -p "$work"; work=$(cd "$work" && pwd -P)
jdk=${JAVA_HOME:-$(for home in /usr/lib/jvm/*; do grep -qs '^JAVA_VERSION="25[."]' "$home/release" && echo "$home" && break; done)}

(cd "$root" && mvn -B -q -Pbench -DskipTests -pl bench,client -am package)
"$root/anoncloud" --version >/dev/null
head -c "$((MIB << 20))" /dev/urandom >"$work/file"
echo "correct horse battery" >"$work/password"

for mode in thread process; do
  rm -rf "$work/$mode"; mkdir "$work/$mode"
  ANONCLOUD_HOME=$work/$mode/home "$root/anoncloud" server --data "$work/$mode/data" --listen 127.0.0.1:0 \
    --isolation "$mode" >"$work/$mode/log" 2>&1 &
  server=$!
  trap 'kill "$server"' EXIT
  until grep -qs "anoncloud://" "$work/$mode/log"; do sleep 0.1; done
  address=$(grep -o -m 1 'anoncloud://[^ ]*' "$work/$mode/log")
  echo "== $mode"
  # shellcheck disable=SC2086 # several counts
  "$jdk/bin/java" -Xmx512m -cp "$root/bench/target/bench.jar:$root/bench/target/lib/*" \
    org.anonymouscloud.bench.Isolation "$address" "$work/$mode/account" "$server" $USERS
  export ANONCLOUD_HOME=$work/$mode/client
  "$root/anoncloud" register --server "$address" --user alice --password-file "$work/password" --sheet "$work/$mode/sheet" >/dev/null
  for round in 1 2 3; do
    start=$(date +%s%N)
    "$root/anoncloud" put "$work/file" "/file$round" >/dev/null
    echo "put of $MIB MiB, round $round: $((($(date +%s%N) - start) / 1000000)) ms"
  done
  "$root/anoncloud" agent stop
  unset ANONCLOUD_HOME
  kill "$server"; wait "$server" || :
  trap - EXIT
done
