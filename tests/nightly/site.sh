# shellcheck shell=bash
# What soak and crashes share: a private site with two phones made of sipp. Sourced, not run.
#
# The site, its tools and the rule that only processes started here are ended come from tests/bench/common.sh.

# shellcheck source=../bench/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../bench/common.sh"
nightly=$root/tests/nightly
results=$root/build/nightly
mkdir -p "$results"

seconds_of() { # 90, 90s, 20m or 2h
  case $1 in
    *h) echo $((${1%h} * 3600)) ;;
    *m) echo $((${1%m} * 60)) ;;
    *) echo $((${1%s})) ;;
  esac
}

# A site whose registrations live for a day, with the devices alice (101) and bob (102), bob answering on port 26071.
phones_up() { # RECORDING-MODE
  build_bench
  site_up
  # Where the daemons' users cannot reach the build, they run copies.
  programs=$(dirname "$(readlink "/proc/$sipd/exe")")
  tool trunkline --quiet config set sip.expires_max 1d >/dev/null
  local alice bob
  alice=$(add_device alice 101 --recording "$1")
  bob=$(add_device bob 102 --recording "$1")
  restart recorderd
  restart sipd
  printf 'SEQUENTIAL\nalice;[authentication username=alice password=%s];102\n' "$alice" >"$scratch/caller.csv"
  printf 'SEQUENTIAL\nbob;[authentication username=bob password=%s];<sip:bob@[local_ip]:26071>;86400\n' "$bob" >"$scratch/register.csv"
  # From the port that will answer: calls go where the registration came from.
  (phone register 26071 "127.0.0.1:$sip_port" -inf "$scratch/register.csv" -m 1)
  phone called 26071 127.0.0.1 &
  children+=($!)
  wait_for_udp 26071
}

# The shell becomes a sipp; its log of Call-IDs is $scratch/SCENARIO.log.
phone() { # SCENARIO PORT REMOTE [FLAGS]
  cd "$scratch"
  exec sipp -sf "$nightly/sipp/$1.xml" -i 127.0.0.1 -p "$2" -nostdin -trace_logs -log_file "$scratch/$1.log" \
    "${@:4}" "$3" >"$scratch/sipp.$1.out" 2>&1
}
call() { # RATE CALLS [FLAGS]: alice calls bob; the shell becomes a sipp
  phone caller 26081 "127.0.0.1:$sip_port" -inf "$scratch/caller.csv" -auth_uri "102@127.0.0.1:$sip_port" -r "$1" -m "$2" "${@:3}"
}

user_of() { # DAEMON
  if [ "$(id -u)" -ne 0 ]; then
    id -un
  elif [ "$1" = sipd ]; then
    echo trunkline-sip
  else
    echo trunkline-rec
  fi
}
# Starts a daemon anew, as the site's script does; its pid is in $sipd or $recorderd, and where that script looks for it.
start() { # DAEMON
  local socket become=()
  socket=$(sed -n 's/^control = "\(.*\/'"$1"'\/control\)"/\1/p' "$config" | head -n 1)
  rm -f "$socket"
  [ "$(id -u)" -ne 0 ] || become=(setpriv --reuid "$(user_of "$1")" --regid "$(user_of "$1")" --init-groups --reset-env)
  (exec "${become[@]}" setsid "$programs/$1" --config "$config" </dev/null >>"$scratch/site/log/$1.log" 2>&1) &
  printf -v "$1" %s $!
  disown $! # the shell need not tell of every kill
  echo "${!1}" >"$(dirname "$(dirname "$socket")")/$1.pid"
  local _
  for _ in $(seq 300); do
    [ -S "$socket" ] && return 0
    sleep 0.1
  done
  tail -n 5 "$scratch/site/log/$1.log" >&2
  note "$1 did not start again"
  exit 1
}
end() { # DAEMON SIGNAL
  kill "-$2" "${!1}"
  while kill -0 "${!1}" 2>/dev/null; do sleep 0.05; done
}
restart() { # DAEMON
  end "$1" TERM
  start "$1"
}

status() { # DAEMON: its status object
  tool trunkline --json status | sed -n "/\"part\":\"$1\"/p" | python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["status"]))'
}
# Whether nothing of any call is left; says what is.
is_idle() {
  { status sipd && status recorderd; } | python3 -c '
import json, sys
sipd, recorderd = (json.loads(line) for line in sys.stdin)
left = {"calls": sipd["calls"], "open calls": sipd["calls_open"], "timers": sipd["timers"],
        "dialogs": sipd["sip"]["dialogs"], "sessions": recorderd["sessions"],
        "ports": recorderd["ports"]["in_use"], "recordings": recorderd["recordings_running"]}
left = {name: count for name, count in left.items() if count}
print(left or "nothing")
sys.exit(1 if left else 0)'
}
wait_until_idle() { # SECONDS
  local _ left
  for _ in $(seq "$1"); do
    left=$(is_idle) && return 0
    sleep 1
  done
  echo "NO  left over: $left"
  return 1
}
