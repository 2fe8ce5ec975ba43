# SPDX-License-Identifier: MIT
# Completion of retention for fish; generated from its table of verbs.
function __retention_is_at
    set -l verb
    for word in (commandline -opc)[2..]
        set -l longer (string join -- ' ' $verb $word)
        contains -- $longer 'capacity' 'check' 'compact' 'erase' 'explain' 'hold' 'hold add' 'hold list' 'hold release' 'hold show' 'measure' 'move' 'plan' 'policy' 'policy list' 'policy remove' 'policy set' 'policy show' 'reapply' 'report' 'status' 'sweep' 'usage' 'verify'; and set verb $longer
    end
    test "$verb" = "$argv[1]"
end
complete -c retention -f
complete -c retention -s h -d 'a short help'
complete -c retention -l help -d 'the whole help'
complete -c retention -s V -l version -d 'name, version and commit'
complete -c retention -l config -d 'read this file instead of /etc/trunkline/trunkline.toml' -r -F
complete -c retention -l set -d 'change a setting for this run; may be repeated' -x -a 'db.url= log.level= log.format= log.numbers= sip.listen= sip.tls_certificate= sip.tls_key= sip.tls_verify_clients= sip.tls_client_ca= sip.advertised_address= sip.advertised_networks= sip.nat_keepalive= sip.flow_timer= sip.connections_per_source= sip.connection_idle= sip.expires_min= sip.expires_max= sip.expires_default= sip.ring_timeout= sip.max_calls= sip.stale_after= sip.session_expires= sip.min_se= sip.drain_timeout= sip.state_dir= sip.control= sip.nonce_life= sip.key_file= sip.ng= sip.media_control= guard.allow= guard.wrong_passwords= guard.ban_time= guard.ban_scanners= guard.packets_per_second= guard.source_calls= guard.source_calls_per_minute= guard.source_registrations= guard.source_registrations_per_minute= guard.device_calls= guard.device_calls_per_minute= guard.calls_per_second= guard.max_lag= guard.max_transactions= media.ng_listen= media.ng_allow= media.address= media.address6= media.advertised_address= media.advertised_networks= media.rtp_min= media.rtp_max= media.threads= media.timeout= media.state_dir= media.control= recording.path= recording.key_ring= recording.key_mirror= retention.cold_after= retention.compact_after= retention.compact_codec= retention.default_days= retention.quota= retention.quota_warning= retention.quota_critical= retention.quota_emergency= retention.most_share= retention.state_dir= retention.verify_within= ledger.keep= ledger.enabled= ledger.archive_dir= backup.tool= backup.target= backup.repository= backup.password_file= backup.rclone_config= backup.passphrase_file= backup.keep_daily= backup.keep_weekly= backup.keep_monthly= backup.jobs= backup.max_age= backup.drill_max_age= backup.drill_recordings= backup.state_dir= site.public_url= mail.provider= mail.host= mail.port= mail.tls= mail.user= mail.password_file= mail.postmark_stream= mail.postmark_url= mail.from= mail.from_name= mail.to= alert.gotify= alert.gotify_token_file= alert.webhooks= alert.webhook_secret_file= alert.state_dir='
complete -c retention -l json -d 'one JSON object a line, errors too'
complete -c retention -l color -d 'when to use colour' -x -a 'auto always never'
complete -c retention -l no-pager -d 'print long answers straight to the terminal'
complete -c retention -s q -l quiet -d 'no conversation on standard error but errors'
complete -c retention -l yes -d 'answer every question with yes'
complete -c retention -n '__retention_is_at \'\'' -a 'capacity' -d 'plan how much room recordings need'
complete -c retention -n '__retention_is_at \'\'' -a 'check' -d 'compare usage with the quota, and alert'
complete -c retention -n '__retention_is_at \'\'' -a 'compact' -d 'pack the samples of older recordings by FLAC or Opus'
complete -c retention -n '__retention_is_at \'\'' -a 'erase' -d 'erase what is held about a person\'s number, at their request'
complete -c retention -n '__retention_is_at \'\'' -a 'explain' -d 'say why something is still here, and until when'
complete -c retention -n '__retention_is_at \'\'' -a 'hold' -d 'add, list, release, show'
complete -c retention -n '__retention_is_at \'\'' -a 'measure' -d 'log how much recordings take today'
complete -c retention -n '__retention_is_at \'\'' -a 'move' -d 'move older recordings to the cold tier, another disk, and back'
complete -c retention -n '__retention_is_at \'\'' -a 'plan' -d 'show what a sweep would erase'
complete -c retention -n '__retention_is_at \'\'' -a 'policy' -d 'list, remove, set, show'
complete -c retention -n '__retention_is_at \'\'' -a 'reapply' -d 'erase again what a restore brought back'
complete -c retention -n '__retention_is_at \'\'' -a 'report' -d 'show or mail the report of a day, a week or a month'
complete -c retention -n '__retention_is_at \'\'' -a 'status' -d 'show when the last sweep ran, what it did, and when the next is due'
complete -c retention -n '__retention_is_at \'\'' -a 'sweep' -d 'erase what is beyond its time'
complete -c retention -n '__retention_is_at \'\'' -a 'usage' -d 'show how much recordings take, who takes it, and when it is full'
complete -c retention -n '__retention_is_at \'\'' -a 'verify' -d 'open every recording to its last byte, and reconcile files, rows and keys'
complete -c retention -n '__retention_is_at \'capacity\'' -l calls -d 'recorded calls a day' -x
complete -c retention -n '__retention_is_at \'capacity\'' -l minutes -d 'length of a call' -x
complete -c retention -n '__retention_is_at \'capacity\'' -l days -d 'how long they are kept' -x
complete -c retention -n '__retention_is_at \'capacity\'' -l codec -d 'how they are stored' -x -a 'pcmu pcma pcm pcm-16k flac opus'
complete -c retention -n '__retention_is_at \'capacity\'' -l channels -d '1 mixed, 2 a channel for each party' -x
complete -c retention -n '__retention_is_at \'capacity\'' -l rate -d 'what a minute takes, instead of codec and channels' -x
complete -c retention -n '__retention_is_at \'check\'' -l dry-run -d 'tell nobody'
complete -c retention -n '__retention_is_at \'compact\'' -l older-than -d 'that ended before; otherwise retention.compact_after' -x
complete -c retention -n '__retention_is_at \'compact\'' -l codec -d 'flac or opus; otherwise retention.compact_codec' -x -a 'flac opus'
complete -c retention -n '__retention_is_at \'compact\'' -l limit -d 'so many recordings at the most' -x
complete -c retention -n '__retention_is_at \'compact\'' -l dry-run -d 'say how many are due, and change nothing'
complete -c retention -n '__retention_is_at \'erase\'' -l number -d 'whose: as +15550100' -x
complete -c retention -n '__retention_is_at \'erase\'' -l request -d 'what the request is called, in the audit log, too' -x
complete -c retention -n '__retention_is_at \'erase\'' -l calls -d 'what happens to the calls themselves' -x -a 'mask erase keep'
complete -c retention -n '__retention_is_at \'erase\'' -l export -d 'write what is held into this new folder first' -x -a '(__fish_complete_directories)'
complete -c retention -n '__retention_is_at \'erase\'' -l apply -d 'erase, and print the certificate'
complete -c retention -n '__retention_is_at \'erase\'' -l certificate -d 'write it to this file, and as JSON to FILE.json' -r -F
complete -c retention -n '__retention_is_at \'erase\'' -l tenant -d 'this tenant instead of the default one' -x
complete -c retention -n '__retention_is_at \'erase\'' -l adopt -d 'take recording.path, and cold in it, as they are now for the recordings\' own'
complete -c retention -n '__retention_is_at \'explain\'' -l at -d 'as it will be then' -x
complete -c retention -n '__retention_is_at \'hold\'' -a 'add' -d 'hold calls and all that belongs to them for a case'
complete -c retention -n '__retention_is_at \'hold\'' -a 'list' -d 'list the cases that hold something'
complete -c retention -n '__retention_is_at \'hold\'' -a 'release' -d 'release what a case held'
complete -c retention -n '__retention_is_at \'hold\'' -a 'show' -d 'show a hold and what it covers'
complete -c retention -n '__retention_is_at \'hold add\'' -l owner -d 'who asks for it' -x
complete -c retention -n '__retention_is_at \'hold add\'' -l reason -d 'why' -x
complete -c retention -n '__retention_is_at \'hold add\'' -l number -d 'calls of this number or name' -x
complete -c retention -n '__retention_is_at \'hold add\'' -l id -d 'this recording or call' -x
complete -c retention -n '__retention_is_at \'hold add\'' -l since -d 'calls of this time on' -x
complete -c retention -n '__retention_is_at \'hold add\'' -l until -d 'calls before this time' -x
complete -c retention -n '__retention_is_at \'hold add\'' -l ends -d 'the hold ends by itself then' -x
complete -c retention -n '__retention_is_at \'hold add\'' -l two-persons -d 'two persons have to release it'
complete -c retention -n '__retention_is_at \'hold add\'' -l tenant -d 'this tenant instead of the default one' -x
complete -c retention -n '__retention_is_at \'hold list\'' -l all -d 'those that ended, too'
complete -c retention -n '__retention_is_at \'hold list\'' -l tenant -d 'only of this tenant' -x
complete -c retention -n '__retention_is_at \'hold release\'' -l reason -d 'why' -x
complete -c retention -n '__retention_is_at \'hold release\'' -l tenant -d 'this tenant instead of the default one' -x
complete -c retention -n '__retention_is_at \'hold show\'' -l tenant -d 'this tenant instead of the default one' -x
complete -c retention -n '__retention_is_at \'move\'' -l older-than -d 'that ended before; otherwise retention.cold_after' -x
complete -c retention -n '__retention_is_at \'move\'' -l back -d 'from the cold tier to the hot one, whatever the age'
complete -c retention -n '__retention_is_at \'move\'' -l limit -d 'so many recordings at the most' -x
complete -c retention -n '__retention_is_at \'move\'' -l adopt -d 'take recording.path, and cold in it, as they are now for the recordings\' own'
complete -c retention -n '__retention_is_at \'move\'' -l dry-run -d 'say how many are due, and change nothing'
complete -c retention -n '__retention_is_at \'plan\'' -l list -d 'each thing with the reason'
complete -c retention -n '__retention_is_at \'plan\'' -l at -d 'as it will be then' -x
complete -c retention -n '__retention_is_at \'policy\'' -a 'list' -d 'list the policies'
complete -c retention -n '__retention_is_at \'policy\'' -a 'remove' -d 'remove a policy'
complete -c retention -n '__retention_is_at \'policy\'' -a 'set' -d 'set how long things are kept'
complete -c retention -n '__retention_is_at \'policy\'' -a 'show' -d 'show a policy'
complete -c retention -n '__retention_is_at \'policy list\'' -l tenant -d 'only of this tenant' -x
complete -c retention -n '__retention_is_at \'policy remove\'' -l tenant -d 'this tenant instead of the default one' -x
complete -c retention -n '__retention_is_at \'policy set\'' -l keep -d 'how long, from the end of the call: 90d, or forever' -x
complete -c retention -n '__retention_is_at \'policy set\'' -l kind -d 'what it is about' -x -a 'recording call'
complete -c retention -n '__retention_is_at \'policy set\'' -l device -d 'calls of this device' -x
complete -c retention -n '__retention_is_at \'policy set\'' -l tenant -d 'this tenant instead of the default one' -x
complete -c retention -n '__retention_is_at \'policy set\'' -l increase-only -d 'a duty to keep, never made shorter'
complete -c retention -n '__retention_is_at \'policy show\'' -l tenant -d 'this tenant instead of the default one' -x
complete -c retention -n '__retention_is_at \'reapply\'' -l adopt -d 'take recording.path, and cold in it, as they are now for the recordings\' own'
complete -c retention -n '__retention_is_at \'report\'' -l over -d 'what it is about: the last whole week or month, or the day' -x -a 'day week month'
complete -c retention -n '__retention_is_at \'report\'' -l mail -d 'mail it to the administrators'
complete -c retention -n '__retention_is_at \'report\'' -l if-due -d 'only once in each: from eight o\'clock local time on, of the day, of Monday, of the month\'s first'
complete -c retention -n '__retention_is_at \'report\'' -l html -d 'the HTML page instead of the text'
complete -c retention -n '__retention_is_at \'sweep\'' -l if-due -d 'only if it is due since two o\'clock local time'
complete -c retention -n '__retention_is_at \'sweep\'' -l dry-run -d 'show what would go, and change nothing'
complete -c retention -n '__retention_is_at \'sweep\'' -l limit -d 'erase at most so many things' -x
complete -c retention -n '__retention_is_at \'sweep\'' -l adopt -d 'take recording.path, and cold in it, as they are now for the recordings\' own'
complete -c retention -n '__retention_is_at \'usage\'' -l top -d 'so many of each kind' -x
complete -c retention -n '__retention_is_at \'usage\'' -l tenant -d 'only of this tenant' -x
complete -c retention -n '__retention_is_at \'verify\'' -l sample -d 'open this share of the recordings, others each time' -x
complete -c retention -n '__retention_is_at \'verify\'' -l rate -d 'read no more than this in a second' -x
complete -c retention -n '__retention_is_at \'verify\'' -l threads -d 'open so many recordings at once' -x
complete -c retention -n '__retention_is_at \'verify\'' -l anew -d 'begin anew instead of going on with a stopped run'
