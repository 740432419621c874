#!/usr/bin/env bash
# Where the processor time of 1 GiB up and down goes, by stage, in a new server and a new agent: samples of JFR
# (jdk.CPUTimeSample), the threads of the compilers and of the collector by what the kernel says of them.
#
#   stages.sh WORKDIR          SIZE_MIB=1024 CANDIDATE=bench/candidate
set -euo pipefail
work=${1:?usage: stages.sh WORKDIR}
root=$(cd "$(dirname "$0")/.." && pwd -P)
SIZE_MIB=${SIZE_MIB:-1024} CANDIDATE=${CANDIDATE:-$root/bench/candidate} PERIOD=5
rm -rf "$work/stages"; mkdir -p "$work/stages"; work=$(cd "$work/stages" && pwd -P)
jdk=${JAVA_HOME:-$(for home in /usr/lib/jvm/*; do grep -qs '^JAVA_VERSION="25[."]' "$home/release" && echo "$home" && break; done)}
stages() { "$jdk/bin/java" -cp "${STAGES:-$root/bench/target/bench.jar}" org.anonymouscloud.bench.Stages "$@"; }

cat >"$work/settings.jfc" <<XML
<configuration version="2.0">
  <event name="jdk.CPUTimeSample"><setting name="enabled">true</setting><setting name="throttle">${PERIOD}ms</setting></event>
</configuration>
XML
openssl enc -aes-128-ctr -nosalt -K 00000000000000000000000000000001 -iv 00000000000000000000000000000000 </dev/zero 2>/dev/null \
  | head -c $((SIZE_MIB << 20)) >"$work/data" || true

ANONCLOUD_JAVA_OPTIONS="-XX:StartFlightRecording=filename=$work/%p.jfr,settings=$work/settings.jfc" "$CANDIDATE" start "$work/run" >/dev/null 2>&1
trap '"$CANDIDATE" stop "$work/run" >/dev/null 2>&1 || true' EXIT
server=$("$CANDIDATE" pids "$work/run" | awk '/^server/{print $2}')
agent=$("$CANDIDATE" pids "$work/run" | awk '/^client/{print $2}')

# Milliseconds that a process has used, in its compilers, in its collector, in all.
used() {
  local all=0 compile=0 collect=0 stat ticks
  for task in /proc/"$1"/task/*; do
    stat=$(cat "$task/stat" 2>/dev/null) || continue
    set -- ${stat##*) }
    ticks=$(((${12} + ${13}) * 10))
    all=$((all + ticks))
    case $(cat "$task/comm") in
      C1*|C2*) compile=$((compile + ticks)) ;;
      VM\ Thread|GC*) collect=$((collect + ticks)) ;;
    esac
  done
  echo "$compile $collect $all"
}
now() { date +%s%3N; }
declare -A from until before after
for way in up down; do
  from[$way]=$(now); before[$way]="$(used "$agent") $(used "$server")"
  if [ $way = up ]; then "$CANDIDATE" put "$work/data" /data >/dev/null; else "$CANDIDATE" get /data "$work/copy" >/dev/null; fi
  until[$way]=$(now); after[$way]="$(used "$agent") $(used "$server")"
done
cmp "$work/data" "$work/copy"
"$CANDIDATE" stop "$work/run" >/dev/null 2>&1; trap - EXIT
for _ in $(seq 100); do [ -d "/proc/$agent" ] || [ -d "/proc/$server" ] || break; sleep 0.1; done

for way in up down; do
  read -r a1 a2 a3 s1 s2 s3 <<<"${before[$way]}"; read -r b1 b2 b3 t1 t2 t3 <<<"${after[$way]}"
  for side in agent server; do
    if [ $side = agent ]; then pid=$agent; set -- $((b1 - a1)) $((b2 - a2)) $((b3 - a3)); else pid=$server; set -- $((t1 - s1)) $((t2 - s2)) $((t3 - s3)); fi
    echo "== $way, $side: ms for $SIZE_MIB MiB"
    { stages "$work/$pid.jfr" "${from[$way]}" "${until[$way]}" "$PERIOD" 2>"$work/$way-$side.other"
      printf 'compile\t%s\ncollect\t%s\nall\t%s\n' "$@"; }
  done
done
