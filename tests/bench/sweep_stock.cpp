// SPDX-License-Identifier: MIT

// sweep_stock FOLDER KEYS-DB <LIST
//
// For each line "RECORDING PATH" makes a file of 4 KiB at FOLDER/PATH and a row in the key store,
// as recorderd would have left them. KEYS-DB may be "-": files only.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <set>

#include "core/uuid.h"
#include "crypto/random.h"
#include "keystore/key_store.h"
#include "localdb/statement.h"
#include "os/fd.h"

namespace {

namespace core = trunkline::core;
namespace fs = std::filesystem;
namespace localdb = trunkline::localdb;

constexpr std::size_t kFile = 4096;
constexpr std::size_t kWrapped = 48;

void make_file(const fs::path& path, std::set<fs::path>& folders, const std::string& content) {
  if (folders.insert(path.parent_path()).second) fs::create_directories(path.parent_path());
  const trunkline::os::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!file || ::write(file.get(), content.data(), content.size()) < 0)
    throw std::runtime_error("cannot make " + path.string());
}

void stock(const fs::path& folder, const std::string& keys) {
  std::set<fs::path> folders;
  const std::string content(kFile, 'x');
  const core::Bytes wrapped = trunkline::crypto::random_bytes(kWrapped);
  std::optional<localdb::Database> database;
  std::optional<localdb::Statement> insert;
  std::optional<localdb::Transaction> transaction;
  if (keys != "-") {
    const trunkline::keystore::KeyStore makes_tables(keys);
    database = localdb::Database::open(keys);
    insert.emplace(*database,
                   "insert into data_key(recording, wrapped_by, nonce, wrapped, created_at)"
                   " values (?1, 'bench', ?2, ?3, 1)");
    transaction.emplace(*database);
  }
  const core::Bytes nonce = trunkline::crypto::random_bytes(12);
  std::string id;
  for (std::string path; std::cin >> id >> path;) {
    make_file(folder / path, folders, content);
    if (insert)
      insert->run(core::value_or_throw(core::Uuid::parse(id)).bytes(), core::ByteView(nonce),
                  core::ByteView(wrapped));
  }
  if (transaction) transaction->commit();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: sweep_stock FOLDER KEYS-DB <LIST\n");
    return 64;
  }
  try {
    stock(argv[1], argv[2]);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "sweep_stock: {}\n", failure.what());
    return 1;
  }
  return 0;
}
