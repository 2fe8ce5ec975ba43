// SPDX-License-Identifier: MIT
#pragma once

// The rows of the sections site, mail and alert, for settings.cpp alone: how the site is named to
// people, how mail leaves it, and who is told when something is wrong.

#include <array>

#include "config/setting.h"
#include "config/settings_sip.h"

namespace trunkline::config {

inline constexpr auto kMailSettings = std::to_array<Setting>({
    {.key = "site.public_url",
     .kind = text,
     .fallback = "",
     .help = "where people find this site, for links in mails and alerts",
     .used_by = "retention trunkline",
     .form = Form::web,
     .man = "Such as https://pbx.example.org. Empty: mails name the command to run instead."},

    {.key = "mail.provider",
     .kind = text,
     .fallback = "smtp",
     .help = "how mail leaves this site",
     .used_by = "cdrctl retention trunkline",
     .form = Form::choice,
     .choices = "smtp postmark",
     .man = "smtp hands it to the server mail.host. postmark hands it to the service Postmark by "
            "its HTTP API: mail.password_file then holds the token of a Postmark server, mail.from "
            "is a sender confirmed there, and mail.host, mail.port, mail.tls and mail.user are of "
            "no effect."},
    {.key = "mail.host",
     .kind = text,
     .fallback = "",
     .help = "the server that takes our mail",
     .used_by = "cdrctl retention trunkline",
     .man = "Empty: no mail is sent, unless mail.provider is postmark. A mail server of this host "
            "is localhost, with mail.port 25."},
    {.key = "mail.port",
     .kind = integer,
     .fallback = "587",
     .help = "its port",
     .used_by = "cdrctl retention trunkline",
     .least = 1,
     .most = 65'535},
    {.key = "mail.tls",
     .kind = text,
     .fallback = "auto",
     .help = "how the way to it is guarded",
     .used_by = "cdrctl retention trunkline",
     .form = Form::choice,
     .choices = "auto starttls immediate none",
     .man = "starttls asks for TLS in the conversation, and without it nothing is sent; immediate "
            "begins with TLS; none sends in clear, and never a password but to this host. auto is "
            "immediate on port 465, none where the server is this host, and starttls elsewhere. "
            "Certificates are verified."},
    {.key = "mail.user",
     .kind = text,
     .fallback = "",
     .help = "who logs in there",
     .used_by = "cdrctl retention trunkline",
     .man = "Empty: nobody."},
    {.key = "mail.password_file",
     .kind = text,
     .fallback = "/etc/trunkline/credentials/mail-password",
     .help = "the file with the password of mail.user, or Postmark's token",
     .used_by = "cdrctl retention trunkline",
     .form = Form::path,
     .man = "Of mode 600. A unit passes it by LoadCredential=mail-password:PATH, and then its user "
            "need not be able to read it."},
    {.key = "mail.postmark_stream",
     .kind = text,
     .fallback = "outbound",
     .help = "the message stream of the Postmark server",
     .used_by = "cdrctl retention trunkline",
     .man = "For mail.provider postmark."},
    {.key = "mail.postmark_url",
     .kind = text,
     .fallback = "https://api.postmarkapp.com",
     .help = "where Postmark's API is",
     .used_by = "cdrctl retention trunkline",
     .form = Form::web,
     .man = "For mail.provider postmark, where a gateway stands between. http: only on this host: "
            "the token goes there."},
    {.key = "mail.from",
     .kind = text,
     .fallback = "",
     .help = "whom our mails come from",
     .used_by = "cdrctl retention trunkline",
     .form = Form::mailbox,
     .man = "Empty: trunkline at this host's name."},
    {.key = "mail.from_name",
     .kind = text,
     .fallback = "trunkline",
     .help = "the name shown beside it",
     .used_by = "cdrctl retention trunkline"},
    {.key = "mail.to",
     .kind = list,
     .fallback = "",
     .help = "the administrators, who get reports and alerts",
     .used_by = "retention trunkline",
     .form = Form::mailbox},

    {.key = "alert.gotify",
     .kind = text,
     .fallback = "",
     .help = "the Gotify server that pushes alerts",
     .used_by = "retention trunkline",
     .form = Form::web,
     .man = "Such as https://push.example.org. Empty: none."},
    {.key = "alert.gotify_token_file",
     .kind = text,
     .fallback = "/etc/trunkline/credentials/gotify-token",
     .help = "the file with the token of the Gotify application",
     .used_by = "retention trunkline",
     .form = Form::path,
     .man = "Of mode 600, or passed by LoadCredential=gotify-token:PATH."},
    {.key = "alert.webhooks",
     .kind = list,
     .fallback = "",
     .help = "web addresses that alerts are sent to as JSON",
     .used_by = "retention trunkline",
     .form = Form::web,
     .man = "Signed as Standard Webhooks says (headers webhook-id, webhook-timestamp and "
            "webhook-signature)."},
    {.key = "alert.webhook_secret_file",
     .kind = text,
     .fallback = "/etc/trunkline/credentials/webhook-secret",
     .help = "the file with the secret that webhooks are signed with",
     .used_by = "retention trunkline",
     .form = Form::path,
     .man = "whsec_ and Base64, or any text. Of mode 600, or passed by "
            "LoadCredential=webhook-secret:PATH."},
    {.key = "alert.state_dir",
     .kind = text,
     .fallback = "/var/lib/trunkline/alert",
     .help = "where it is noted what was told while the database was away",
     .used_by = "retention trunkline",
     .form = Form::path},
});

}  // namespace trunkline::config
