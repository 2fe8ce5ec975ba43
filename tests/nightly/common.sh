# shellcheck shell=bash
# What the nightly scripts share: Debian chroots that are made once and thrown away after use. Sourced, not run.
#
# A chroot's base lies in $TRUNKLINE_CHROOTS (/var/tmp/trunkline-chroots) and is made by debootstrap from the mirror
# that this machine's apt uses. Work happens in an overlay over it, in mount, process and network namespaces of its own:
# what was started and mounted is gone when the script ends, and nothing of it can meet other programs of this machine.

set -euo pipefail
nightly=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$nightly/../.." && pwd)
system='' # the pid of a booted chroot's systemd
chroots=${TRUNKLINE_CHROOTS:-/var/tmp/trunkline-chroots}

say() { printf '== %s (%s s)\n' "$*" "$SECONDS" >&2; }
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  [ -z "${2:-}" ] || printf 'hint: %s\n' "$2" >&2
  exit "${3:-1}"
}

# The rest of a script in namespaces of its own; its processes end with it. The network stays: apt needs it.
in_own_namespaces() { # "$0" "$@"
  [ "$(id -u)" -eq 0 ] || fail "chroots and namespaces need root" "sudo $1" 77
  [ -z "${TRUNKLINE_NAMESPACES:-}" ] || return 0
  TRUNKLINE_NAMESPACES=yes exec unshare --mount --pid --fork --kill-child --mount-proc "$@"
}

mirror() {
  # shellcheck disable=SC2016 # apt expands
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1
}

# Makes a release's base unless it is there, with these packages in it.
make_base() { # SUITE NAME PACKAGE...
  local suite=$1 base=$chroots/$2 from
  shift 2
  [ ! -f "$base/.complete" ] || return 0
  if [ ! -f "$base/.bootstrapped" ]; then
    "$root/pipelines/packages" nightly
    from=$(mirror)
    [ -n "$from" ] || fail "no Debian mirror among apt's sources" "see apt-get indextargets" 69
    say "debootstrap $suite"
    rm -rf "$base"
    mkdir -p "$chroots"
    debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$suite" "$base" "$from" \
      >"$base.log" 2>&1 || { tail -n 5 "$base.log" >&2 && fail "debootstrap failed" "see $base.log" 69; }
    touch "$base/.bootstrapped"
  fi
  # No service starts by itself: the tests say when.
  printf '#!/bin/sh\nexit 101\n' >"$base/usr/sbin/policy-rc.d"
  chmod 755 "$base/usr/sbin/policy-rc.d"
  say "packages of $suite"
  mount_system "$base"
  inside "$base" apt-get -q update >>"$base.log" 2>&1
  inside "$base" apt-get -q install -y --no-install-recommends "$@" >>"$base.log" 2>&1 ||
    { tail -n 5 "$base.log" >&2 && fail "apt-get failed in the chroot" "see $base.log" 69; }
  inside "$base" apt-get clean
  unmount_system "$base"
  touch "$base/.complete"
}

mount_system() { # FOLDER
  mount -t proc proc "$1/proc"
  mount --rbind --make-rslave /dev "$1/dev"
  mount -t tmpfs -o mode=755 tmpfs "$1/run"
  cp --dereference /etc/resolv.conf "$1/etc/resolv.conf"
}
unmount_system() { # FOLDER
  umount -l "$1/run" "$1/dev" "$1/proc"
}

# An overlay over a base, for this run; its path is in $chroot.
enter_base() { # NAME
  local work
  work=$(mktemp -d "$chroots/run.XXXXXX")
  # shellcheck disable=SC2064 # now, not later
  trap "leave_base $work" EXIT
  mkdir "$work/upper" "$work/work" "$work/root"
  mount -t overlay overlay -o "lowerdir=$chroots/$1,upperdir=$work/upper,workdir=$work/work" "$work/root"
  chroot=$work/root
  mount_system "$chroot"
}

leave_base() { # FOLDER
  if [ -n "$system" ]; then
    kill -KILL "$system" 2>/dev/null || true
    wait "$launcher" 2>/dev/null || true
    find "$group" -depth -type d -exec rmdir {} +
  fi
  umount -l "$1/root" 2>/dev/null || true
  rm -rf "$1"
}

inside() { # FOLDER COMMAND...
  local folder=$1
  shift
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    chroot "$folder" "$@"
}

# Boots the chroot with systemd as its process 1, in namespaces and a cgroup of its own; its pid is in $system.
boot() { # FOLDER
  local _
  group=/sys/fs/cgroup/trunkline-nightly-$(basename "$(dirname "$1")")
  mountpoint -q /sys/fs/cgroup/unified && group=/sys/fs/cgroup/unified/${group##*/}
  mkdir "$group"
  umount -l "$1/dev" "$1/run" "$1/proc"
  rm -f "$1/usr/sbin/policy-rc.d" # here services start
  # shellcheck disable=SC2016 # the inner shell expands
  sh -c 'echo $$ >"$1/cgroup.procs" && exec unshare --mount --pid --fork --cgroup --uts --ipc --net --kill-child \
    bash "$2" "$3"' sh "$group" "$nightly/boot_inside" "$1" >"$chroots/boot.log" 2>&1 &
  launcher=$!
  for _ in $(seq 600); do
    system=$(pgrep -P "$launcher" | head -n 1) || true
    # "degraded" is as good: not every unit of Debian's likes a container.
    case $([ -z "$system" ] || booted systemctl is-system-running 2>/dev/null || true) in running | degraded) return 0 ;; esac
    sleep 0.2
  done
  tail -n 20 "$chroots/boot.log" >&2
  fail "systemd did not come up in the chroot" "see $chroots/boot.log"
}
booted() { # COMMAND...: in the booted chroot
  nsenter -t "$system" --all --root --wd env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}
