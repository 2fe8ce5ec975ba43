# SPDX-License-Identifier: MIT
# Completion of retention for fish; generated from its table of verbs.
function __retention_is_at
    set -l verb
    for word in (commandline -opc)[2..]
        set -l longer (string join -- ' ' $verb $word)
        contains -- $longer 'explain' 'hold' 'hold add' 'hold list' 'hold release' 'hold show' 'plan' 'policy' 'policy list' 'policy remove' 'policy set' 'policy show'; and set verb $longer
    end
    test "$verb" = "$argv[1]"
end
complete -c retention -f
complete -c retention -s h -d 'a short help'
complete -c retention -l help -d 'the whole help'
complete -c retention -s V -l version -d 'name, version and commit'
complete -c retention -l config -d 'read this file instead of /etc/trunkline/trunkline.toml' -r -F
complete -c retention -l set -d 'change a setting for this run; may be repeated' -x -a 'db.url= log.level= log.format= log.numbers= sip.listen= sip.tls_certificate= sip.tls_key= sip.tls_verify_clients= sip.tls_client_ca= sip.advertised_address= sip.advertised_networks= sip.nat_keepalive= sip.connections_per_source= sip.connection_idle= sip.expires_min= sip.expires_max= sip.expires_default= sip.ring_timeout= sip.max_calls= sip.stale_after= sip.session_expires= sip.min_se= sip.drain_timeout= sip.state_dir= sip.control= sip.nonce_life= sip.key_file= sip.ng= sip.media_control= guard.allow= guard.wrong_passwords= guard.ban_time= guard.ban_scanners= guard.packets_per_second= guard.source_calls= guard.source_calls_per_minute= guard.source_registrations= guard.source_registrations_per_minute= guard.device_calls= guard.device_calls_per_minute= guard.calls_per_second= guard.max_lag= guard.max_transactions= media.ng_listen= media.ng_allow= media.address= media.address6= media.advertised_address= media.advertised_networks= media.rtp_min= media.rtp_max= media.threads= media.timeout= media.state_dir= media.control= recording.path= recording.key_ring= recording.key_mirror= backup.state_dir= retention.default_days= ledger.keep= ledger.enabled='
complete -c retention -l json -d 'one JSON object a line, errors too'
complete -c retention -l color -d 'when to use colour' -x -a 'auto always never'
complete -c retention -l no-pager -d 'print long answers straight to the terminal'
complete -c retention -s q -l quiet -d 'no conversation on standard error but errors'
complete -c retention -l yes -d 'answer every question with yes'
complete -c retention -n '__retention_is_at \'\'' -a 'explain' -d 'say why something is still here, and until when'
complete -c retention -n '__retention_is_at \'\'' -a 'hold' -d 'add, list, release, show'
complete -c retention -n '__retention_is_at \'\'' -a 'plan' -d 'show what a sweep would erase'
complete -c retention -n '__retention_is_at \'\'' -a 'policy' -d 'list, remove, set, show'
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
