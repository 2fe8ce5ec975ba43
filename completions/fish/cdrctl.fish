# SPDX-License-Identifier: MIT
# Completion of cdrctl for fish; generated from its table of verbs.
function __cdrctl_is_at
    set -l verb
    for word in (commandline -opc)[2..]
        set -l longer (string join -- ' ' $verb $word)
        contains -- $longer 'export' 'list' 'partition' 'partition ensure' 'partition list' 'prove' 'recording' 'recording cat' 'recording export' 'recording list' 'recording play' 'recording show' 'show' 'tail'; and set verb $longer
    end
    test "$verb" = "$argv[1]"
end
complete -c cdrctl -f
complete -c cdrctl -s h -d 'a short help'
complete -c cdrctl -l help -d 'the whole help'
complete -c cdrctl -s V -l version -d 'name, version and commit'
complete -c cdrctl -l config -d 'read this file instead of /etc/trunkline/trunkline.toml' -r -F
complete -c cdrctl -l set -d 'change a setting for this run; may be repeated' -x -a 'db.url= log.level= log.format= log.numbers= sip.listen= sip.tls_certificate= sip.tls_key= sip.tls_verify_clients= sip.tls_client_ca= sip.advertised_address= sip.advertised_networks= sip.nat_keepalive= sip.connections_per_source= sip.connection_idle= sip.expires_min= sip.expires_max= sip.expires_default= sip.ring_timeout= sip.max_calls= sip.stale_after= sip.session_expires= sip.min_se= sip.drain_timeout= sip.state_dir= sip.control= sip.nonce_life= sip.key_file= sip.ng= sip.media_control= guard.allow= guard.wrong_passwords= guard.ban_time= guard.ban_scanners= guard.packets_per_second= guard.source_calls= guard.source_calls_per_minute= guard.source_registrations= guard.source_registrations_per_minute= guard.device_calls= guard.device_calls_per_minute= guard.calls_per_second= guard.max_lag= guard.max_transactions= media.ng_listen= media.ng_allow= media.address= media.address6= media.advertised_address= media.advertised_networks= media.rtp_min= media.rtp_max= media.threads= media.timeout= media.state_dir= media.control= recording.path= recording.key_ring= recording.key_mirror= backup.state_dir= retention.default_days= ledger.keep= ledger.enabled='
complete -c cdrctl -l json -d 'one JSON object a line, errors too'
complete -c cdrctl -l color -d 'when to use colour' -x -a 'auto always never'
complete -c cdrctl -l no-pager -d 'print long answers straight to the terminal'
complete -c cdrctl -s q -l quiet -d 'no conversation on standard error but errors'
complete -c cdrctl -l yes -d 'answer every question with yes'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'export' -d 'write calls as CSV or JSON lines'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'list' -d 'list calls, newest first'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'partition' -d 'ensure, list'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'prove' -d 'prove that the ledger is whole, or show the hole'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'recording' -d 'cat, export, list, play, show'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'show' -d 'show a call: how it went, its media and its recordings'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'tail' -d 'follow the calls: each that begins, is answered, ends'
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l format -d 'csv as of RFC 4180, or jsonl: one object a line, as --json' -x -a 'csv jsonl'
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l tz -d 'the time zone of all times, also of --since and --until (UTC if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l no-header -d 'no first line with the names of the columns'
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l cursor-file -d 'only what ended since the last export that used this file' -r -F
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l cursor -d 'the same, with the cursor in words: start, or what the last export said' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l since -d 'started at or after: today, yesterday, 2h, 2026-11-21, "2026-11-21 08:00"' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l until -d 'started before' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l caller -d 'number or name of the caller' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l called -d 'number, name or dialled digits of the called' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l disposition -d 'only calls that ended so' -x -a 'answered busy missed rejected cancelled failed refused interrupted'
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l live -d 'only calls that have not ended'
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l ended -d 'only calls that have ended'
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l number -d 'number or name of either party' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l tenant -d 'only of this tenant' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -s n -l limit -d 'at most so many, newest first; 0 for all' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l since -d 'started at or after: today, yesterday, 2h, 2026-11-21, "2026-11-21 08:00"' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l until -d 'started before' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l caller -d 'number or name of the caller' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l called -d 'number, name or dialled digits of the called' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l disposition -d 'only calls that ended so' -x -a 'answered busy missed rejected cancelled failed refused interrupted'
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l live -d 'only calls that have not ended'
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l ended -d 'only calls that have ended'
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l number -d 'number or name of either party' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l tenant -d 'only of this tenant' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -s n -l limit -d 'at most so many, newest first; 0 for all' -x
complete -c cdrctl -n '__cdrctl_is_at \'partition\'' -a 'ensure' -d 'make the ledger\'s tables for the months to come'
complete -c cdrctl -n '__cdrctl_is_at \'partition\'' -a 'list' -d 'list the months in which the ledger is kept'
complete -c cdrctl -n '__cdrctl_is_at \'partition ensure\'' -l ahead -d 'how many months beyond this one' -x
complete -c cdrctl -n '__cdrctl_is_at \'prove\'' -l lag -d 'how old an entry of this host may be without being shipped' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording\'' -a 'cat' -d 'write a recording\'s audio to stdout'
complete -c cdrctl -n '__cdrctl_is_at \'recording\'' -a 'export' -d 'write a recording into a sound file'
complete -c cdrctl -n '__cdrctl_is_at \'recording\'' -a 'list' -d 'list recordings, newest first'
complete -c cdrctl -n '__cdrctl_is_at \'recording\'' -a 'play' -d 'play a recording on this computer\'s loudspeaker'
complete -c cdrctl -n '__cdrctl_is_at \'recording\'' -a 'show' -d 'show a recording and who accessed it'
complete -c cdrctl -n '__cdrctl_is_at \'recording cat\'' -l from -d 'begin at this place: 90s, 1:30, 1:02:03' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording cat\'' -l to -d 'end at this place' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording cat\'' -l reason -d 'why, for the audit log' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording export\'' -l from -d 'begin at this place: 90s, 1:30, 1:02:03' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording export\'' -l to -d 'end at this place' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording export\'' -l reason -d 'why, for the audit log' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording export\'' -l format -d 'wav, flac or opus, where the name of the file does not say it' -x -a 'wav flac opus'
complete -c cdrctl -n '__cdrctl_is_at \'recording export\'' -l force -d 'replace a file that is there'
complete -c cdrctl -n '__cdrctl_is_at \'recording list\'' -l since -d 'started at or after: today, yesterday, 2h, 2026-11-21, "2026-11-21 08:00"' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording list\'' -l until -d 'started before' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording list\'' -l number -d 'number or name of either party' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording list\'' -l status -d 'only recordings that are so' -x -a 'recording complete truncated failed unsupported'
complete -c cdrctl -n '__cdrctl_is_at \'recording list\'' -l tenant -d 'only of this tenant' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording list\'' -s n -l limit -d 'at most so many, newest first; 0 for all' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording play\'' -l from -d 'begin at this place: 90s, 1:30, 1:02:03' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording play\'' -l to -d 'end at this place' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording play\'' -l reason -d 'why, for the audit log' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording play\'' -l speed -d 'faster or slower at the same pitch: 0.5 to 2' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording play\'' -l player -d 'a shell command that plays WAV from its standard input ($TRUNKLINE_PLAYER)' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l since -d 'started at or after: today, yesterday, 2h, 2026-11-21, "2026-11-21 08:00"' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l until -d 'started before' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l caller -d 'number or name of the caller' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l called -d 'number, name or dialled digits of the called' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l disposition -d 'only calls that ended so' -x -a 'answered busy missed rejected cancelled failed refused interrupted'
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l live -d 'only calls that have not ended'
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l ended -d 'only calls that have ended'
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l number -d 'number or name of either party' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l tenant -d 'only of this tenant' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -s n -l limit -d 'begin with so many of the last calls' -x
