# SPDX-License-Identifier: MIT
# Completion of cdrctl for fish; generated from its table of verbs.
function __cdrctl_is_at
    set -l verb
    for word in (commandline -opc)[2..]
        set -l longer (string join -- ' ' $verb $word)
        contains -- $longer 'archive' 'archive add' 'archive list' 'archive restore' 'archive verify' 'export' 'import' 'list' 'note' 'note list' 'partition' 'partition ensure' 'partition list' 'prove' 'rate' 'rate apply' 'rate import' 'rate list' 'rate show' 'rate test' 'reconcile' 'recording' 'recording cat' 'recording export' 'recording list' 'recording play' 'recording show' 'report' 'show' 'stats' 'tail' 'why'; and set verb $longer
    end
    test "$verb" = "$argv[1]"
end
complete -c cdrctl -f
complete -c cdrctl -s h -d 'a short help'
complete -c cdrctl -l help -d 'the whole help'
complete -c cdrctl -s V -l version -d 'name, version and commit'
complete -c cdrctl -l config -d 'read this file instead of /etc/trunkline/trunkline.toml' -r -F
complete -c cdrctl -l set -d 'change a setting for this run; may be repeated' -x -a 'db.url= log.level= log.format= log.numbers= sip.listen= sip.tls_certificate= sip.tls_key= sip.tls_verify_clients= sip.tls_client_ca= sip.advertised_address= sip.advertised_networks= sip.nat_keepalive= sip.flow_timer= sip.connections_per_source= sip.connection_idle= sip.expires_min= sip.expires_max= sip.expires_default= sip.ring_timeout= sip.max_calls= sip.stale_after= sip.session_expires= sip.min_se= sip.drain_timeout= sip.state_dir= sip.control= sip.nonce_life= sip.key_file= sip.ng= sip.media_control= guard.allow= guard.wrong_passwords= guard.ban_time= guard.ban_scanners= guard.packets_per_second= guard.source_calls= guard.source_calls_per_minute= guard.source_registrations= guard.source_registrations_per_minute= guard.device_calls= guard.device_calls_per_minute= guard.calls_per_second= guard.max_lag= guard.max_transactions= media.ng_listen= media.ng_allow= media.address= media.address6= media.advertised_address= media.advertised_networks= media.rtp_min= media.rtp_max= media.threads= media.timeout= media.state_dir= media.control= recording.path= recording.key_ring= recording.key_mirror= retention.cold_after= retention.compact_after= retention.compact_codec= retention.default_days= retention.quota= retention.quota_warning= retention.quota_critical= retention.quota_emergency= retention.most_share= retention.state_dir= retention.verify_within= ledger.keep= ledger.enabled= ledger.archive_dir= backup.tool= backup.target= backup.repository= backup.password_file= backup.rclone_config= backup.passphrase_file= backup.keep_daily= backup.keep_weekly= backup.keep_monthly= backup.jobs= backup.max_age= backup.drill_max_age= backup.drill_recordings= backup.state_dir= site.public_url= mail.provider= mail.host= mail.port= mail.tls= mail.user= mail.password_file= mail.postmark_stream= mail.postmark_url= mail.from= mail.from_name= mail.to= alert.gotify= alert.gotify_token_file= alert.webhooks= alert.webhook_secret_file= alert.state_dir='
complete -c cdrctl -l json -d 'one JSON object a line, errors too'
complete -c cdrctl -l color -d 'when to use colour' -x -a 'auto always never'
complete -c cdrctl -l no-pager -d 'print long answers straight to the terminal'
complete -c cdrctl -s q -l quiet -d 'no conversation on standard error but errors'
complete -c cdrctl -l yes -d 'answer every question with yes'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'archive' -d 'add, list, restore, verify'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'export' -d 'write calls as CSV or JSON lines'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'import' -d 'take the calls of another system into the ledger'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'list' -d 'list calls, newest first'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'note' -d 'note something on a call'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'partition' -d 'ensure, list'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'prove' -d 'prove that the ledger is whole, or show the hole'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'rate' -d 'apply, import, list, show, test'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'reconcile' -d 'compare a carrier\'s invoice with the ledger, call by call'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'recording' -d 'cat, export, list, play, show'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'report' -d 'figures of calls by day, tenant, device, country and more'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'show' -d 'show a call: how it went, its media and its recordings'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'stats' -d 'say in one line how the exchange does'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'tail' -d 'follow the calls: each that begins, is answered, ends'
complete -c cdrctl -n '__cdrctl_is_at \'\'' -a 'why' -d 'tell the whole life of a call, and why it went so'
complete -c cdrctl -n '__cdrctl_is_at \'archive\'' -a 'add' -d 'move old months of the ledger from PostgreSQL to files'
complete -c cdrctl -n '__cdrctl_is_at \'archive\'' -a 'list' -d 'list the months of the ledger that are files'
complete -c cdrctl -n '__cdrctl_is_at \'archive\'' -a 'restore' -d 'bring an archived month back into PostgreSQL'
complete -c cdrctl -n '__cdrctl_is_at \'archive\'' -a 'verify' -d 'read archived months from the disk and compare them with what was archived'
complete -c cdrctl -n '__cdrctl_is_at \'archive add\'' -l keep -d 'how many whole months stay, beside the running one' -x
complete -c cdrctl -n '__cdrctl_is_at \'archive add\'' -l before -d 'instead: every month before this one' -x
complete -c cdrctl -n '__cdrctl_is_at \'archive add\'' -l dry-run -d 'say which months would go'
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
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l trunk -d 'only calls that came from or went to this trunk' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l did -d 'only calls to this number of ours, or that showed it: +493012345678' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l campaign -d 'only calls of this campaign' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l live -d 'only calls that have not ended'
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l ended -d 'only calls that have ended'
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l number -d 'number or name of either party' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l tenant -d 'only of this tenant' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -s n -l limit -d 'at most so many, newest first; 0 for all' -x
complete -c cdrctl -n '__cdrctl_is_at \'export\'' -l from-archive -d 'also the calls of archived months'
complete -c cdrctl -n '__cdrctl_is_at \'import\'' -l tz -d 'the time zone of times that do not say theirs (this host\'s if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'import\'' -l country -d 'where national numbers are of, two letters; else only +49... is read' -x
complete -c cdrctl -n '__cdrctl_is_at \'import\'' -l source -d 'which system it was; its own ids are unique within (the format\'s name)' -x
complete -c cdrctl -n '__cdrctl_is_at \'import\'' -l tenant -d 'whose calls they are (the default tenant\'s)' -x
complete -c cdrctl -n '__cdrctl_is_at \'import\'' -l map -d 'columns of csv: our field = their heading, or #3 without headings' -x
complete -c cdrctl -n '__cdrctl_is_at \'import\'' -l map-file -d 'the same from a file, a line each' -r -F
complete -c cdrctl -n '__cdrctl_is_at \'import\'' -l time-format -d 'how times of csv are written, as in strptime(3)' -x
complete -c cdrctl -n '__cdrctl_is_at \'import\'' -l rejects -d 'where records go that cannot be taken (FILE.rejects.csv here)' -r -F
complete -c cdrctl -n '__cdrctl_is_at \'import\'' -l dry-run -d 'read and check everything, add nothing'
complete -c cdrctl -n '__cdrctl_is_at \'import\'' -a 'asterisk-cel asterisk-csv csv freeswitch-csv freeswitch-json freeswitch-xml twilio' -d 'what wrote the records'
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l since -d 'started at or after: today, yesterday, 2h, 2026-11-21, "2026-11-21 08:00"' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l until -d 'started before' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l caller -d 'number or name of the caller' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l called -d 'number, name or dialled digits of the called' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l disposition -d 'only calls that ended so' -x -a 'answered busy missed rejected cancelled failed refused interrupted'
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l trunk -d 'only calls that came from or went to this trunk' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l did -d 'only calls to this number of ours, or that showed it: +493012345678' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l campaign -d 'only calls of this campaign' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l live -d 'only calls that have not ended'
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l ended -d 'only calls that have ended'
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l number -d 'number or name of either party' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l tenant -d 'only of this tenant' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -s n -l limit -d 'at most so many, newest first; 0 for all' -x
complete -c cdrctl -n '__cdrctl_is_at \'list\'' -l from-archive -d 'also the calls of archived months'
complete -c cdrctl -n '__cdrctl_is_at \'note\'' -a 'list' -d 'list notes: of a call, or of all, newest first'
complete -c cdrctl -n '__cdrctl_is_at \'note list\'' -l since -d 'noted at or after' -x
complete -c cdrctl -n '__cdrctl_is_at \'note list\'' -l until -d 'noted before' -x
complete -c cdrctl -n '__cdrctl_is_at \'note list\'' -l who -d 'by whose name has this in it' -x
complete -c cdrctl -n '__cdrctl_is_at \'note list\'' -l tenant -d 'only of this tenant' -x
complete -c cdrctl -n '__cdrctl_is_at \'note list\'' -s n -l limit -d 'at most so many; 0 for all' -x
complete -c cdrctl -n '__cdrctl_is_at \'partition\'' -a 'ensure' -d 'make the ledger\'s tables for the months to come'
complete -c cdrctl -n '__cdrctl_is_at \'partition\'' -a 'list' -d 'list the months in which the ledger is kept'
complete -c cdrctl -n '__cdrctl_is_at \'partition ensure\'' -l ahead -d 'how many months beyond this one' -x
complete -c cdrctl -n '__cdrctl_is_at \'prove\'' -l lag -d 'how old an entry of this host may be without being shipped' -x
complete -c cdrctl -n '__cdrctl_is_at \'rate\'' -a 'apply' -d 'give calls their cost by a tariff'
complete -c cdrctl -n '__cdrctl_is_at \'rate\'' -a 'import' -d 'take the prices of a tariff from a CSV file'
complete -c cdrctl -n '__cdrctl_is_at \'rate\'' -a 'list' -d 'list the tariffs'
complete -c cdrctl -n '__cdrctl_is_at \'rate\'' -a 'show' -d 'show the prices of a tariff'
complete -c cdrctl -n '__cdrctl_is_at \'rate\'' -a 'test' -d 'say what a call to a number costs, and by which price'
complete -c cdrctl -n '__cdrctl_is_at \'rate apply\'' -l since -d 'calls that started at or after' -x
complete -c cdrctl -n '__cdrctl_is_at \'rate apply\'' -l until -d 'calls that started before (now if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'rate apply\'' -l tz -d 'the time zone of --since and --until (this host\'s if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'rate apply\'' -l tariff -d 'by which tariff; may be left away where there is only one' -x
complete -c cdrctl -n '__cdrctl_is_at \'rate import\'' -l tariff -d 'which tariff' -x
complete -c cdrctl -n '__cdrctl_is_at \'rate import\'' -l currency -d 'ISO 4217, as EUR (the tariff\'s; EUR for a new one)' -x
complete -c cdrctl -n '__cdrctl_is_at \'rate import\'' -l tz -d 'the time zone of its days (this host\'s if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'rate show\'' -l number -d 'only prices that a call to it could have, the one that wins first' -x
complete -c cdrctl -n '__cdrctl_is_at \'rate test\'' -l talk -d 'how long the call is' -x
complete -c cdrctl -n '__cdrctl_is_at \'rate test\'' -l at -d 'when it begins (now if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'rate test\'' -l tariff -d 'by which tariff; may be left away where there is only one' -x
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l map -d 'columns: our field = their heading, or #3 without headings' -x
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l tz -d 'the time zone of the invoice (this host\'s if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l time-format -d 'how its times are written, as in strptime(3)' -x
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l country -d 'where national numbers are of, two letters' -x
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l their-time -d 'what the invoice\'s times are of' -x -a 'answer start'
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l time-tolerance -d 'how far times may be apart, beside a constant offset' -x
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l duration-tolerance -d 'how far durations may be apart' -x
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l money-tolerance -d 'how far price and cost of a call may be apart' -x
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l ignore-caller -d 'callers need not be the same'
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l no-offset -d 'do not look for a constant offset of their clock'
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l direction -d 'of ours only calls of this direction' -x -a 'inbound outbound internal unknown'
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l since -d 'when the invoice begins (with its first call if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l until -d 'when it ends (with its last call if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l tenant -d 'of ours only this tenant\'s' -x
complete -c cdrctl -n '__cdrctl_is_at \'reconcile\'' -l format -d 'a table, or csv as of RFC 4180' -x -a 'table csv'
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
complete -c cdrctl -n '__cdrctl_is_at \'recording list\'' -l status -d 'only recordings that are so' -x -a 'recording complete truncated failed unsupported erased'
complete -c cdrctl -n '__cdrctl_is_at \'recording list\'' -l tenant -d 'only of this tenant' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording list\'' -s n -l limit -d 'at most so many, newest first; 0 for all' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording play\'' -l from -d 'begin at this place: 90s, 1:30, 1:02:03' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording play\'' -l to -d 'end at this place' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording play\'' -l reason -d 'why, for the audit log' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording play\'' -l speed -d 'faster or slower at the same pitch: 0.5 to 2' -x
complete -c cdrctl -n '__cdrctl_is_at \'recording play\'' -l player -d 'a shell command that plays WAV from its standard input ($TRUNKLINE_PLAYER)' -x
complete -c cdrctl -n '__cdrctl_is_at \'report\'' -l by -d 'the keys, separated by commas, hour, day, week or month one of them at most' -x
complete -c cdrctl -n '__cdrctl_is_at \'report\'' -l since -d 'calls that started at or after: today, 30d, 2026-11-01' -x
complete -c cdrctl -n '__cdrctl_is_at \'report\'' -l until -d 'calls that started before (now if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'report\'' -l tz -d 'the time zone of days and times (this host\'s if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'report\'' -l tenant -d 'only of this tenant' -x
complete -c cdrctl -n '__cdrctl_is_at \'report\'' -s n -l limit -d 'only the first so many rows; 0 for all' -x
complete -c cdrctl -n '__cdrctl_is_at \'report\'' -l format -d 'table, csv as of RFC 4180, jsonl: one object a line, or html: a page' -x -a 'table csv jsonl html'
complete -c cdrctl -n '__cdrctl_is_at \'report\'' -l mail -d 'send it instead: the table, with the page and CSV attached' -x
complete -c cdrctl -n '__cdrctl_is_at \'show\'' -l from-archive -d 'also the calls of archived months'
complete -c cdrctl -n '__cdrctl_is_at \'stats\'' -l since -d 'calls that started at or after' -x
complete -c cdrctl -n '__cdrctl_is_at \'stats\'' -l until -d 'calls that started before' -x
complete -c cdrctl -n '__cdrctl_is_at \'stats\'' -l tz -d 'the time zone of --since and --until (this host\'s if not given)' -x
complete -c cdrctl -n '__cdrctl_is_at \'stats\'' -l tenant -d 'only of this tenant' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l since -d 'started at or after: today, yesterday, 2h, 2026-11-21, "2026-11-21 08:00"' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l until -d 'started before' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l caller -d 'number or name of the caller' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l called -d 'number, name or dialled digits of the called' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l disposition -d 'only calls that ended so' -x -a 'answered busy missed rejected cancelled failed refused interrupted'
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l trunk -d 'only calls that came from or went to this trunk' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l did -d 'only calls to this number of ours, or that showed it: +493012345678' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l campaign -d 'only calls of this campaign' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l live -d 'only calls that have not ended'
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l ended -d 'only calls that have ended'
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l number -d 'number or name of either party' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -l tenant -d 'only of this tenant' -x
complete -c cdrctl -n '__cdrctl_is_at \'tail\'' -s n -l limit -d 'begin with so many of the last calls' -x
