// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace ca {

/// What is known of the whole of a file of which a part is kept.
struct PartOrigin {
    std::string url;           ///< as published, before redirects
    std::string etag;          ///< as the server wrote it, quotes and all; empty where it gave none
    std::string last_modified; ///< an HTTP date, likewise
    std::int64_t total = 0;    ///< bytes; 0 where it is not known
    bool operator==(const PartOrigin &) const = default;
};

/// `<target>.part` while a file is being downloaded, and `<target>.part.json` with its origin beside it. Held by one owner at a
/// time, across processes; the system lets go of it when a process dies. What was appended stays there for the next owner; where
/// nothing was, both files go with their owner. On file systems that know no locks, `keep` notices a second one.
class PartFile {
public:
    /// Opens what is there, or begins an empty one. Errors: `unwritable`, also where another owner holds it.
    [[nodiscard]] static Result<PartFile> open(const std::filesystem::path &target);
    PartFile(PartFile &&other) noexcept;
    PartFile &operator=(PartFile &&) = delete;
    ~PartFile();

    [[nodiscard]] std::int64_t size() const { return size_; }
    /// Empty fields where nothing is kept.
    [[nodiscard]] const PartOrigin &origin() const { return origin_; }

    /// Whether the rest of a file of `total` bytes (0: not known) fits on the disk, with a tenth to spare. Errors: `unwritable`.
    [[nodiscard]] Status check_room(std::int64_t total) const;
    /// Drops what is kept and begins anew with a file of this origin. Errors: `unwritable`.
    [[nodiscard]] Status begin(PartOrigin origin);
    /// Errors: `unwritable` with the system's reason.
    [[nodiscard]] Status append(std::span<const std::byte> bytes);
    /// The bytes from `offset`, which is below `size`, on: as many as fit and are there. Errors: `unreadable`, also where the
    /// file has been cut short.
    [[nodiscard]] Result<std::size_t> read(std::int64_t offset, std::span<std::byte> bytes) const;
    /// Returns when all is on the disk. On Linux the disk is kept busy while bytes are appended, so that 64 MB are left to wait
    /// for, and what it lags behind; elsewhere all may be. Safe in another thread while nothing else is called.
    [[nodiscard]] Status sync() const;
    /// Gives the part its final name; call after `sync`. Errors: `unwritable`, also where another owner has written to it.
    [[nodiscard]] Status keep();

private:
    PartFile(std::filesystem::path target, int descriptor);
    [[nodiscard]] std::filesystem::path path() const;
    [[nodiscard]] std::filesystem::path sidecar() const;
    [[nodiscard]] bool is_intact() const;
    void read_origin();
    void begin_writeback();

    std::filesystem::path target_;
    int descriptor_; // holds the lock, too
    bool is_held_ = false;
    std::int64_t size_ = 0;
    std::int64_t written_back_ = 0; // bytes from the start that the disk was told to write
    PartOrigin origin_;
};

} // namespace ca
