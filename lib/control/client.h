// SPDX-License-Identifier: MIT
#pragma once

// A tool's end of the control protocol: blocking calls with a timeout.
//
//   auto client = control::Client::connect(path, 5s);
//   auto result = client->call("call.list", {}, [&](const Json& call) { print(call); });

#include <deque>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "control/lines.h"
#include "control/message.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "os/fd.h"

namespace trunkline::control {

class Client {
 public:
  using OnItem = std::function<void(const core::Json&)>;

  /// `daemon` is named in faults ("cannot reach sipd at ..."); empty: the name of the socket's
  /// folder. `timeout` is how long the daemon may be silent in any later call.
  [[nodiscard]] static core::Result<Client> connect(const std::filesystem::path& path,
                                                    core::Milliseconds timeout,
                                                    std::string daemon = {});

  /// The result, or the daemon's fault. Items go to `on_item` as they come.
  [[nodiscard]] core::Result<core::Json> call(std::string_view verb,
                                              core::Json args = core::Json::object(),
                                              const OnItem& on_item = {});

  struct WithDescriptor {
    core::Json result;
    os::Fd descriptor;
  };
  [[nodiscard]] core::Result<WithDescriptor> call_for_descriptor(
      std::string_view verb, core::Json args = core::Json::object());

  /// Subscribes, then calls `on_event` for each event until it returns false. Silence is no fault
  /// here; the end of the daemon is one.
  [[nodiscard]] core::Result<void> follow(const std::vector<std::string>& events,
                                          const std::function<bool(const Event&)>& on_event);

 private:
  Client() = default;
  core::Result<void> send(const std::string& line);
  /// The next line, at latest after `timeout` (forever if it is zero).
  core::Result<Incoming> receive(core::Milliseconds timeout);
  core::Result<AnswerLine> await_answer(RequestId id, const OnItem& on_item);
  tl::unexpected<core::Fault> closed() const;
  tl::unexpected<core::Fault> silent(std::string_view what) const;

  std::string daemon_;
  std::string path_;
  core::Milliseconds timeout_{};
  os::Fd socket_;
  Lines lines_;
  std::deque<os::Fd> descriptors_;
  std::deque<Event> events_;  ///< came while an answer was awaited
  RequestId last_id_ = 0;
};

}  // namespace trunkline::control
