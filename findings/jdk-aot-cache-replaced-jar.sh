#!/bin/sh
# The JDK's AOT cache (JEP 483, 514) goes on giving out classes of a jar that was replaced.
#
# One would think that a cache is used only with the jars that it was made from: the dynamic CDS archive, its
# forerunner in the same JDK, compares time and size of each jar and says "A jar file is not the one used while
# building the shared archive file". With -XX:AOTCache the jar on the class path may be replaced by one of
# another size and a later time: the old class runs, exit code 0, not a word in the default log.
#
# Seen with Temurin 25.0.3+9 on Linux x86-64, serial collector, default flags:
#   without a cache: replaced
#   dynamic archive, jar replaced: replaced
#   AOT cache, jar replaced: old
#
# So whoever ships a cache, or keeps one beside the program, names it by the build (docs/adr/0004-class-cache.md).
# Needs a JDK 25 under JAVA_HOME or /usr/lib/jvm. Writes into a temporary folder alone. Fails if this changes.
set -eu

for jdk in "${JAVA_HOME:-/nonexistent}" /usr/lib/jvm/*; do
  if [ -r "$jdk/release" ] && grep -q '^JAVA_VERSION="25[."]' "$jdk/release"; then break; fi
done
grep -q '^JAVA_VERSION="25[."]' "$jdk/release" || { echo 'A JDK 25 is needed.' >&2; exit 2; }
grep -E '^(JAVA_RUNTIME_VERSION|IMPLEMENTOR)=' "$jdk/release"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# build WORD: a jar whose program prints it, of another size for each word
build() {
  mkdir -p "$1"
  printf 'public class Main { public static void main(String[] a) { System.out.println(new Word().get()); } }\nclass Word { String get() { return "%s"; } }\n' \
    "$1" >"$1/Main.java"
  "$jdk/bin/javac" -d "$1/classes" "$1/Main.java"
  "$jdk/bin/jar" cf program.jar -C "$1/classes" .
}

run() {
  "$jdk/bin/java" -XX:+UseSerialGC "$@" -cp program.jar Main 2>/dev/null | tail -n 1
}

build old
touch -d '2026-01-01' program.jar
run -XX:ArchiveClassesAtExit=dynamic.jsa >/dev/null
run -XX:AOTCacheOutput=cache.aot >/dev/null
before=$(wc -c <program.jar)
build replaced
[ "$(wc -c <program.jar)" != "$before" ] || { echo 'The jars have one size; nothing is shown.' >&2; exit 2; }

dynamic=$(run -XX:SharedArchiveFile=dynamic.jsa)
aot=$(run -XX:AOTCache=cache.aot)
none=$(run -XX:AOTMode=off)
echo "without a cache: $none"
echo "dynamic archive, jar replaced: $dynamic"
echo "AOT cache, jar replaced: $aot"
[ "$none $dynamic $aot" = 'replaced replaced old' ] || { echo 'This has changed.' >&2; exit 1; }
