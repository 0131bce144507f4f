# What the scripts of this folder share. Sourced, not run.

servers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${WIREFORM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wireform}
apicurio_version=3.3.3

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# Major version of the JDK in folder $1.
java_major() {
  "$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1
}

# The first JDK of at least version $1: JAVA_HOME, then the newest under /usr/lib/jvm, then PATH's.
find_java() {
  local home major newest=0 found=
  if [ -n "${JAVA_HOME:-}" ] && [ "$(java_major "$JAVA_HOME")" -ge "$1" ]; then
    echo "$JAVA_HOME/bin/java"
    return
  fi
  for home in /usr/lib/jvm/*/; do
    [ -x "${home}bin/java" ] || continue
    major=$(java_major "${home%/}")
    if [ "${major:-0}" -ge "$1" ] && [ "$major" -gt "$newest" ]; then
      newest=$major
      found=${home}bin/java
    fi
  done
  [ -n "$found" ] || die "no JDK of version $1 or newer: set JAVA_HOME"
  echo "$found"
}

# Makes folder $cache/$1 with the command that follows, which gets a new folder to fill; once,
# also when two runs start together.
cached() {
  local name=$1 fresh
  shift
  mkdir -p "$cache"
  (
    flock 9
    [ -d "$cache/$name" ] && exit 0
    fresh=$(mktemp -d "$cache/$name.XXXXXX")
    if "$@" "$fresh" >"$fresh.log" 2>&1; then
      mv "$fresh" "$cache/$name"
      rm -f "$fresh.log"
    else
      tail -n 20 "$fresh.log" >&2
      rm -rf "$fresh" "$fresh.log"
      exit 1
    fi
  ) 9>"$cache/$name.lock" || die "cannot download $name"
  echo "$cache/$name"
}

download_kafka() {
  mvn -q -B -f "$servers/kafka-pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$1"
}

download_apicurio() {
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact="io.apicurio:apicurio-registry-app:$apicurio_version:tar.gz:all" \
    -DoutputDirectory="$1" &&
    tar xzf "$1"/*.tar.gz -C "$1" && rm "$1"/*.tar.gz
}

# Folder with Kafka's jars; named by what is in them.
kafka_jars() {
  cached "kafka-$(sha256sum "$servers/kafka-pom.xml" | cut -c1-12)" download_kafka
}

apicurio_app() {
  cached "apicurio-$apicurio_version" download_apicurio
}

# $1 ports that are free now, on one line.
free_ports() {
  python3 - "$1" <<'PY'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))
PY
}

# Waits until the command after the pid $1 and log $2 succeeds, up to 90 s.
wait_until() {
  local pid=$1 log=$2 end=$((SECONDS + 90))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$pid" 2>/dev/null || [ "$SECONDS" -ge "$end" ]; then
      tail -n 30 "$log" >&2
      die "a server did not come up; its log ends above"
    fi
    sleep 0.3
  done
}

is_listening() { (: <"/dev/tcp/127.0.0.1/$1"); }
