// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <fstream>

#include "catalogue/audit.h"
#include "cli/context.h"
#include "core/text.h"
#include "db/tool.h"
#include "os/atomic_file.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

constexpr core::ByteCount kLongestAnchors{64ULL * 1024 * 1024};

/// The proof and the anchors beside it: an anchor is compared when its line comes by.
class Verification {
 public:
  explicit Verification(std::vector<catalogue::Anchor> anchors) : anchors_(std::move(anchors)) {}

  void take(const catalogue::AuditEntry& entry) {
    if (first_ == 0) first_ = entry.seq;
    if (proof_.rows() == 0 && entry.seq > 1 && trusts_beginning_) {
      proof_.begin_at(entry);
    } else {
      proof_.take(entry);
    }
    for (const auto& anchor : anchors_)
      if (anchor.seq == entry.seq && anchor.hash == entry.hash) held_.push_back(anchor.seq);
  }
  void trust_beginning() { trusts_beginning_ = true; }
  const catalogue::AuditProof& proof() const { return proof_; }
  std::size_t anchors() const { return anchors_.size(); }
  /// Anchors of lines that are others now, or gone. Those before an export's beginning are not its.
  std::vector<std::int64_t> failed() const {
    std::vector<std::int64_t> failed;
    for (const auto& anchor : anchors_) {
      if (anchor.seq == 0 || (trusts_beginning_ && anchor.seq < first_)) continue;
      if (std::find(held_.begin(), held_.end(), anchor.seq) == held_.end())
        failed.push_back(anchor.seq);
    }
    return failed;
  }

 private:
  std::vector<catalogue::Anchor> anchors_;
  std::vector<std::int64_t> held_;
  catalogue::AuditProof proof_;
  std::int64_t first_ = 0;
  bool trusts_beginning_ = false;
};

std::string read_database(cli::Context& context, Verification& verification) {
  db::Connection connection = db::open_to_read(context.config(), "trunkline audit verify");
  // The end first: what is appended meanwhile is no contradiction.
  const auto end = catalogue::read_anchor(connection, core::system_clock().wall());
  bool has_end = end.seq == 0;
  catalogue::for_each_audit_entry(connection, {.is_oldest_first = true, .limit = 0},
                                  [&](const catalogue::AuditEntry& entry) {
                                    verification.take(entry);
                                    has_end |= entry.seq == end.seq && entry.hash == end.hash;
                                    return true;
                                  });
  return has_end ? std::string()
                 : fmt::format("the log does not end as its head says (line {})", end.seq);
}

void read_export(const std::string& path, Verification& verification) {
  std::ifstream file(path);
  if (!file)
    throw core::Error(core::ExitCode::no_input, fmt::format("cannot read '{}'", path),
                      "trunkline audit export makes it");
  verification.trust_beginning();
  std::string line;
  while (std::getline(file, line)) {
    if (core::trim(line).empty()) continue;
    verification.take(core::value_or_throw(
        catalogue::parse_audit_entry(core::value_or_throw(core::parse_json(line)))));
  }
}

core::ExitCode verify_audit_log(cli::Context& context) {
  std::vector<catalogue::Anchor> anchors;
  if (context.has("--anchors"))
    anchors = core::value_or_throw(catalogue::parse_anchors(
        core::value_or_throw(os::read_text_file(context.value("--anchors"), kLongestAnchors))));
  Verification verification(std::move(anchors));
  std::string contradiction;
  if (context.has("--file")) {
    read_export(context.value("--file"), verification);
  } else {
    contradiction = read_database(context, verification);
  }
  const catalogue::AuditProof& proof = verification.proof();
  const std::vector<std::int64_t> failed = verification.failed();
  std::string message = proof.message();
  if (!proof.first_broken() && !contradiction.empty()) message = contradiction;
  if (!proof.first_broken() && !failed.empty())
    message = fmt::format("line {} is not what its anchor says", failed.front());
  const bool is_intact = !proof.first_broken() && contradiction.empty() && failed.empty();
  core::Json object{{"is_intact", is_intact}, {"rows", proof.rows()}};
  if (proof.first_broken()) object["first_broken"] = *proof.first_broken();
  object["anchors"] = verification.anchors();
  object["failed_anchors"] = failed;
  object["message"] = message;
  context.out().record(
      "audit_proof.v1",
      {{"audit log",
        {is_intact ? "intact" : "BROKEN", is_intact ? cli::Color::green : cli::Color::red}},
       {"found", message},
       {"lines", context.out().count(proof.rows())},
       {"anchors held",
        fmt::format("{} of {}", verification.anchors() - failed.size(), verification.anchors())}},
      std::move(object));
  return is_intact ? core::ExitCode::done : core::ExitCode::failed;
}

}  // namespace

cli::Command audit_verify() {
  return {.path = "audit verify",
          .summary = "prove that no line of the audit log was changed, added or removed",
          .description =
              "Computes the chain anew from the first line on, in this program and not in the "
              "database. With --anchors it also compares the hashes that were kept elsewhere: "
              "these find a log that was cut off or written anew as a whole.",
          .options = {{.name = "--file",
                       .help = "prove an export instead of the database",
                       .value = "FILE",
                       .complete = cli::Complete::file},
                      {.name = "--anchors",
                       .help = "anchors as audit anchor prints them, one a line",
                       .value = "FILE",
                       .complete = cli::Complete::file}},
          .exits = {{core::ExitCode::failed, "the log is not what was written"}},
          .examples = {{"trunkline audit verify", "the chain of the database"},
                       {"trunkline audit verify --anchors /mnt/other/anchors",
                        "also against what was kept elsewhere"}},
          .run = verify_audit_log};
}

}  // namespace trunkline::commands
