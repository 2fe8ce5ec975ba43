# shellcheck shell=bash
# A private PostgreSQL with trunkline's schema for the benchmarks of the ledger. Sourced behind common.sh.

cluster_up() { # prints nothing; sets $url, $config
  local tools folder=$scratch/pg
  tools=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  mkdir -m 700 "$folder" "$scratch/socket"
  owner=()
  if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$folder" "$scratch/socket"
    owner=(setpriv --reuid=postgres --regid=postgres --init-groups)
  fi
  "${owner[@]}" "$tools/initdb" -D "$folder" -A trust -U postgres --no-instructions >/dev/null
  # As Debian sets it up, but for the log.
  "${owner[@]}" "$tools/postgres" -D "$folder" -k "$scratch/socket" -c listen_addresses= -c max_wal_size=2GB \
    >"$scratch/postgres.log" 2>&1 &
  cluster=$!
  children+=("$cluster")
  chmod 755 "$scratch/socket"
  local _
  for _ in $(seq 100); do
    "${owner[@]}" "$tools/pg_isready" -q -h "$scratch/socket" && break
    sleep 0.1
  done
  url="host=$scratch/socket user=postgres dbname=trunkline"
  export PGHOST=$scratch/socket PGUSER=postgres
  psql -q -d postgres -f "$root/schemas/db/roles.sql"
  createdb -O trunkline_owner trunkline
  local file
  for file in "$root"/schemas/db/[0-9]*.sql; do
    psql -q -v ON_ERROR_STOP=1 -1 -d trunkline -c "SET search_path = ''" -c 'SET ROLE trunkline_owner' -f "$file" >/dev/null
  done
  config=$scratch/trunkline.toml
  printf '[db]\nurl = "%s"\n' "$url" >"$config"
}
milliseconds() { # COMMAND...
  local begun
  begun=$(date +%s%N)
  "$@"
  echo $((($(date +%s%N) - begun) / 1000000))
}
sql() { psql -qAtX -v ON_ERROR_STOP=1 -d trunkline "$@"; }
