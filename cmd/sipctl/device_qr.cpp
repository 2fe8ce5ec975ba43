// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include "crypto/password.h"
#include "db/tool.h"
#include "os/credential.h"
#include "qr/code.h"
#include "sipctl/commands.h"
#include "sipctl/device.h"

namespace trunkline::commands {
namespace {

/// Text of XML 1.0 in ASCII: a QR code does not say how its bytes are encoded, and readers guess.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i++]);
    if (first < 0x80U) {
      const bool is_markup = first == '&' || first == '<' || first == '>';
      out += is_markup ? fmt::format("&#{};", first) : std::string(1, static_cast<char>(first));
      continue;
    }
    // The directory holds well-formed UTF-8 only (RFC 3629 3).
    const int more = first >= 0xF0U ? 3 : first >= 0xE0U ? 2 : 1;
    std::uint32_t point = first & (0x3FU >> static_cast<unsigned>(more));
    for (int left = more; left > 0 && i < text.size(); --left)
      point = point << 6U | (static_cast<unsigned char>(text[i++]) & 0x3FU);
    out += fmt::format("&#{};", point);
  }
  return out;
}

/// What a code says, one function a format.
struct Account {
  directory::Device device;
  directory::Tenant tenant;
  std::string server;    ///< where to send, if not to the domain
  std::string password;  ///< empty: the phone asks for it
};

std::string address_text(const Account& account) {
  return fmt::format("sip:{}@{}", account.device.name, account.tenant.domain);
}

/// Grandstream Wave, and the apps that took over its format.
std::string account_config(const Account& account) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"utf-8\"?><AccountConfig version=\"1\"><Account>";
  const auto add = [&](const char* name, std::string_view text) {
    if (!text.empty()) out += fmt::format("<{0}>{1}</{0}>", name, escaped(text));
  };
  const std::string& shown =
      account.device.display_name.empty() ? account.device.name : account.device.display_name;
  add("RegisterServer", account.tenant.domain);
  add("OutboundServer", account.server);
  add("UserID", account.device.name);
  add("AuthID", account.device.name);
  add("AuthPass", account.password);
  add("AccountName", account.device.name);
  add("DisplayName", shown);
  return out + "</Account></AccountConfig>";
}

std::string content_of(const std::string& format, const Account& account) {
  return format == "address" ? address_text(account) : account_config(account);
}

qr::Code code_that_fits(const cli::Output& out, const std::string& content) {
  qr::Code code = core::value_or_throw(qr::Code::of(content));
  if (out.is_terminal() && qr::columns_of(code) > out.columns())
    throw core::Error(core::ExitCode::failed,
                      fmt::format("the code needs {} columns and the terminal has {}",
                                  qr::columns_of(code), out.columns()),
                      "make the window wider or its letters smaller");
  return code;
}

/// --password-file or --new-password; empty where neither is given.
std::string password_of(cli::Context& context, db::Connection& connection, Account& account) {
  if (context.has("--password-file")) {
    const std::string file = context.value("--password-file");
    const core::Secret given = file == "-" ? context.ask_secret("password")
                                           : core::value_or_throw(os::read_password(file));
    return std::string(given.reveal_text());
  }
  if (!context.has("--new-password")) return {};
  // What could not be shown is not made: a password as long shows whether it will fit.
  Account likely = account;
  likely.password.assign(crypto::make_password().reveal_text().size(), 'x');
  (void)code_that_fits(context.out(), content_of(context.value("--format"), likely));
  const directory::AddedDevice changed = core::value_or_throw(directory::reset_device_password(
      connection, account.tenant, account.device, std::nullopt, std::nullopt));
  account.device = changed.device;
  return std::string(changed.password.reveal_text());
}

void print(cli::Context& context, const Account& account) {
  cli::Output& out = context.out();
  const std::string format = context.value("--format");
  const std::string content = content_of(format, account);
  if (out.is_json()) {
    return out.json_line("device_qr.v1", {{"device", account.device.id.text()},
                                          {"name", account.device.name},
                                          {"format", format},
                                          {"has_password", !account.password.empty()},
                                          {"content", content}});
  }
  const bool has_colors = cli::allows_color(STDOUT_FILENO, context.flags().color);
  const qr::Ink ink = has_colors ? qr::Ink::colors : qr::Ink::blocks;
  for (const std::string& line : qr::draw(code_that_fits(out, content), ink)) out.line(line);
}

core::ExitCode draw_device_code(cli::Context& context) {
  const bool is_address = context.value("--format") == "address";
  const bool wants_password = context.has("--new-password") || context.has("--password-file");
  if (context.has("--new-password") && context.has("--password-file"))
    throw core::Error(core::ExitCode::usage, "cannot both make a password and take one",
                      "give one of --new-password and --password-file");
  if (is_address && wants_password)
    throw core::Error(core::ExitCode::usage, "an address has no password in it",
                      "leave the password away, or use --format grandstream");
  db::Connection connection = db::open_for_tool(context.config(), "sipctl device qr");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  Account account{.device = core::value_or_throw(
                      directory::find_device(connection, tenant, context.value("DEVICE"))),
                  .tenant = tenant,
                  .server = context.value("--server"),
                  .password = {}};
  account.password = password_of(context, connection, account);
  print(context, account);
  if (is_address) return core::ExitCode::done;
  if (context.has("--new-password"))
    context.note(
        "the password is new, kept nowhere, and in the code: phones that register with "
        "the old one will be refused");
  if (account.password.empty())
    context.note("the code holds no password, the phone will ask for it: --new-password makes one");
  return core::ExitCode::done;
}

}  // namespace

cli::Command device_qr() {
  return {
      .path = "device qr",
      .summary = "show a code for a phone's camera",
      .description =
          "Draws a QR code on the terminal that sets up a softphone for this device: Grandstream "
          "Wave takes it under \"scan QR code\", and so does what reads the same account file "
          "(AccountConfig). With --format address it is the SIP address alone, which other "
          "softphones open to call it. Linphone, Zoiper and Acrobits take the address of a "
          "provisioning server or an account of their makers' instead, so there is no code for "
          "them here.\n\n"
          "No password is kept that could be shown. --new-password makes another one and puts it "
          "into the code, --password-file takes the one you have; without either the phone asks "
          "its user. A code with a password is as secret as the password: do not paste it.",
      .arguments = {{.name = "DEVICE", .help = "name, extension, or the end of the id"}},
      .options = {{.name = "--format",
                   .help = "what the code says",
                   .value = "FORMAT",
                   .fallback = "grandstream",
                   .choices = {"grandstream", "address"}},
                  {.name = "--new-password",
                   .help = "make another password and put it into the code"},
                  {.name = "--password-file",
                   .help = "put the password of this file (mode 600; - is standard input) into it",
                   .value = "FILE",
                   .complete = cli::Complete::file},
                  {.name = "--server",
                   .help = "host or host:port to send to, where the domain does not lead here",
                   .value = "HOST"},
                  tenant_option()},
      .exits = {{core::ExitCode::no_input, "there is no such device"},
                {core::ExitCode::failed, "the terminal is too narrow"}},
      .examples = {{"sipctl device qr alice --new-password", "a phone for alice"},
                   {"sipctl device add bob --json | jq -r .password | sipctl device qr bob "
                    "--password-file -",
                    "a new device with its code, the password unseen"}},
      .run = draw_device_code};
}

}  // namespace trunkline::commands
