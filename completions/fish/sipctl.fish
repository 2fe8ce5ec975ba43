# SPDX-License-Identifier: MIT
# Completion of sipctl for fish; generated from its table of verbs.
function __sipctl_is_at
    set -l verb
    for word in (commandline -opc)[2..]
        set -l longer (string join -- ' ' $verb $word)
        contains -- $longer 'ban' 'ban add' 'ban list' 'ban remove' 'ban why' 'call' 'call hangup' 'call list' 'call record' 'call show' 'device' 'device add' 'device list' 'device qr' 'device remove' 'device set' 'device show' 'limit' 'limit list' 'limit remove' 'limit set' 'registration' 'registration list' 'reload'; and set verb $longer
    end
    test "$verb" = "$argv[1]"
end
complete -c sipctl -f
complete -c sipctl -s h -d 'a short help'
complete -c sipctl -l help -d 'the whole help'
complete -c sipctl -s V -l version -d 'name, version and commit'
complete -c sipctl -l config -d 'read this file instead of /etc/trunkline/trunkline.toml' -r -F
complete -c sipctl -l set -d 'change a setting for this run; may be repeated' -x -a 'db.url= log.level= log.format= log.numbers= sip.listen= sip.tls_certificate= sip.tls_key= sip.tls_verify_clients= sip.tls_client_ca= sip.advertised_address= sip.advertised_networks= sip.nat_keepalive= sip.flow_timer= sip.connections_per_source= sip.connection_idle= sip.expires_min= sip.expires_max= sip.expires_default= sip.ring_timeout= sip.max_calls= sip.stale_after= sip.session_expires= sip.min_se= sip.drain_timeout= sip.state_dir= sip.control= sip.nonce_life= sip.key_file= sip.ng= sip.media_control= guard.allow= guard.wrong_passwords= guard.ban_time= guard.ban_scanners= guard.packets_per_second= guard.source_calls= guard.source_calls_per_minute= guard.source_registrations= guard.source_registrations_per_minute= guard.device_calls= guard.device_calls_per_minute= guard.calls_per_second= guard.max_lag= guard.max_transactions= media.ng_listen= media.ng_allow= media.address= media.address6= media.advertised_address= media.advertised_networks= media.rtp_min= media.rtp_max= media.threads= media.timeout= media.state_dir= media.control= recording.path= recording.key_ring= recording.key_mirror= retention.cold_after= retention.compact_after= retention.compact_codec= retention.default_days= retention.quota= retention.quota_warning= retention.quota_critical= retention.quota_emergency= retention.most_share= retention.state_dir= retention.verify_within= ledger.keep= ledger.enabled= ledger.archive_dir= backup.tool= backup.target= backup.repository= backup.password_file= backup.rclone_config= backup.passphrase_file= backup.keep_daily= backup.keep_weekly= backup.keep_monthly= backup.jobs= backup.max_age= backup.drill_max_age= backup.drill_recordings= backup.state_dir= site.public_url= mail.provider= mail.host= mail.port= mail.tls= mail.user= mail.password_file= mail.postmark_stream= mail.postmark_url= mail.from= mail.from_name= mail.to= alert.gotify= alert.gotify_token_file= alert.webhooks= alert.webhook_secret_file= alert.state_dir='
complete -c sipctl -l json -d 'one JSON object a line, errors too'
complete -c sipctl -l color -d 'when to use colour' -x -a 'auto always never'
complete -c sipctl -l no-pager -d 'print long answers straight to the terminal'
complete -c sipctl -s q -l quiet -d 'no conversation on standard error but errors'
complete -c sipctl -l yes -d 'answer every question with yes'
complete -c sipctl -n '__sipctl_is_at \'\'' -a 'ban' -d 'add, list, remove, why'
complete -c sipctl -n '__sipctl_is_at \'\'' -a 'call' -d 'hangup, list, record, show'
complete -c sipctl -n '__sipctl_is_at \'\'' -a 'device' -d 'add, list, qr, remove, set, show'
complete -c sipctl -n '__sipctl_is_at \'\'' -a 'limit' -d 'list, remove, set'
complete -c sipctl -n '__sipctl_is_at \'\'' -a 'registration' -d 'list'
complete -c sipctl -n '__sipctl_is_at \'\'' -a 'reload' -d 'make sipd read its configuration and its directory again'
complete -c sipctl -n '__sipctl_is_at \'ban\'' -a 'add' -d 'ban an address'
complete -c sipctl -n '__sipctl_is_at \'ban\'' -a 'list' -d 'list the addresses that are banned'
complete -c sipctl -n '__sipctl_is_at \'ban\'' -a 'remove' -d 'lift the ban of an address'
complete -c sipctl -n '__sipctl_is_at \'ban\'' -a 'why' -d 'tell why an address is banned or not'
complete -c sipctl -n '__sipctl_is_at \'ban add\'' -l for -d 'how long; else until it is lifted' -x
complete -c sipctl -n '__sipctl_is_at \'ban add\'' -l reason -d 'why, for the record' -x
complete -c sipctl -n '__sipctl_is_at \'ban add\'' -l force -d 'although phones are registered from there'
complete -c sipctl -n '__sipctl_is_at \'ban remove\'' -l reason -d 'why, for the record' -x
complete -c sipctl -n '__sipctl_is_at \'call\'' -a 'hangup' -d 'end a live call'
complete -c sipctl -n '__sipctl_is_at \'call\'' -a 'list' -d 'list the live calls'
complete -c sipctl -n '__sipctl_is_at \'call\'' -a 'record' -d 'record a live call, or stop recording it'
complete -c sipctl -n '__sipctl_is_at \'call\'' -a 'show' -d 'show a live call'
complete -c sipctl -n '__sipctl_is_at \'device\'' -a 'add' -d 'add a device and show its password once'
complete -c sipctl -n '__sipctl_is_at \'device\'' -a 'list' -d 'list the devices'
complete -c sipctl -n '__sipctl_is_at \'device\'' -a 'qr' -d 'show a code for a phone\'s camera'
complete -c sipctl -n '__sipctl_is_at \'device\'' -a 'remove' -d 'remove a device'
complete -c sipctl -n '__sipctl_is_at \'device\'' -a 'set' -d 'change a device'
complete -c sipctl -n '__sipctl_is_at \'device\'' -a 'show' -d 'show a device'
complete -c sipctl -n '__sipctl_is_at \'device add\'' -l extension -d 'digits others dial to call it' -x
complete -c sipctl -n '__sipctl_is_at \'device add\'' -l display-name -d 'shown by the phone that is called' -x
complete -c sipctl -n '__sipctl_is_at \'device add\'' -l owner -d 'the user whose device it is; "" takes it away' -x
complete -c sipctl -n '__sipctl_is_at \'device add\'' -l recording -d 'whether its calls are recorded' -x -a 'inherit always off'
complete -c sipctl -n '__sipctl_is_at \'device add\'' -l algorithm -d 'digest algorithm of its challenge' -x -a 'md5 sha256'
complete -c sipctl -n '__sipctl_is_at \'device add\'' -l password-file -d 'take the password from this file (mode 600) instead of making one' -r -F
complete -c sipctl -n '__sipctl_is_at \'device add\'' -l tenant -d 'the device\'s tenant instead of the default one' -x
complete -c sipctl -n '__sipctl_is_at \'device list\'' -l tenant -d 'only devices of this tenant' -x
complete -c sipctl -n '__sipctl_is_at \'device qr\'' -l format -d 'what the code says' -x -a 'grandstream address'
complete -c sipctl -n '__sipctl_is_at \'device qr\'' -l new-password -d 'make another password and put it into the code'
complete -c sipctl -n '__sipctl_is_at \'device qr\'' -l password-file -d 'put the password of this file (mode 600; - is standard input) into it' -r -F
complete -c sipctl -n '__sipctl_is_at \'device qr\'' -l server -d 'host or host:port to send to, where the domain does not lead here' -x
complete -c sipctl -n '__sipctl_is_at \'device qr\'' -l tenant -d 'the device\'s tenant instead of the default one' -x
complete -c sipctl -n '__sipctl_is_at \'device remove\'' -l tenant -d 'the device\'s tenant instead of the default one' -x
complete -c sipctl -n '__sipctl_is_at \'device set\'' -l extension -d 'another extension; "" takes it away' -x
complete -c sipctl -n '__sipctl_is_at \'device set\'' -l display-name -d 'shown by the phone that is called' -x
complete -c sipctl -n '__sipctl_is_at \'device set\'' -l owner -d 'the user whose device it is; "" takes it away' -x
complete -c sipctl -n '__sipctl_is_at \'device set\'' -l recording -d 'whether its calls are recorded' -x -a 'inherit always off'
complete -c sipctl -n '__sipctl_is_at \'device set\'' -l enable -d 'let it register and call'
complete -c sipctl -n '__sipctl_is_at \'device set\'' -l disable -d 'refuse it'
complete -c sipctl -n '__sipctl_is_at \'device set\'' -l new-password -d 'make another password and show it once'
complete -c sipctl -n '__sipctl_is_at \'device set\'' -l password-file -d 'take the new password from this file (mode 600)' -r -F
complete -c sipctl -n '__sipctl_is_at \'device set\'' -l algorithm -d 'digest algorithm of its challenge; makes a new password' -x -a 'md5 sha256'
complete -c sipctl -n '__sipctl_is_at \'device set\'' -l tenant -d 'the device\'s tenant instead of the default one' -x
complete -c sipctl -n '__sipctl_is_at \'device show\'' -l tenant -d 'the device\'s tenant instead of the default one' -x
complete -c sipctl -n '__sipctl_is_at \'limit\'' -a 'list' -d 'list the limits of devices, users and tenants'
complete -c sipctl -n '__sipctl_is_at \'limit\'' -a 'remove' -d 'take a device\'s, a user\'s or a tenant\'s own limits away'
complete -c sipctl -n '__sipctl_is_at \'limit\'' -a 'set' -d 'give a device, a user or a tenant limits of its own'
complete -c sipctl -n '__sipctl_is_at \'limit remove\'' -l device -d 'of this device' -x
complete -c sipctl -n '__sipctl_is_at \'limit remove\'' -l user -d 'of this user, over all devices of theirs' -x
complete -c sipctl -n '__sipctl_is_at \'limit remove\'' -l tenant -d 'of this tenant, or the device\'s or user\'s tenant instead of the default one' -x
complete -c sipctl -n '__sipctl_is_at \'limit set\'' -l device -d 'of this device' -x
complete -c sipctl -n '__sipctl_is_at \'limit set\'' -l user -d 'of this user, over all devices of theirs' -x
complete -c sipctl -n '__sipctl_is_at \'limit set\'' -l tenant -d 'of this tenant, or the device\'s or user\'s tenant instead of the default one' -x
complete -c sipctl -n '__sipctl_is_at \'limit set\'' -l calls -d 'calls at the same time' -x
complete -c sipctl -n '__sipctl_is_at \'limit set\'' -l calls-per-minute -d 'calls begun in a minute' -x
complete -c sipctl -n '__sipctl_is_at \'limit set\'' -l registrations -d 'registrations at the same time; not of a device' -x
complete -c sipctl -n '__sipctl_is_at \'registration\'' -a 'list' -d 'list the phones that are registered'
complete -c sipctl -n '__sipctl_is_at \'registration list\'' -l watch -d 'go on with what changes'
