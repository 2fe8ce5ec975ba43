# SPDX-License-Identifier: MIT
# Completion of trunkline for fish; generated from its table of verbs.
function __trunkline_is_at
    set -l verb
    for word in (commandline -opc)[2..]
        set -l longer (string join -- ' ' $verb $word)
        contains -- $longer 'alert' 'alert flush' 'alert list' 'alert send' 'alert take' 'alert test' 'alert watch' 'audit' 'audit anchor' 'audit export' 'audit list' 'audit verify' 'backup' 'backup list' 'backup prune' 'backup show' 'backup verify' 'config' 'config check' 'config set' 'config show' 'demo' 'doctor' 'drill' 'import' 'import env' 'init' 'keys' 'keys add' 'keys check' 'keys export' 'keys import' 'keys list' 'keys mirror' 'keys retire' 'keys rewrap' 'keys rotate' 'metrics' 'migrate' 'restore' 'status' 'tenant' 'tenant add' 'tenant list' 'tenant remove' 'tenant set' 'tenant show' 'top' 'user' 'user add' 'user list' 'user passwd' 'user remove' 'user set' 'user show'; and set verb $longer
    end
    test "$verb" = "$argv[1]"
end
complete -c trunkline -f
complete -c trunkline -s h -d 'a short help'
complete -c trunkline -l help -d 'the whole help'
complete -c trunkline -s V -l version -d 'name, version and commit'
complete -c trunkline -l config -d 'read this file instead of /etc/trunkline/trunkline.toml' -r -F
complete -c trunkline -l set -d 'change a setting for this run; may be repeated' -x -a 'db.url= log.level= log.format= log.numbers= sip.listen= sip.tls_certificate= sip.tls_key= sip.tls_verify_clients= sip.tls_client_ca= sip.advertised_address= sip.advertised_networks= sip.nat_keepalive= sip.flow_timer= sip.connections_per_source= sip.connection_idle= sip.expires_min= sip.expires_max= sip.expires_default= sip.ring_timeout= sip.max_calls= sip.stale_after= sip.session_expires= sip.min_se= sip.drain_timeout= sip.state_dir= sip.control= sip.nonce_life= sip.key_file= sip.ng= sip.media_control= guard.allow= guard.wrong_passwords= guard.ban_time= guard.ban_scanners= guard.packets_per_second= guard.source_calls= guard.source_calls_per_minute= guard.source_registrations= guard.source_registrations_per_minute= guard.device_calls= guard.device_calls_per_minute= guard.calls_per_second= guard.max_lag= guard.max_transactions= media.ng_listen= media.ng_allow= media.address= media.address6= media.advertised_address= media.advertised_networks= media.rtp_min= media.rtp_max= media.threads= media.timeout= media.state_dir= media.control= recording.path= recording.key_ring= recording.key_mirror= retention.cold_after= retention.compact_after= retention.compact_codec= retention.default_days= retention.quota= retention.quota_warning= retention.quota_critical= retention.quota_emergency= retention.most_share= retention.state_dir= retention.verify_within= ledger.keep= ledger.enabled= ledger.archive_dir= backup.tool= backup.target= backup.repository= backup.password_file= backup.rclone_config= backup.passphrase_file= backup.keep_daily= backup.keep_weekly= backup.keep_monthly= backup.jobs= backup.max_age= backup.drill_max_age= backup.drill_recordings= backup.state_dir= site.public_url= mail.provider= mail.host= mail.port= mail.tls= mail.user= mail.password_file= mail.postmark_stream= mail.postmark_url= mail.from= mail.from_name= mail.to= alert.gotify= alert.gotify_token_file= alert.webhooks= alert.webhook_secret_file= alert.state_dir='
complete -c trunkline -l json -d 'one JSON object a line, errors too'
complete -c trunkline -l color -d 'when to use colour' -x -a 'auto always never'
complete -c trunkline -l no-pager -d 'print long answers straight to the terminal'
complete -c trunkline -s q -l quiet -d 'no conversation on standard error but errors'
complete -c trunkline -l yes -d 'answer every question with yes'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'alert' -d 'flush, list, send, take, test, watch'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'audit' -d 'anchor, export, list, verify'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'backup' -d 'back up database, configuration, recordings and journals, and the keys apart'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'config' -d 'check, set, show'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'demo' -d 'make a real call between two softphones and show its records'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'doctor' -d 'look for what is wrong with this host, and how to mend it'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'drill' -d 'restore a backup beside the living site, and prove that it is one'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'import' -d 'env'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'init' -d 'set up the exchange on this host'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'keys' -d 'add, check, export, import, list, mirror, retire, rewrap, rotate'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'metrics' -d 'print what the daemons count, for Prometheus'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'migrate' -d 'bring the database\'s schema up to date'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'restore' -d 'bring a backup back, whole or in part'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'status' -d 'show what runs: sipd, recorderd and the database'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'tenant' -d 'add, list, remove, set, show'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'top' -d 'watch calls, registrations, recordings and lags in place'
complete -c trunkline -n '__trunkline_is_at \'\'' -a 'user' -d 'add, list, passwd, remove, set, show'
complete -c trunkline -n '__trunkline_is_at \'alert\'' -a 'flush' -d 'try again to deliver what waits'
complete -c trunkline -n '__trunkline_is_at \'alert\'' -a 'list' -d 'list what was told, and who got it'
complete -c trunkline -n '__trunkline_is_at \'alert\'' -a 'send' -d 'tell the administrators that something is wrong, or well again'
complete -c trunkline -n '__trunkline_is_at \'alert\'' -a 'take' -d 'tell what the doctor finds wrong'
complete -c trunkline -n '__trunkline_is_at \'alert\'' -a 'test' -d 'send a test through every channel, and say who got it'
complete -c trunkline -n '__trunkline_is_at \'alert\'' -a 'watch' -d 'look for recordings that failed and entries the ledger refused, and tell'
complete -c trunkline -n '__trunkline_is_at \'alert list\'' -l open -d 'what is not normal now, instead'
complete -c trunkline -n '__trunkline_is_at \'alert list\'' -l since -d 'only from this time on' -x
complete -c trunkline -n '__trunkline_is_at \'alert list\'' -s n -l limit -d 'at most so many; 0 is all' -x
complete -c trunkline -n '__trunkline_is_at \'alert send\'' -l level -d 'how bad it is' -x -a 'normal warning critical emergency'
complete -c trunkline -n '__trunkline_is_at \'alert send\'' -l text -d 'more about it; - reads standard input' -x
complete -c trunkline -n '__trunkline_is_at \'alert send\'' -l incident -d 'it happened and does not last'
complete -c trunkline -n '__trunkline_is_at \'alert send\'' -l repeat-after -d 'how long the same level is held back' -x
complete -c trunkline -n '__trunkline_is_at \'alert take\'' -l warnings -d 'tell warnings, too, at level warning'
complete -c trunkline -n '__trunkline_is_at \'audit\'' -a 'anchor' -d 'print the audit log\'s last hash, to be kept off this host'
complete -c trunkline -n '__trunkline_is_at \'audit\'' -a 'export' -d 'write the whole audit log as JSON lines, oldest first'
complete -c trunkline -n '__trunkline_is_at \'audit\'' -a 'list' -d 'list the audit log, newest first'
complete -c trunkline -n '__trunkline_is_at \'audit\'' -a 'verify' -d 'prove that no line of the audit log was changed, added or removed'
complete -c trunkline -n '__trunkline_is_at \'audit export\'' -l after -d 'only lines behind this one' -x
complete -c trunkline -n '__trunkline_is_at \'audit list\'' -l since -d 'from this moment on' -x
complete -c trunkline -n '__trunkline_is_at \'audit list\'' -l until -d 'before this moment' -x
complete -c trunkline -n '__trunkline_is_at \'audit list\'' -l who -d 'lines whose WHO holds this' -x
complete -c trunkline -n '__trunkline_is_at \'audit list\'' -l event -d 'events that begin so: keys.' -x
complete -c trunkline -n '__trunkline_is_at \'audit list\'' -l object -d 'about this id' -x
complete -c trunkline -n '__trunkline_is_at \'audit list\'' -s n -l limit -d 'at most so many; 0: all' -x
complete -c trunkline -n '__trunkline_is_at \'audit verify\'' -l file -d 'prove an export instead of the database' -r -F
complete -c trunkline -n '__trunkline_is_at \'audit verify\'' -l anchors -d 'anchors as audit anchor prints them, one a line' -r -F
complete -c trunkline -n '__trunkline_is_at \'backup\'' -a 'list' -d 'list the backups, oldest first'
complete -c trunkline -n '__trunkline_is_at \'backup\'' -a 'prune' -d 'remove the backups that no rule keeps'
complete -c trunkline -n '__trunkline_is_at \'backup\'' -a 'show' -d 'show what a backup holds'
complete -c trunkline -n '__trunkline_is_at \'backup\'' -a 'verify' -d 'read every file of a backup and compare it with its manifest'
complete -c trunkline -n '__trunkline_is_at \'backup\'' -l full -d 'read and copy every recording again, whatever the last backup has'
complete -c trunkline -n '__trunkline_is_at \'backup prune\'' -l dry-run -d 'show what is kept and what goes, and why'
complete -c trunkline -n '__trunkline_is_at \'backup show\'' -l files -d 'list its files with their hashes'
complete -c trunkline -n '__trunkline_is_at \'backup verify\'' -s a -l all -d 'all backups'
complete -c trunkline -n '__trunkline_is_at \'config\'' -a 'check' -d 'say whether the configuration is valid'
complete -c trunkline -n '__trunkline_is_at \'config\'' -a 'set' -d 'change a setting for good'
complete -c trunkline -n '__trunkline_is_at \'config\'' -a 'show' -d 'show the settings in force'
complete -c trunkline -n '__trunkline_is_at \'config show\'' -l origin -d 'and where each value comes from'
complete -c trunkline -n '__trunkline_is_at \'config show\'' -l changed -d 'only what is not the default'
complete -c trunkline -n '__trunkline_is_at \'demo\'' -s n -l seconds -d 'how long they talk' -x
complete -c trunkline -n '__trunkline_is_at \'demo\'' -l folder -d 'where the phones\' passwords, voices and logs are kept (default: demo beside media.state_dir)' -x -a '(__fish_complete_directories)'
complete -c trunkline -n '__trunkline_is_at \'doctor\'' -s a -l all -d 'show what is well, too'
complete -c trunkline -n '__trunkline_is_at \'drill\'' -l recordings -d 'open so many, instead of backup.drill_recordings' -x
complete -c trunkline -n '__trunkline_is_at \'import\'' -a 'env' -d 'take over the environment file of another telephone system'
complete -c trunkline -n '__trunkline_is_at \'import env\'' -l dry-run -d 'say what would be done and change nothing'
complete -c trunkline -n '__trunkline_is_at \'init\'' -l tenant -d 'name of the first tenant' -x
complete -c trunkline -n '__trunkline_is_at \'init\'' -l domain -d 'its domain: host part of its SIP addresses (this host\'s name if not given)' -x
complete -c trunkline -n '__trunkline_is_at \'init\'' -l recording -d 'whether its calls are recorded unless a device says otherwise' -x -a 'always off'
complete -c trunkline -n '__trunkline_is_at \'init\'' -l admin -d 'name of the administrator' -x
complete -c trunkline -n '__trunkline_is_at \'init\'' -l password-file -d 'take the administrator\'s password from this file (mode 600)' -r -F
complete -c trunkline -n '__trunkline_is_at \'init\'' -l admin-url -d 'connection of a database superuser, as libpq reads it' -x
complete -c trunkline -n '__trunkline_is_at \'init\'' -l operator -d 'an operating system user who may run the tools; may be given several times' -x
complete -c trunkline -n '__trunkline_is_at \'keys\'' -a 'add' -d 'put a key from elsewhere into the key ring'
complete -c trunkline -n '__trunkline_is_at \'keys\'' -a 'check' -d 'open every key, and look whether mirror and export are what they should be'
complete -c trunkline -n '__trunkline_is_at \'keys\'' -a 'export' -d 'write the key ring to a file, sealed by a passphrase'
complete -c trunkline -n '__trunkline_is_at \'keys\'' -a 'import' -d 'put the keys of an export into the ring'
complete -c trunkline -n '__trunkline_is_at \'keys\'' -a 'list' -d 'list the recordings\' key-encryption keys and what each still opens'
complete -c trunkline -n '__trunkline_is_at \'keys\'' -a 'mirror' -d 'compare the key store with its mirror, or bring that up to date now'
complete -c trunkline -n '__trunkline_is_at \'keys\'' -a 'retire' -d 'take a key that wraps nothing any more out of the ring'
complete -c trunkline -n '__trunkline_is_at \'keys\'' -a 'rewrap' -d 'wrap all recordings\' keys under the current key'
complete -c trunkline -n '__trunkline_is_at \'keys\'' -a 'rotate' -d 'begin a fresh key for new recordings'
complete -c trunkline -n '__trunkline_is_at \'keys export\'' -l passphrase-file -d 'read the passphrase from this file, its owner\'s alone, instead of asking' -r -F
complete -c trunkline -n '__trunkline_is_at \'keys export\'' -l force -d 'replace the file where it exists'
complete -c trunkline -n '__trunkline_is_at \'keys import\'' -l passphrase-file -d 'read the passphrase from this file, its owner\'s alone, instead of asking' -r -F
complete -c trunkline -n '__trunkline_is_at \'keys mirror\'' -l now -d 'copy first; also while recorderd is down'
complete -c trunkline -n '__trunkline_is_at \'keys rotate\'' -l to -d 'make this key of the ring current instead of a fresh one' -x
complete -c trunkline -n '__trunkline_is_at \'metrics\'' -l output -d 'replace this file by the metrics, readable by everybody' -r -F
complete -c trunkline -n '__trunkline_is_at \'migrate\'' -l status -d 'change nothing; list all and their state'
complete -c trunkline -n '__trunkline_is_at \'restore\'' -l part -d 'only this part; may be given several times' -x -a 'configuration keys recordings archives database'
complete -c trunkline -n '__trunkline_is_at \'restore\'' -l dry-run -d 'say what would be done, and what would be lost'
complete -c trunkline -n '__trunkline_is_at \'restore\'' -l keys -d 'where the copies of the keys are, instead of recording.key_mirror' -x -a '(__fish_complete_directories)'
complete -c trunkline -n '__trunkline_is_at \'restore\'' -l passphrase-file -d 'the passphrase of the sealed keys, instead of backup.passphrase_file' -r -F
complete -c trunkline -n '__trunkline_is_at \'restore\'' -l admin-url -d 'connection of a database superuser, as libpq reads it' -x
complete -c trunkline -n '__trunkline_is_at \'tenant\'' -a 'add' -d 'add a tenant'
complete -c trunkline -n '__trunkline_is_at \'tenant\'' -a 'list' -d 'list the tenants'
complete -c trunkline -n '__trunkline_is_at \'tenant\'' -a 'remove' -d 'remove a tenant that has neither devices nor users'
complete -c trunkline -n '__trunkline_is_at \'tenant\'' -a 'set' -d 'change a tenant'
complete -c trunkline -n '__trunkline_is_at \'tenant\'' -a 'show' -d 'show a tenant'
complete -c trunkline -n '__trunkline_is_at \'tenant add\'' -l domain -d 'host part of its SIP addresses' -x
complete -c trunkline -n '__trunkline_is_at \'tenant add\'' -l recording -d 'whether calls are recorded unless a device says otherwise' -x -a 'always off'
complete -c trunkline -n '__trunkline_is_at \'tenant set\'' -l recording -d 'whether calls are recorded unless a device says otherwise' -x -a 'always off'
complete -c trunkline -n '__trunkline_is_at \'tenant set\'' -l default -d 'make it the default tenant'
complete -c trunkline -n '__trunkline_is_at \'top\'' -l once -d 'print one picture and end'
complete -c trunkline -n '__trunkline_is_at \'top\'' -s d -l interval -d 'how long a picture stays' -x
complete -c trunkline -n '__trunkline_is_at \'user\'' -a 'add' -d 'add a user (a person)'
complete -c trunkline -n '__trunkline_is_at \'user\'' -a 'list' -d 'list the users'
complete -c trunkline -n '__trunkline_is_at \'user\'' -a 'passwd' -d 'give a user another password'
complete -c trunkline -n '__trunkline_is_at \'user\'' -a 'remove' -d 'remove a user'
complete -c trunkline -n '__trunkline_is_at \'user\'' -a 'set' -d 'change a user'
complete -c trunkline -n '__trunkline_is_at \'user\'' -a 'show' -d 'show a user'
complete -c trunkline -n '__trunkline_is_at \'user add\'' -l role -d 'what the user may do; may be given several times' -x -a 'admin supervisor agent user auditor'
complete -c trunkline -n '__trunkline_is_at \'user add\'' -l display-name -d 'the person\'s name' -x
complete -c trunkline -n '__trunkline_is_at \'user add\'' -l mail -d 'where alerts go to; \'\' for nowhere' -x
complete -c trunkline -n '__trunkline_is_at \'user add\'' -l alerts -d 'mail alerts from this level on; normal adds what is good again' -x -a 'none normal warning critical emergency'
complete -c trunkline -n '__trunkline_is_at \'user add\'' -l new-password -d 'make a password and show it once'
complete -c trunkline -n '__trunkline_is_at \'user add\'' -l password-file -d 'take the password (8 to 72 bytes) from this file (mode 600); - is standard input' -r -F
complete -c trunkline -n '__trunkline_is_at \'user add\'' -l tenant -d 'the user\'s tenant instead of the default one' -x
complete -c trunkline -n '__trunkline_is_at \'user list\'' -l tenant -d 'only users of this tenant' -x
complete -c trunkline -n '__trunkline_is_at \'user passwd\'' -l new-password -d 'make a password and show it once'
complete -c trunkline -n '__trunkline_is_at \'user passwd\'' -l password-file -d 'take the password (8 to 72 bytes) from this file (mode 600); - is standard input' -r -F
complete -c trunkline -n '__trunkline_is_at \'user passwd\'' -l tenant -d 'the user\'s tenant instead of the default one' -x
complete -c trunkline -n '__trunkline_is_at \'user remove\'' -l tenant -d 'the user\'s tenant instead of the default one' -x
complete -c trunkline -n '__trunkline_is_at \'user set\'' -l role -d 'what the user may do; may be given several times' -x -a 'admin supervisor agent user auditor'
complete -c trunkline -n '__trunkline_is_at \'user set\'' -l display-name -d 'the person\'s name' -x
complete -c trunkline -n '__trunkline_is_at \'user set\'' -l mail -d 'where alerts go to; \'\' for nowhere' -x
complete -c trunkline -n '__trunkline_is_at \'user set\'' -l alerts -d 'mail alerts from this level on; normal adds what is good again' -x -a 'none normal warning critical emergency'
complete -c trunkline -n '__trunkline_is_at \'user set\'' -l enable -d 'let the user in'
complete -c trunkline -n '__trunkline_is_at \'user set\'' -l disable -d 'keep the user out'
complete -c trunkline -n '__trunkline_is_at \'user set\'' -l tenant -d 'the user\'s tenant instead of the default one' -x
complete -c trunkline -n '__trunkline_is_at \'user show\'' -l tenant -d 'the user\'s tenant instead of the default one' -x
