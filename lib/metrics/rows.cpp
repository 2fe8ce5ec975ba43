// SPDX-License-Identifier: MIT
#include "metrics/rows.h"

#include <array>

namespace trunkline::metrics {
namespace {

constexpr std::string_view kSipd = "sipd";
constexpr std::string_view kRecorderd = "recorderd";
constexpr double kMilli = 0.001;
constexpr double kPercent = 0.01;
constexpr Type kCounter = Type::counter;
constexpr Type kGauge = Type::gauge;

constexpr Row of_both(std::string_view name, Type type, std::string_view help,
                      std::string_view path, double scale = 1, std::string_view minus = {}) {
  return {.name = name, .type = type, .help = help, .path = path, .scale = scale, .minus = minus};
}
constexpr Row of(std::string_view daemon, std::string_view name, Type type, std::string_view help,
                 std::string_view path, double scale = 1) {
  return {.name = name, .type = type, .help = help, .daemon = daemon, .path = path, .scale = scale};
}
constexpr Row map(std::string_view daemon, std::string_view name, Type type, std::string_view help,
                  std::string_view path, std::string_view label) {
  return {.name = name, .type = type, .help = help, .daemon = daemon, .path = path, .label = label};
}
constexpr Row node(std::string_view name, Type type, std::string_view help,
                   std::string_view member) {
  return {.name = name,
          .type = type,
          .help = help,
          .daemon = kSipd,
          .path = "/media/nodes",
          .label = "node",
          .member = member,
          .label_from = "address"};
}

constexpr std::array kRows = {
    // Every daemon.
    of_both("trunkline_up", kGauge, "Whether the daemon answers.", ""),
    of_both("trunkline_uptime_seconds", kGauge, "Since the daemon started.", "/uptime_ms", kMilli),
    of_both("trunkline_journal_healthy", kGauge, "Whether the journal can be written.",
            "/journal/is_healthy"),
    of_both("trunkline_journal_entries_total", kCounter, "Entries of the journal, by number.",
            "/journal/last"),
    of_both("trunkline_journal_queued", kGauge, "Entries that wait for a commit.",
            "/journal/queued"),
    of_both("trunkline_journal_failed_commits_total", kCounter, "Commits that failed.",
            "/journal/failed_commits"),
    of_both("trunkline_journal_refused_total", kCounter,
            "Entries refused because the queue was full.", "/journal/refused"),
    of_both("trunkline_ledger_connected", kGauge, "Whether PostgreSQL takes the journal.",
            "/ledger/is_connected"),
    of_both("trunkline_ledger_lag_seconds", kGauge,
            "Age of the oldest entry that PostgreSQL lacks.", "/ledger/lag_ms", kMilli),
    of_both("trunkline_ledger_lag_entries", kGauge, "Entries that PostgreSQL lacks.",
            "/ledger/last", 1, "/ledger/shipped"),
    of_both("trunkline_ledger_rejected", kGauge, "Entries that PostgreSQL refused.",
            "/ledger/rejected"),

    // Calls and registrations.
    of(kSipd, "trunkline_calls", kGauge, "Calls of this moment.", "/calls"),
    of(kSipd, "trunkline_registrations", kGauge, "Contacts that are registered.", "/registrations"),
    map(kSipd, "trunkline_calls_ended_total", kCounter, "Calls that ended, by how.", "/ended",
        "disposition"),
    of(kSipd, "trunkline_calls_shed_total", kCounter, "Calls refused by overload.", "/shed"),
    of(kSipd, "trunkline_draining", kGauge, "Whether no new calls are taken before an end.",
       "/is_draining"),
    of(kSipd, "trunkline_timers", kGauge, "Timers of calls.", "/timers"),
    of(kSipd, "trunkline_sipd_open_descriptors", kGauge, "Open file descriptors.", "/descriptors"),
    of(kSipd, "trunkline_directory_connected", kGauge,
       "Whether changes of the directory come from PostgreSQL.", "/directory/is_connected"),
    of(kSipd, "trunkline_directory_version", kGauge, "Version of the directory in use.",
       "/directory_version"),
    of(kSipd, "trunkline_sip_dialogs", kGauge, "SIP dialogs.", "/sip/dialogs"),
    of(kSipd, "trunkline_sip_client_transactions", kGauge, "Client transactions.",
       "/sip/client_transactions"),
    of(kSipd, "trunkline_sip_server_transactions", kGauge, "Server transactions.",
       "/sip/server_transactions"),
    of(kSipd, "trunkline_sip_received_total", kCounter, "SIP requests received.", "/sip/received"),
    of(kSipd, "trunkline_sip_malformed_total", kCounter, "SIP requests that could not be used.",
       "/sip/malformed"),
    of(kSipd, "trunkline_sip_dead_targets", kGauge, "Addresses that do not answer.",
       "/sip/dead_targets"),
    of(kSipd, "trunkline_sip_refused_sends_total", kCounter,
       "Requests not sent because too many to the same address were open.", "/sip/refused_sends"),

    // What sipd sees of the media relays.
    node("trunkline_media_node_up", kGauge, "Whether the media relay answers.", "is_up"),
    node("trunkline_media_node_calls", kGauge, "Calls on the media relay.", "calls"),
    node("trunkline_media_node_outstanding", kGauge, "Commands the media relay has not answered.",
         "outstanding"),
    node("trunkline_media_node_timeouts_total", kCounter,
         "Commands the media relay never answered.", "timeouts"),
    of(kSipd, "trunkline_media_deletions_owed", kGauge,
       "Sessions to be deleted when their media relay is back.", "/media/owed_deletions"),

    // Who is kept out.
    of(kSipd, "trunkline_guard_banned", kGauge, "Sources that are banned.", "/guard/banned"),
    of(kSipd, "trunkline_guard_bans_total", kCounter, "Bans by rule.", "/guard/bans"),
    of(kSipd, "trunkline_guard_dropped_banned_total", kCounter, "Messages of banned sources.",
       "/guard/dropped_banned"),
    of(kSipd, "trunkline_guard_dropped_flood_total", kCounter,
       "Messages beyond what a stranger may send.", "/guard/dropped_flood"),
    of(kSipd, "trunkline_guard_malformed_total", kCounter, "Malformed messages of strangers.",
       "/guard/malformed"),
    of(kSipd, "trunkline_guard_wrong_passwords_total", kCounter, "Wrong passwords.",
       "/guard/wrong_passwords"),
    map(kSipd, "trunkline_guard_refused_total", kCounter, "Refusals by a limit or rule.",
        "/guard/refused", "rule"),
    of(kSipd, "trunkline_guard_filtered_sources", kGauge, "Sources that the kernel drops.",
       "/guard/filtered_by_kernel"),
    of(kSipd, "trunkline_guard_dropped_by_kernel_total", kCounter,
       "Datagrams that the kernel dropped at the SIP sockets.", "/guard/dropped_by_kernel"),
    of(kSipd, "trunkline_guard_loop_lag_seconds", kGauge, "How late the SIP thread is.",
       "/guard/lag_ms", kMilli),
    of(kSipd, "trunkline_guard_backlog_ratio", kGauge, "How full the SIP sockets' queues are.",
       "/guard/backlog_percent", kPercent),

    // Media.
    of(kRecorderd, "trunkline_media_sessions", kGauge, "Media sessions.", "/sessions"),
    of(kRecorderd, "trunkline_recordings_running", kGauge, "Recordings being written.",
       "/recordings_running"),
    of(kRecorderd, "trunkline_playbacks", kGauge, "Recordings being played or exported.",
       "/playbacks"),
    of(kRecorderd, "trunkline_port_pairs", kGauge, "Pairs of media ports there are.",
       "/ports/pairs"),
    of(kRecorderd, "trunkline_port_pairs_in_use", kGauge, "Pairs of media ports in use.",
       "/ports/in_use"),
    of(kRecorderd, "trunkline_port_pairs_resting", kGauge,
       "Pairs of media ports that a call has left not long ago.", "/ports/resting"),
    of(kRecorderd, "trunkline_key_ring_loaded", kGauge,
       "Whether there is a key ring; nothing is recorded without.", "/keys/has_ring"),
    of(kRecorderd, "trunkline_recording_keys", kGauge, "Recordings whose key is there.",
       "/keys/recordings"),
    of(kRecorderd, "trunkline_key_mirror_current", kGauge,
       "Whether the mirror of the key store is up to date.", "/mirror/is_current"),
    of(kRecorderd, "trunkline_key_mirror_copied_timestamp_seconds", kGauge,
       "When the key store was mirrored last.", "/mirror/copied_at"),
    of(kRecorderd, "trunkline_recording_lag_bytes", kGauge,
       "Packets of recorded calls that wait to be written.", "/writer/bytes_waiting"),
    of(kRecorderd, "trunkline_ng_requests_total", kCounter, "Commands received.", "/ng/requests"),
    of(kRecorderd, "trunkline_ng_retransmissions_total", kCounter, "Commands received once more.",
       "/ng/retransmissions"),
    of(kRecorderd, "trunkline_ng_malformed_total", kCounter, "Commands that could not be read.",
       "/ng/malformed"),
    of(kRecorderd, "trunkline_ng_refused_total", kCounter, "Commands that were refused.",
       "/ng/refused"),
    of(kRecorderd, "trunkline_recordings_disk_size_bytes", kGauge,
       "Size of the disk with the recordings.", "/disk/bytes_total"),
    of(kRecorderd, "trunkline_recordings_disk_available_bytes", kGauge,
       "What is free on the disk with the recordings.", "/disk/bytes_available"),
};

}  // namespace

std::span<const Row> rows() {
  return kRows;
}

}  // namespace trunkline::metrics
