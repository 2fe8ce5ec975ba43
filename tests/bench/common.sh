# shellcheck shell=bash
# What the benchmarks share: a private site of ours, the peers, CPU seconds, medians. Sourced, not run.
#
# Everything is on loopback and bounded; only processes started here are ended, by pid.

set -euo pipefail
bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$bench/../.." && pwd)
bin=$root/build/release/bin
scratch=$(mktemp -d "${TMPDIR:-/tmp}/trunkline-bench.XXXXXX")
chmod 755 "$scratch"
rounds=${ROUNDS:-3}
children=()

note() { printf '%s\n' "$*" >&2; }

finish() {
  local pid
  for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
  # PostgreSQL still writes into its folder while it stops.
  wait "${children[@]}" 2>/dev/null || true
  [ ! -f "$scratch/site/trunkline.toml" ] || "$root/pipelines/quickstart" --state "$scratch/site" --purge >/dev/null 2>&1 || true
  rm -rf "$scratch"
}
trap finish EXIT

build_bench() {
  "$root/pipelines/packages" build run test
  cmake --preset release -S "$root" >/dev/null
  (cd "$root" && cmake --build --preset release \
    --target sipd recorderd sipctl cdrctl trunkline media_load many_devices phone_times >"$scratch/build.log") || {
    tail -n 20 "$scratch/build.log" >&2
    return 1
  }
}

# CPU milliseconds (user + system) of processes so far: /proc/stat undercounts on virtual machines, this does not.
cpu_ms() { # PID...
  local pid total=0 fields tick
  tick=$(getconf CLK_TCK)
  for pid; do
    fields=$(sed 's/^.*) //' "/proc/$pid/stat")
    # shellcheck disable=SC2086 # words, by intent
    set -- $fields
    total=$((total + (${12} + ${13}) * 1000 / tick))
  done
  echo "$total"
}
# The process and what it forked.
family() { # PID
  echo "$1"
  pgrep -P "$1" || true
}

median() { # NUMBERS, one a line
  sort -n | awk '{v[NR]=$1} END {print (NR % 2) ? v[(NR+1)/2] : (v[NR/2] + v[NR/2+1]) / 2}'
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
per_thousand() { awk -v ms="$1" -v n="$2" 'BEGIN {printf "%.4f", ms / n}'; } # ms for n things = s for 1000 n... per 1000

wait_for_udp() { # PORT
  local _
  for _ in $(seq 100); do
    ss -Hlnu "sport = :$1" | grep -q . && return 0
    sleep 0.1
  done
  note "nothing listens on UDP port $1"
  return 1
}

# ---- our site ---------------------------------------------------------------------------------------------------------

site_up() {
  "$root/pipelines/quickstart" --state "$scratch/site" --keep --no-demo >"$scratch/site.log" 2>&1 || {
    cat "$scratch/site.log" >&2
    exit 1
  }
  config=$scratch/site/trunkline.toml
  sip_port=$(sed -n 's/^listen = \["udp:[^:]*:\([0-9]*\)".*/\1/p' "$config" | head -n 1)
  ng_port=$(sed -n 's/^ng = \["udp:127.0.0.1:\([0-9]*\)".*/\1/p' "$config")
  sipd=$(daemon_pid sipd)
  recorderd=$(daemon_pid recorderd)
  # One device calls for many.
  tool trunkline --quiet config set guard.device_calls 0 >/dev/null
  tool trunkline --quiet config set guard.device_calls_per_minute 0 >/dev/null
  tool sipctl --quiet reload
}
daemon_pid() { # NAME: of the site that runs from this scratch folder
  local pid
  for pid in $(pgrep -x "$1"); do
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "$scratch/site/" && echo "$pid" && return
  done
  note "$1 does not run"
  return 1
}
# sipd of the site, again: by itself, so that nothing else of a start is measured.
stop_sipd() {
  kill "$sipd"
  while kill -0 "$sipd" 2>/dev/null; do sleep 0.05; done
}
start_sipd() {
  "$bin/sipd" --config "$config" >>"$scratch/sipd.log" 2>&1 &
  sipd=$!
  children+=("$sipd")
}
tool() { # TOOL ARGUMENTS...
  local name=$1
  shift
  "$bin/$name" --config "$config" "$@"
}
# Makes a device; prints its password.
add_device() { # NAME EXTENSION [FLAGS]
  tool sipctl --quiet --json device add "$1" --extension "$2" "${@:3}" | sed -n 's/.*"password":"\([^"]*\)".*/\1/p'
}
domain() { tool trunkline --json tenant list | sed -n 's/.*"domain":"\([^"]*\)".*/\1/p' | head -n 1; }

# ---- sipp -------------------------------------------------------------------------------------------------------------

sipp_run() { # SCENARIO FIELDS-FILE LOCAL-PORT REMOTE [FLAGS]; fails when a call failed
  # A digest is for what is requested; by itself sipp signs for the server's address (RFC 7616 3.4.6): -auth_uri.
  local scenario=$1 fields=$2 port=$3 remote=$4
  shift 4
  (cd "$scratch" && sipp -sf "$bench/sipp/$scenario.xml" -inf "$fields" -i 127.0.0.1 -p "$port" -nostdin "$@" "$remote" \
    >"$scratch/sipp.$port.log" 2>&1) || {
    grep -aE 'Successful call|Failed call|Retrans|error|Unexpected|WARNING' "$scratch/sipp.$port.log" | tail -n 12 >&2
    note "sipp $scenario against $remote failed"
    return 1
  }
}
sipp_called() { # LOCAL-PORT: answers until the end of the benchmark
  (cd "$scratch" && exec sipp -sf "$bench/sipp/called.xml" -i 127.0.0.1 -p "$1" -nostdin 127.0.0.1 >/dev/null 2>&1) &
  children+=($!)
  wait_for_udp "$1"
}

# Two ways from a caller to a called, side by side: Kamailio's proxy from port 26080 by $kamailio (26060) to 26070, fields in
# plain.csv; and the site's sipd from port 26081 to bob at 26071, fields in caller.csv.
two_ways_up() {
  local alice bob
  mkdir "$scratch/kamailio"
  # A thousand transactions a second live for half a minute: 64 MB would not hold them.
  (cd "$scratch" && exec kamailio -m 512 -f "$bench/peers/kamailio-proxy.cfg" -A LISTEN=udp:127.0.0.1:26060 \
    -A 'TARGET="sip:127.0.0.1:26070"' -P "$scratch/kamailio/pid" -Y "$scratch/kamailio" -DD -E >"$scratch/kamailio.log" 2>&1) &
  kamailio=$!
  children+=("$kamailio")
  wait_for_udp 26060
  sipp_called 26070
  printf 'SEQUENTIAL\nalice;-;102\n' >"$scratch/plain.csv"

  site_up
  alice=$(add_device alice 101 --recording off)
  bob=$(add_device bob 102 --recording off)
  printf 'SEQUENTIAL\nalice;[authentication username=alice password=%s];102\n' "$alice" >"$scratch/caller.csv"
  printf 'SEQUENTIAL\nbob;[authentication username=bob password=%s];26071\n' "$bob" >"$scratch/register.csv"
  # From the port that will answer: calls go where the registration came from.
  sipp_run register "$scratch/register.csv" 26071 "127.0.0.1:$sip_port" -m 1
  sipp_called 26071
}
