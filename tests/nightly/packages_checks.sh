# shellcheck shell=bash
# What the two inner halves of tests/nightly/packages share. Sourced, not run.
#
# Each check is one line; the first that fails ends the script with 1.
set -euo pipefail

check() { # WORDS COMMAND...
  if "${@:2}" >/tmp/check.log 2>&1; then
    printf '  ok  %s\n' "$1"
    return
  fi
  printf '  NO  %s\n' "$1"
  printf '      %s\n' "${*:2}"
  sed 's/^/      /' /tmp/check.log | tail -n 30
  [ ! -d /run/systemd/system ] || journalctl --no-pager -n 30 -o cat -u sipd -u recorderd -u 'trunkline-*' | sed 's/^/      /'
  exit 1
}
not() { ! "$@"; }
says() { grep -q -- "$1" "$2"; } # WORDS FILE
is_there() { [ -e "$1" ]; }
owner_and_mode() { [ "$(stat -c '%U:%G %a' "$1")" = "$2 $3" ]; }
until_true() { # COMMAND...: within 30 s
  local _
  for _ in $(seq 300); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  return 1
}

demo() { trunkline demo --seconds "$1"; }
live_calls() { sipctl --json call list | wc -l; }
is_live() { [ "$(live_calls)" -eq 1 ]; }
calls() { cdrctl --json list | wc -l; }
has_calls() { [ "$(calls)" -eq "$1" ]; }
shipped() { until_true has_calls "$1"; }
plays() { # RECORDING: a WAV file of some length comes out
  cdrctl recording cat "$1" >/tmp/played.wav && [ "$(stat -c %s /tmp/played.wav)" -gt 16000 ] &&
    [ "$(head -c 4 /tmp/played.wav)" = RIFF ]
}
recordings() { cdrctl --json recording list | wc -l; }
has_recordings() { [ "$(recordings)" -eq "$1" ]; }
last_recording() { cdrctl --json recording list | jq -r .recording | head -n 1; }
units_are_clean() { # systemd-analyze ends 0 on unknown keys, but not silently
  [ -z "$(systemd-analyze verify sipd.service recorderd.service 2>&1 | tee /dev/stderr)" ]
}
postgres() { # start|stop
  local version name
  pg_lsclusters -h | while read -r version name _; do pg_ctlcluster "$version" "$name" "$1"; done
}
has_files() { [ "$(find /var/lib/trunkline/recordings -name '*.wav.enc' | wc -l)" -eq "$1" ]; }
nothing_is_left() { # but the two folders with what was said to stay, and what this test made
  find / -xdev \( -name '*trunkline*' -o -name sipd -o -name recorderd \) | grep -vE '^/(mnt|tmp|var/log|var/cache)/' |
    grep -vE '^/(etc|var/lib)/trunkline$|^/var/lib/trunkline/demo/|^/var/lib/postgresql/' >/tmp/left || true
  cat /tmp/left
  [ ! -s /tmp/left ]
}
packages=(trunkline trunkline-recorderd trunkline-sipd)
install_new() { apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-confold /mnt/new/*.deb; }
is_version() { # VERSION
  local package
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${Version}' "$package")" = "$1" ] || return 1
  done
}
