# SPDX-License-Identifier: MIT
# Completion of sipd for fish; generated from its table of verbs.
function __sipd_is_at
    set -l verb
    for word in (commandline -opc)[2..]
        set -l longer (string join -- ' ' $verb $word)
        contains -- $longer; and set verb $longer
    end
    test "$verb" = "$argv[1]"
end
complete -c sipd -f
complete -c sipd -s h -d 'a short help'
complete -c sipd -l help -d 'the whole help'
complete -c sipd -s V -l version -d 'name, version and commit'
complete -c sipd -l config -d 'read this file instead of /etc/trunkline/trunkline.toml' -r -F
complete -c sipd -l set -d 'change a setting for this run; may be repeated' -x -a 'db.url= log.level= log.format= log.numbers= sip.listen= sip.tls_certificate= sip.tls_key= sip.tls_verify_clients= sip.tls_client_ca= sip.advertised_address= sip.advertised_networks= sip.nat_keepalive= sip.flow_timer= sip.connections_per_source= sip.connection_idle= sip.expires_min= sip.expires_max= sip.expires_default= sip.ring_timeout= sip.max_calls= sip.stale_after= sip.session_expires= sip.min_se= sip.drain_timeout= sip.state_dir= sip.control= sip.nonce_life= sip.key_file= sip.ng= sip.media_control= guard.allow= guard.wrong_passwords= guard.ban_time= guard.ban_scanners= guard.packets_per_second= guard.source_calls= guard.source_calls_per_minute= guard.source_registrations= guard.source_registrations_per_minute= guard.device_calls= guard.device_calls_per_minute= guard.calls_per_second= guard.max_lag= guard.max_transactions= media.ng_listen= media.ng_allow= media.address= media.address6= media.advertised_address= media.advertised_networks= media.rtp_min= media.rtp_max= media.threads= media.timeout= media.state_dir= media.control= recording.path= recording.key_ring= recording.key_mirror= retention.cold_after= retention.compact_after= retention.compact_codec= retention.default_days= retention.quota= retention.quota_warning= retention.quota_critical= retention.quota_emergency= retention.most_share= retention.state_dir= retention.verify_within= ledger.keep= ledger.enabled= ledger.archive_dir= backup.tool= backup.target= backup.repository= backup.password_file= backup.rclone_config= backup.passphrase_file= backup.keep_daily= backup.keep_weekly= backup.keep_monthly= backup.jobs= backup.max_age= backup.drill_max_age= backup.drill_recordings= backup.state_dir= site.public_url= mail.provider= mail.host= mail.port= mail.tls= mail.user= mail.password_file= mail.postmark_stream= mail.postmark_url= mail.from= mail.from_name= mail.to= alert.gotify= alert.gotify_token_file= alert.webhooks= alert.webhook_secret_file= alert.state_dir='
complete -c sipd -n '__sipd_is_at \'\'' -l check -d 'read the configuration, say whether it is valid, and end'
